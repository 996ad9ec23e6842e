// One exchange for one user: ID token → AssumeRole (tag) → CreateTokenWithIAM → AssumeRole (context + tag).
// Owns the order of the steps and what is tried again with what; caching and searching are elsewhere.

import { type AssumeRoleOutput, assumeRole, type SessionCredentials } from "./aws/assume_role.ts";
import type { AwsClients } from "./aws/aws_clients.ts";
import { type CreateTokenOutput, createTokenWithIam, type TokenGrant } from "./aws/create_token_with_iam.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { AwsStepError, ExchangeError, type ExchangeStep, SignInRequiredError } from "./errors.ts";
import type { ExchangeEvents } from "./exchange_events.ts";
import { readAwsFailure } from "./failures/aws_failure.ts";
import { awsStepError } from "./failures/explain_failure.ts";
import type { FailureContext, TokenSummary } from "./failures/failure_row.ts";
import type { IdToken } from "./id_token/id_token.ts";
import type { PresentedTokens } from "./id_token/presented_tokens.ts";
import type { InstanceLimiter } from "./instance_limiter.ts";
import type { RefreshTokenStore } from "./refresh_token_store.ts";

export interface ExchangerParts {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly events: ExchangeEvents;
  readonly presentedTokens: PresentedTokens;
  readonly refreshTokens: RefreshTokenStore | undefined;
  readonly limiterFor: (connection: Connection, grant: TokenGrant["kind"]) => InstanceLimiter;
  /** A fresh ID token, checked, verified and locked to the tenant; see id_token_intake.ts. */
  readonly freshIdToken: (
    request: { connection: Connection; user: string; attempt: number },
    deadline: Deadline,
  ) => Promise<CheckedIdToken>;
  readonly stsRegion: string | undefined;
  readonly durationSeconds: number;
  readonly sessionName: (user: string) => string;
  readonly maxExchangeAttempts: number;
}

export interface CheckedIdToken {
  readonly token: IdToken;
  /** From the verified token; tag and connection follow from it. */
  readonly tenantId: string;
  readonly summary: TokenSummary;
}

/** What the browser brought back from Identity Center, and the verifier that belongs to it. */
export interface AuthorizationCode {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface ExchangeRequest {
  readonly connection: Connection;
  readonly user: string;
  /** Authorization-code connections, right after the sign-in. */
  readonly authorization?: AuthorizationCode;
  /** The user was forgotten while this exchange ran: nothing of it may be kept. */
  readonly isForgotten: () => boolean;
}

/** What an exchange yields for one user. */
export interface ExchangedSession {
  readonly credentials: SessionCredentials;
  /** When the credentials end, by this machine's clock. */
  readonly expiresAt: Date;
  readonly obtainedAt: Date;
  /** What AWS showed about this machine's clock; later calls are signed with it. */
  readonly clockOffsetMs: number;
  readonly identityCenterUserId: string | undefined;
  readonly token: TokenSummary | undefined;
}

interface Attempt {
  readonly request: ExchangeRequest;
  readonly deadline: Deadline;
  readonly number: number;
  /** Whatever secret the attempt has touched; none may show in an error. */
  readonly secrets: string[];
}

type Grant = { readonly exchanged: TokenGrant; readonly tenantId: string; readonly checked?: CheckedIdToken };

const firstStepSeconds = 900;
const roleChainingLimitSeconds = 3600;

export class Exchanger {
  readonly #parts: ExchangerParts;

  constructor(parts: ExchangerParts) {
    this.#parts = parts;
  }

  /**
   * Runs the exchange, again with a fresh ID token where that can help, within the deadline and the attempts allowed.
   *
   * @throws ExchangeError of the step that failed last
   */
  async exchange(request: ExchangeRequest, deadline: Deadline): Promise<ExchangedSession> {
    for (let number = 1; ; number += 1) {
      try {
        return await this.#attempt({ request, deadline, number, secrets: [] });
      } catch (error) {
        if (!this.#mayTryAgain(error, request, number)) throw error;
        // The limiter spaces SlowDown answers; anything else gets a short growing pause.
        await deadline.sleep(Math.min(2000, 100 * 2 ** number) * (0.5 + Math.random() / 2));
      }
    }
  }

  async #attempt(attempt: Attempt): Promise<ExchangedSession> {
    const { clients, stsRegion, clock } = this.#parts;
    const { connection, user } = attempt.request;
    const grant = await this.#findGrant(attempt);
    attempt.secrets.push(...secretsOf(grant));
    const sts = clients.sts(stsRegion ?? connection.idcRegion);
    const context = failureContext(attempt.request, grant);
    const role = {
      roleArn: connection.roleArn,
      sessionName: this.#parts.sessionName(user),
      tenantId: grant.tenantId,
    };

    let chained = false;
    const first = await this.#step(attempt, "assume-role-with-tag", context, grant, async (signal) => {
      chained = (await sts.config.credentials()).sessionToken !== undefined;
      return await assumeRole(sts, { ...role, durationSeconds: firstStepSeconds }, signal);
    });
    attempt.secrets.push(first.credentials.secretAccessKey, first.credentials.sessionToken);
    const token = await this.#createToken(attempt, grant, first, context, sts.config.systemClockOffset);
    attempt.secrets.push(token.identityContext);
    if (token.refreshToken !== undefined) await this.#keepRefreshToken(attempt.request, token.refreshToken);

    const durationSeconds = chained
      ? Math.min(this.#parts.durationSeconds, roleChainingLimitSeconds)
      : this.#parts.durationSeconds;
    const second = await this.#step(
      attempt,
      "assume-role-with-context",
      { ...context, chained },
      grant,
      (signal) =>
        assumeRole(sts, { ...role, durationSeconds, identityContext: token.identityContext }, signal),
    );

