// One exchange for one user: ID token → AssumeRole (tag) → CreateTokenWithIAM → AssumeRole (context + tag).
// Owns the order of the steps and what is tried again with what; caching and searching are elsewhere.
import type { SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { mayTryAgain, pauseMs } from "./another_attempt.ts";
import { assumeRole } from "./aws/assume_role.ts";
import type { AwsClients } from "./aws/aws_clients.ts";
import { areSession } from "./aws/base_credentials.ts";
import { type CreateTokenOutput, createTokenWithIam } from "./aws/create_token_with_iam.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { ExchangeDeadlineError, ExchangeError, type ExchangeStep } from "./errors.ts";
import type { ExchangeEvents } from "./exchange_events.ts";
import type { ExchangedSession, ExchangeRequest } from "./exchange_request.ts";
import { readAwsFailure } from "./failures/aws_failure.ts";
import { awsStepError } from "./failures/explain_failure.ts";
import type { FailureContext } from "./failures/failure_row.ts";
import type { CheckedIdToken } from "./id_token/checked_id_token.ts";
import type { PresentedTokens } from "./id_token/presented_tokens.ts";
import type { InstanceLimiter } from "./instance_limiter.ts";
import type { KeptRefreshTokens } from "./kept_refresh_tokens.ts";
import type { Limiters } from "./limiters.ts";
import { findGrant, type Grant, type PendingGrant, secretsOf } from "./pending_grant.ts";
import type { Places } from "./places.ts";

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
  /** Seconds one foreign call may take: the credential provider's. */
  readonly callSeconds: number;
}

interface Attempt {
  readonly request: ExchangeRequest;
  readonly deadline: Deadline;
  readonly number: number;
  /** Whatever secret the attempt has touched; none may show in an error. */
  readonly secrets: string[];
  /** Refresh tokens AWS refused in this exchange. */
  readonly refused: string[];
}

/** What step 2 and 3 gave; the refresh token may still be on its way to the store. */
interface Exchanged {
  readonly session: ExchangedSession;
  readonly saving: Promise<void>;
}

