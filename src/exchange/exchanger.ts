// One exchange for one user: ID token → AssumeRole (tag) → CreateTokenWithIAM → AssumeRole (context + tag).
// Owns the order of the steps and what is tried again with what; caching and searching are elsewhere.

import type { SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { assumeRole, type SessionCredentials } from "./aws/assume_role.ts";
import type { AwsClients } from "./aws/aws_clients.ts";
import { type CreateTokenOutput, createTokenWithIam, type TokenGrant } from "./aws/create_token_with_iam.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import {
  AwsStepError,
  ExchangeError,
  type ExchangeStep,
  IdTokenError,
  SignInRequiredError,
} from "./errors.ts";
import type { ExchangeEvents } from "./exchange_events.ts";
import { readAwsFailure } from "./failures/aws_failure.ts";
import { awsStepError } from "./failures/explain_failure.ts";
import type { FailureContext, TokenSummary } from "./failures/failure_row.ts";
import type { IdToken } from "./id_token/id_token.ts";
import type { PresentedTokens } from "./id_token/presented_tokens.ts";
import type { InstanceLimiter } from "./instance_limiter.ts";
import type { KeptRefreshTokens } from "./kept_refresh_tokens.ts";
import type { Limiters } from "./limiters.ts";

export interface ExchangerParts {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly events: ExchangeEvents;
  readonly presentedTokens: PresentedTokens;
  readonly refreshTokens: KeptRefreshTokens;
  readonly limiters: Limiters;
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

/** What will be exchanged, known before it is had. */
interface PendingGrant {
  readonly isRefresh: boolean;
  readonly open: () => Promise<Grant>;
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
    const { connection } = attempt.request;
    const pending = await this.#findGrant(attempt);
    const limiter = this.#parts.limiters.get(connection, pending.isRefresh);
    attempt.deadline.step = pending.isRefresh ? "create-token-with-iam" : "id-token";
    // Only as many as the limiter lets through soon: an ID token must not grow old in a queue.
    const leave = await limiter.enter(attempt.deadline);
    try {
      attempt.deadline.assertTimeLeft();
      const grant = await pending.open();
      attempt.secrets.push(...secretsOf(grant));
      return await this.#exchangeGrant(attempt, grant, limiter);
    } finally {
      leave();
    }
  }

  async #exchangeGrant(attempt: Attempt, grant: Grant, limiter: InstanceLimiter): Promise<ExchangedSession> {
    const { clients, stsRegion, clock, refreshTokens } = this.#parts;
    const { connection, user } = attempt.request;
    const sts = clients.sts(stsRegion ?? connection.idcRegion);
    const context = failureContext(attempt.request, grant);
    const role = {
      roleArn: connection.roleArn,
      sessionName: this.#parts.sessionName(user),
      tenantId: grant.tenantId,
    };

    let chained = false;
    const first = await this.#step(attempt, "assume-role-with-tag", context, async (signal) => {
      chained = (await sts.config.credentials()).sessionToken !== undefined;
      return await assumeRole(sts, { ...role, durationSeconds: firstStepSeconds }, signal);
    });
    attempt.secrets.push(first.credentials.secretAccessKey, first.credentials.sessionToken);

    attempt.deadline.step = "create-token-with-iam";
    await limiter.acquire(attempt.deadline);
    const oidc = clients.ssoOidc(connection.idcRegion, first.credentials, sts.config.systemClockOffset);
    const token = await this.#createToken(attempt, grant, oidc, context, limiter);
    attempt.secrets.push(token.identityContext);
    if (token.refreshToken !== undefined) await refreshTokens.save(attempt.request, token.refreshToken);

    const { durationSeconds: wanted } = this.#parts;
    const durationSeconds = chained ? Math.min(wanted, roleChainingLimitSeconds) : wanted;
    const { identityContext } = token;
    const second = await this.#step(attempt, "assume-role-with-context", { ...context, chained }, (signal) =>
      assumeRole(sts, { ...role, durationSeconds, identityContext }, signal),
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

  /** Step 2. Each ID token is presented once in its life, whatever comes of it. */
  async #createToken(
    attempt: Attempt,
    grant: Grant,
    client: SSOOIDCClient,
    context: FailureContext,
    limiter: InstanceLimiter,
  ): Promise<CreateTokenOutput> {
    const { clock, presentedTokens, refreshTokens } = this.#parts;
    const { idcApplicationArn } = attempt.request.connection;
    if (grant.checked !== undefined) presentedTokens.present(grant.checked.token, clock());
    try {
      const output = await this.#step(attempt, "create-token-with-iam", context, (signal) =>
        createTokenWithIam(client, idcApplicationArn, grant.exchanged, signal),
      );
      limiter.succeeded();
      return output;
    } catch (error) {
      const code = error instanceof ExchangeError ? error.code : undefined;
      if (code === "slow_down") limiter.slowDown();
      if (code === "refresh_token_expired") await refreshTokens.discard(attempt.request);
      throw error;
    }
  }

  /** A code the browser brought, a refresh token if there is one, otherwise a fresh ID token, minted when its turn comes. */
  async #findGrant({ request, deadline, number }: Attempt): Promise<PendingGrant> {
    const { connection, user, authorization } = request;
    const { tenantId } = connection;
    if (authorization !== undefined) {
      const exchanged = { kind: "authorization_code", ...authorization } as const;
      return { isRefresh: false, open: async () => ({ exchanged, tenantId }) };
    }
    const refreshToken = await this.#parts.refreshTokens.find(request, deadline);
    if (refreshToken !== undefined) {
      const exchanged = { kind: "refresh_token", refreshToken } as const;
      return { isRefresh: true, open: async () => ({ exchanged, tenantId }) };
    }
    if (connection.method === "auth-code") throw signInRequired(connection, user);
    const about = { step: "id-token", tenantId, user, attempt: number } as const;
    const take = () => this.#parts.freshIdToken({ connection, user, attempt: number }, deadline);
    return {
      isRefresh: false,
      open: async () => {
        const checked = await this.#parts.events.observe(about, take);
        const exchanged = { kind: "jwt-bearer", assertion: checked.token.compact } as const;
        return { exchanged, tenantId: checked.tenantId, checked };
      },
    };
  }

  async #step<T extends { readonly awsRequestId: string | undefined }>(
    { request, deadline, number, secrets }: Attempt,
    step: ExchangeStep,
    context: FailureContext,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const about = { step, tenantId: request.connection.tenantId, user: request.user, attempt: number };
    const { grant } = context;
    const told = step === "create-token-with-iam" && grant !== undefined ? { ...about, grant } : about;
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
    if (number >= this.#parts.maxExchangeAttempts) return false;
    // Waited for its turn too long; the source can mint another.
    if (error instanceof IdTokenError) return error.code === "id_token_expired_waiting";
    if (!(error instanceof AwsStepError)) return false;
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

function signInRequired({ tenantId }: Connection, user: string): SignInRequiredError {
  return new SignInRequiredError({
    code: "sign_in_required",
    step: "authorize",
    message: `User ${JSON.stringify(user)} of tenant ${tenantId} has no AWS session: this customer asks for a sign-in in the browser.`,
    fix: "Send the user's browser to the url of beginAuthorization(), then pass the code that comes back to redeemCode().",
  });
}