    const clockOffsetMs = sts.config.systemClockOffset;
    return {
      credentials: second.credentials,
      expiresAt: new Date(second.credentials.expiration.getTime() - clockOffsetMs),
      obtainedAt: clock(),
      clockOffsetMs,
      identityCenterUserId: token.identityCenterUserId,
      token: grant.checked?.summary,
    };
  }

  /** Step 2, spaced by the limiter, and each ID token only once in its life. */
  async #createToken(
    attempt: Attempt,
    grant: Grant,
    first: AssumeRoleOutput,
    context: FailureContext,
    clockOffsetMs: number,
  ): Promise<CreateTokenOutput> {
    const { clients, clock, limiterFor, presentedTokens } = this.#parts;
    const { connection } = attempt.request;
    const limiter = limiterFor(connection, grant.exchanged.kind);
    attempt.deadline.step = "create-token-with-iam";
    await limiter.acquire(attempt.deadline);
    if (grant.checked !== undefined) presentedTokens.present(grant.checked.token, clock());
    const client = clients.ssoOidc(connection.idcRegion, first.credentials, clockOffsetMs);
    try {
      const output = await this.#step(attempt, "create-token-with-iam", context, grant, (signal) =>
        createTokenWithIam(client, connection.idcApplicationArn, grant.exchanged, signal),
      );
      limiter.succeeded();
      return output;
    } catch (error) {
      if (error instanceof ExchangeError && error.code === "slow_down") limiter.slowDown();
      if (error instanceof ExchangeError && error.code === "refresh_token_expired") {
        await this.#parts.refreshTokens?.delete(refreshKey(attempt.request));
      }
      throw error;
    }
  }

  async #keepRefreshToken(request: ExchangeRequest, refreshToken: string): Promise<void> {
    const { refreshTokens } = this.#parts;
    if (refreshTokens === undefined || request.isForgotten()) return;
    await refreshTokens.save(refreshKey(request), refreshToken);
    // forget() may have come while the store was writing.
    if (request.isForgotten()) await refreshTokens.delete(refreshKey(request));
  }

  /** A code the browser brought, a refresh token if there is one, otherwise a fresh ID token. */
  async #findGrant({ request, deadline, number }: Attempt): Promise<Grant> {
    const { connection, user, authorization } = request;
    const { tenantId } = connection;
    if (authorization !== undefined) {
      return { exchanged: { kind: "authorization_code", ...authorization }, tenantId };
    }
    const refreshToken = await this.#parts.refreshTokens?.load(refreshKey(request));
    if (refreshToken !== undefined) return { exchanged: { kind: "refresh_token", refreshToken }, tenantId };
    if (connection.method === "auth-code") throw signInRequired(connection, user);
    const checked = await this.#parts.freshIdToken({ connection, user, attempt: number }, deadline);
    return {
      exchanged: { kind: "jwt-bearer", assertion: checked.token.compact },
      tenantId: checked.tenantId,
      checked,
    };
  }

  async #step<T extends { readonly awsRequestId: string | undefined }>(
    { request, deadline, number, secrets }: Attempt,
    step: ExchangeStep,
    context: FailureContext,
    grant: Grant,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const about = { step, tenantId: grant.tenantId, user: request.user, attempt: number };
    const told = step === "create-token-with-iam" ? { ...about, grant: grant.exchanged.kind } : about;
    return this.#parts.events.observe(told, async () => {
      deadline.step = step;
      try {
        return await deadline.race(call(deadline.signal));
      } catch (error) {
        if (deadline.signal.aborted) throw error;
        throw awsStepError(step, readAwsFailure(error, secrets), context);
      }
    });
  }

  #mayTryAgain(error: unknown, request: ExchangeRequest, number: number): boolean {
    if (!(error instanceof AwsStepError) || number >= this.#parts.maxExchangeAttempts) return false;
    // A code is single use, and a sign-in cannot be repeated without the user.
    if (request.authorization !== undefined) return false;
    // AssumeRole was already retried by the SDK; only a stale identity context needs the whole way again.
    if (error.step === "create-token-with-iam") return error.retryable;
    return error.code === "identity_context_expired";
  }
}

function failureContext({ connection }: ExchangeRequest, grant: Grant): FailureContext {
  return {
    tenantId: grant.tenantId,
    roleArn: connection.roleArn,
    idcApplicationArn: connection.idcApplicationArn,
    idcRegion: connection.idcRegion,
    grant: grant.exchanged.kind,
    token: grant.checked?.summary,
  };
}

function secretsOf({ exchanged }: Grant): readonly string[] {
  switch (exchanged.kind) {
    case "jwt-bearer":
      return [exchanged.assertion];
    case "refresh_token":
      return [exchanged.refreshToken];
    case "authorization_code":
      return [exchanged.code, exchanged.codeVerifier];
  }
}

function refreshKey({ connection, user }: ExchangeRequest) {
  return { tenantId: connection.tenantId, user, idcApplicationArn: connection.idcApplicationArn };
}

function signInRequired({ tenantId }: Connection, user: string): SignInRequiredError {
  return new SignInRequiredError({
    code: "sign_in_required",
    step: "authorize",
    message: `User ${JSON.stringify(user)} of tenant ${tenantId} has no AWS session: this customer asks for a sign-in in the browser.`,
    fix: "Send the user's browser to the url of beginAuthorization(), then pass the code that comes back to redeemCode().",
  });
}