const firstStepSeconds = 900;
const roleChainingLimitSeconds = 3600;
/** A token source slower than this lends its place in the queue to the next user. */
const lendAfterMs = 3000;
const othersFirst = "its turn: other users of this Identity Center came first";

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
    const refused: string[] = [];
    for (let number = 1; ; number += 1) {
      try {
        return await this.#attempt({ request, deadline, number, secrets: [], refused });
      } catch (error) {
        const byCode = request.authorization !== undefined;
        const maxAttempts = this.#parts.maxExchangeAttempts;
        if (!mayTryAgain({ error, number, maxAttempts, byCode })) throw error;
        await deadline.sleep(pauseMs(number));
      }
    }
  }

  async #attempt(attempt: Attempt): Promise<ExchangedSession> {
    const { request, deadline } = attempt;
    const freshIdToken = () => this.#freshIdToken(attempt);
    const parts = { refreshTokens: this.#parts.refreshTokens, freshIdToken };
    const pending = await findGrant(parts, request, attempt.refused, deadline);
    const limiter = this.#parts.limiters.get(request.connection, pending.isRefresh);
    deadline.at(pending.isRefresh ? "create-token-with-iam" : "id-token", othersFirst);
    // Only as many as the limiter lets through soon: an ID token must not grow old in a queue.
    const place = { leave: await limiter.enter(deadline) };
    let exchanged: Exchanged;
    try {
      const grant = await this.#open(pending, limiter, place, deadline);
      attempt.secrets.push(...secretsOf(grant));
      exchanged = await this.#exchangeGrant(attempt, grant, limiter);
    } finally {
      place.leave();
    }
    await settle(exchanged.saving, deadline);
    return exchanged.session;
  }

  /** Asks for the grant. A source that is slow lends its place out, so that it holds up its own users only. */
  async #open(
    pending: PendingGrant,
    limiter: InstanceLimiter,
    place: { leave: () => void },
    deadline: Deadline,
  ): Promise<Grant> {
    if (!pending.asksSource) return await pending.open();
    let lent = false;
    const lend = setTimeout(() => {
      lent = true;
      place.leave();
    }, lendAfterMs);
    try {
      const grant = await pending.open();
      deadline.at("id-token", othersFirst);
      if (lent) place.leave = await limiter.enter(deadline, true);
      return grant;
    } finally {
      clearTimeout(lend);
    }
  }

  #freshIdToken({ request, deadline, number }: Attempt): Promise<CheckedIdToken> {
    const { connection, user } = request;
    const about = { step: "id-token", tenantId: connection.tenantId, user, attempt: number } as const;
    const take = () => this.#parts.freshIdToken({ connection, user, attempt: number }, deadline);
    return this.#parts.events.observe(about, take);
  }

  async #exchangeGrant(attempt: Attempt, grant: Grant, limiter: InstanceLimiter): Promise<Exchanged> {
    const { clients, stsRegion, clock, refreshTokens, callSeconds } = this.#parts;
    const { connection, user } = attempt.request;
    const sts = await attempt.deadline.race(clients.sts(stsRegion ?? connection.idcRegion));
    const stsPlaces = clients.places("sts", stsRegion ?? connection.idcRegion);
    const context = failureContext(attempt.request, grant);
    const role = {
      roleArn: connection.roleArn,
      sessionName: this.#parts.sessionName(user),
      tenantId: grant.tenantId,
    };

    let chained = false;
    const first = await this.#step(attempt, "assume-role-with-tag", stsPlaces, context, async (signal) => {
      chained = await areSession(sts, callSeconds, attempt.deadline);
      return await assumeRole(sts, { ...role, durationSeconds: firstStepSeconds }, signal);
    });
    attempt.secrets.push(first.credentials.secretAccessKey, first.credentials.sessionToken);

    attempt.deadline.at("create-token-with-iam", "the quota of ten exchanges a second");
    await limiter.acquire(attempt.deadline);
    const oidc = await attempt.deadline.race(
      clients.ssoOidc(connection.idcRegion, first.credentials, sts.config.systemClockOffset),
    );
    const token = await this.#createToken(attempt, grant, oidc, context, limiter);
    attempt.secrets.push(token.identityContext);
    const { refreshToken } = token;
    // Beside step 3: a slow store must hold up nobody's place.
    const saving =
      refreshToken === undefined ? Promise.resolve() : refreshTokens.save(attempt.request, refreshToken);

    const { durationSeconds: wanted } = this.#parts;
    const durationSeconds = chained ? Math.min(wanted, roleChainingLimitSeconds) : wanted;
    const { identityContext } = token;
    const withContext = "assume-role-with-context";
    const second = await this.#step(attempt, withContext, stsPlaces, { ...context, chained }, (signal) =>
      assumeRole(sts, { ...role, durationSeconds, identityContext }, signal),
    );

    const clockOffsetMs = sts.config.systemClockOffset;
    const session: ExchangedSession = {
      credentials: second.credentials,
      expiresAt: new Date(second.credentials.expiration.getTime() - clockOffsetMs),
      obtainedAt: clock(),
      clockOffsetMs,
      identityCenterUserId: token.identityCenterUserId,
      token: grant.checked?.summary,
    };
    return { session, saving };
  }

  /** Step 2. Each ID token is presented once in its life, whatever comes of it. */
  async #createToken(
    attempt: Attempt,
    grant: Grant,
    client: SSOOIDCClient,
    context: FailureContext,
    limiter: InstanceLimiter,
  ): Promise<CreateTokenOutput> {
    const { clients, clock, presentedTokens, refreshTokens } = this.#parts;
    const { idcApplicationArn, idcRegion } = attempt.request.connection;
    const places = clients.places("sso-oauth", idcRegion);
    try {
      const output = await this.#step(attempt, "create-token-with-iam", places, context, async (signal) => {
        if (grant.checked !== undefined) presentedTokens.present(grant.checked.token, clock());
        return await createTokenWithIam(client, idcApplicationArn, grant.exchanged, signal);
      });
      limiter.succeeded();
      return output;
    } catch (error) {
      const code = error instanceof ExchangeError ? error.code : undefined;
      if (code === "slow_down") limiter.slowDown();
      if (code === "refresh_token_expired" && grant.exchanged.kind === "refresh_token") {
        attempt.refused.push(grant.exchanged.refreshToken);
        await refreshTokens.discard(attempt.request, grant.exchanged.refreshToken);
      }
      throw error;
    }
  }

  async #step<T extends { readonly awsRequestId: string | undefined }>(
    { request, deadline, number, secrets }: Attempt,
    step: ExchangeStep,
    places: Places,
    context: FailureContext,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const about = { step, tenantId: request.connection.tenantId, user: request.user, attempt: number };
    const { grant } = context;
    const told = step === "create-token-with-iam" && grant !== undefined ? { ...about, grant } : about;
    return this.#parts.events.observe(told, async () => {
      deadline.at(step, "a free connection to AWS");
      const leave = await places.take(deadline);
      deadline.at(step);
      try {
        return await deadline.race(call(deadline.signal));
      } catch (error) {
        if (deadline.signal.aborted || error instanceof ExchangeError) throw error;
        throw awsStepError(step, readAwsFailure(error, secrets), context);
      } finally {
        leave();
      }
    });
  }
}

/** The store's time is up with the deadline; the credentials are there, and only a closed client takes them back. */
async function settle(saving: Promise<void>, deadline: Deadline): Promise<void> {
  deadline.at("create-token-with-iam", "the refresh token store");
  try {
    await deadline.race(saving);
  } catch (error) {
    if (!(error instanceof ExchangeDeadlineError)) throw error;
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
