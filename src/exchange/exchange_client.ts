// The owner of all state of the exchange: credentials, clients, limiters, presented tokens. One per process is
// enough for any number of customers and users; nothing is kept in the module.

import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { type AwsClientOptions, AwsClients } from "./aws/aws_clients.ts";
import type { TokenGrant } from "./aws/create_token_with_iam.ts";
import { type Clock, monotonicMs, systemClock } from "./clock.ts";
import { type Connection, identityCenterInstanceId, parseConnection } from "./connection.ts";
import { CredentialCache } from "./credential_cache.ts";
import { Deadline } from "./deadline.ts";
import { ExchangeError, ExchangeSettingsError } from "./errors.ts";
import { type CacheState, type ExchangeEventListener, ExchangeEvents } from "./exchange_events.ts";
import {
  type AuthorizationCode,
  type ExchangedSession,
  type ExchangeRequest,
  Exchanger,
} from "./exchanger.ts";
import { IdTokenIntake, type IdTokenSource, type TrustedTokenIssuer } from "./id_token/id_token_intake.ts";
import { PresentedTokens } from "./id_token/presented_tokens.ts";
import { InstanceLimiter, type LimiterOptions } from "./instance_limiter.ts";
import { memoryRefreshTokenStore, type RefreshTokenStore } from "./refresh_token_store.ts";
import { roleSessionName } from "./session_name.ts";

export interface ExchangeClientOptions {
  /** The issuer registered with AWS. Needed for connections of method `tti`. */
  readonly trustedTokenIssuer?: TrustedTokenIssuer;
  /** Returns a fresh ID token for a user. Needed for connections of method `tti`. */
  readonly idTokenSource?: IdTokenSource;
  /** The ISV's own credentials for AssumeRole. Absent: the SDK's default chain. */
  readonly baseCredentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** Default: the connection's Identity Center region. */
  readonly stsRegion?: string;
  /** Lifetime asked for in step 3, 900–43200 s; at most 3600 when the base credentials are a session. Default 3600. */
  readonly durationSeconds?: number;
  /** Names the session in CloudTrail; sanitised afterwards. Default: the user. */
  readonly sessionName?: (user: string) => string;
  /** How long a call may take, exchange included. Default 30. */
  readonly deadlineSeconds?: number;
  /** How long one attempt of one AWS call may take. Default 10. */
  readonly attemptTimeoutSeconds?: number;
  /** Exchanges tried for one call, each with its own ID token. Default 3. */
  readonly maxExchangeAttempts?: number;
  readonly cache?: {
    /** Credentials kept, one per user and connection. Default 10000. */
    readonly maxEntries?: number;
    /** Renewed in the background from this long before expiry. Default 300, what AWS SDK clients use too. */
    readonly refreshAheadSeconds?: number;
  };
  readonly limiter?: LimiterOptions;
  /** Where Identity Center's refresh tokens rest; `false` never uses them. Default: in memory. */
  readonly refreshTokens?: RefreshTokenStore | false;
  /** Hears every step; the diagnostics channel `tti-provider:exchange` carries the same. */
  readonly onEvent?: ExchangeEventListener;
  /** Extra settings for the AWS SDK clients: endpoint, proxy, FIPS. */
  readonly awsClientOptions?: AwsClientOptions;
  readonly clock?: Clock;
}

export interface CredentialRequest {
  readonly connection: Connection;
  readonly user: string;
  readonly signal?: AbortSignal | undefined;
}

/** JwtBearer: per Identity Center instance. Refresh: per application (Identity Center quotas page). */
const refreshesPerSecond = 80;

export class ExchangeClient {
  readonly #options: ExchangeClientOptions;
  readonly #clients: AwsClients;
  readonly #cache: CredentialCache<ExchangedSession>;
  readonly #exchanger: Exchanger;
  readonly #events: ExchangeEvents;
  readonly #refreshTokens: RefreshTokenStore | undefined;
  readonly #limiters = new Map<string, InstanceLimiter>();
  readonly #checkedConnections = new WeakSet<Connection>();
  readonly #underWay = new Set<{ readonly tenantId: string; readonly user: string; forgotten: boolean }>();
  readonly #closing = new AbortController();

  constructor(options: ExchangeClientOptions) {
    assertOptions(options);
    this.#options = options;
    const clock = options.clock ?? systemClock;
    const presentedTokens = new PresentedTokens();
    const intake = new IdTokenIntake({
      source: options.idTokenSource,
      issuer: options.trustedTokenIssuer,
      clock,
      presentedTokens,
    });
    this.#events = new ExchangeEvents(options.onEvent);
    this.#refreshTokens =
      options.refreshTokens === false ? undefined : (options.refreshTokens ?? memoryRefreshTokenStore());
    this.#clients = new AwsClients({
      baseCredentials: options.baseCredentials,
      overrides: options.awsClientOptions,
      attemptTimeoutMs: (options.attemptTimeoutSeconds ?? 10) * 1000,
    });
    this.#cache = new CredentialCache({
      clock,
      maxEntries: options.cache?.maxEntries ?? 10_000,
      refreshAheadSeconds: options.cache?.refreshAheadSeconds ?? 300,
    });
    this.#exchanger = new Exchanger({
      clients: this.#clients,
      clock,
      events: this.#events,
      presentedTokens,
      refreshTokens: this.#refreshTokens,
      limiterFor: (connection, grant) => this.#limiterFor(connection, grant),
      freshIdToken: (request, deadline) => intake.take(request, deadline),
      stsRegion: options.stsRegion,
      durationSeconds: options.durationSeconds ?? 3600,
      sessionName: (user) => roleSessionName(options.sessionName?.(user) ?? user),
      maxExchangeAttempts: options.maxExchangeAttempts ?? 3,
    });
  }

  /** Seconds a call may take. */
  get deadlineSeconds(): number {
    return this.#options.deadlineSeconds ?? 30;
  }

  /**
   * Identity-enhanced credentials of one user at one customer, from the cache or by an exchange. Concurrent calls for
   * the same user share one exchange, which goes on if one caller aborts.
   *
   * @throws ExchangeError with step, causes and fix; the signal's reason if the caller aborts
   */
  async session({ connection, user, signal }: CredentialRequest): Promise<ExchangedSession> {
    this.#assertUsable(connection, user);
    signal?.throwIfAborted();
    const startedMs = monotonicMs();
    const key = this.#keyOf(connection, user);
    const kept = this.#cache.find(key);
    if (kept !== undefined) {
      this.#tell(connection, user, startedMs, { cache: "hit" });
      return kept;
    }
    const resolving = this.#cache.resolve(key, { tenantId: connection.tenantId, user }, () =>
      this.#exchange({ connection, user }),
    );
    try {
      const { value, state } = await untilAborted(resolving, signal);
      this.#tell(connection, user, startedMs, { cache: state });
      return value;
    } catch (error) {
      this.#tell(connection, user, startedMs, { error });
      throw error;
    }
  }

  /**
   * Ends the browser's part of an authorization-code connection: exchanges the code, keeps credentials and refresh
   * token for the user.
   *
   * @throws ExchangeError `authorization_code_rejected` and the failures of the other steps
   */
  async redeemCode(
    request: CredentialRequest & { readonly authorization: AuthorizationCode },
  ): Promise<ExchangedSession> {
    const { connection, user, signal, authorization } = request;
    this.#assertUsable(connection, user);
    const session = await untilAborted(this.#exchange({ connection, user, authorization }), signal);
    this.#cache.store(this.#keyOf(connection, user), { tenantId: connection.tenantId, user }, session);
    return session;
  }

  /** Tells the cache that AWS no longer takes these credentials; the next call makes new ones. */
  reject(connection: Connection, user: string, session: ExchangedSession): void {
    this.#cache.drop(this.#keyOf(connection, user), session);
  }

  /** Milliseconds since the session was obtained. */
  ageMs(session: ExchangedSession): number {
    return (this.#options.clock ?? systemClock)().getTime() - session.obtainedAt.getTime();
  }

  /** Drops everything kept for a user (log-out, dismissal, changed rights), at the given customer. */
  async forget(connection: Connection, user: string): Promise<void> {
    const { tenantId, idcApplicationArn } = connection;
    for (const exchange of this.#underWay) {
      if (exchange.tenantId === tenantId && exchange.user === user) exchange.forgotten = true;
    }
    this.#cache.forget(tenantId, user);
    await this.#refreshTokens?.delete({ tenantId, user, idcApplicationArn });
  }

  /** The clients of this exchange client, for the search on top of it. */
  get clients(): AwsClients {
    return this.#clients;
  }

  get events(): ExchangeEvents {
    return this.#events;
  }

  /** How many users' credentials are kept. */
  get cachedSessions(): number {
    return this.#cache.size;
  }

  /** Closes sockets, ends what is under way, drops all credentials. */
  destroy(): void {
    this.#closing.abort(
      new ExchangeSettingsError({
        code: "client_closed",
        step: "settings",
        message: "The exchange client was closed.",
        fix: "Call destroy() only when no search is needed any more.",
      }),
    );
    this.#cache.clear();
    for (const limiter of this.#limiters.values()) limiter.destroy();
    this.#clients.destroy();
  }

  async #exchange(request: Omit<ExchangeRequest, "isForgotten">): Promise<ExchangedSession> {
    const exchange = { tenantId: request.connection.tenantId, user: request.user, forgotten: false };
    this.#underWay.add(exchange);
    try {
      using deadline = new Deadline(this.deadlineSeconds, this.#closing.signal);
      return await this.#exchanger.exchange({ ...request, isForgotten: () => exchange.forgotten }, deadline);
    } finally {
      this.#underWay.delete(exchange);
    }
  }

  #limiterFor(connection: Connection, grant: TokenGrant["kind"]): InstanceLimiter {
    const refresh = grant === "refresh_token";
    const key = refresh
      ? connection.idcApplicationArn
      : identityCenterInstanceId(connection.idcApplicationArn);
    const known = this.#limiters.get(key);
    if (known !== undefined) return known;
    const options = this.#options.limiter ?? {};
    const limiter = new InstanceLimiter(
      refresh ? { ...options, exchangesPerSecond: refreshesPerSecond } : options,
    );
    this.#limiters.set(key, limiter);
    return limiter;
  }

  #keyOf({ tenantId, idcApplicationArn, roleArn, idcRegion }: Connection, user: string): string {
    return JSON.stringify([tenantId, user, idcApplicationArn, roleArn, idcRegion]);
  }

  #assertUsable(connection: Connection, user: string): void {
    this.#closing.signal.throwIfAborted();
    if (!this.#checkedConnections.has(connection)) {
      parseConnection(connection);
      this.#checkedConnections.add(connection);
    }
    if (typeof user === "string" && user.length > 0 && user.length <= 1024) return;
    throw new ExchangeSettingsError({
      code: "user_invalid",
      step: "settings",
      message: "user must be a text of 1 to 1024 characters that names the user to the token source.",
      fix: "Pass the user's subject or e-mail address.",
    });
  }

  #tell(
    connection: Connection,
    user: string,
    startedMs: number,
    result: { readonly cache?: CacheState; readonly error?: unknown },
  ): void {
    if (!this.#events.wanted) return;
    const { cache, error } = result;
    this.#events.emit({
      step: "credentials",
      outcome: error === undefined ? "ok" : "error",
      tenantId: connection.tenantId,
      user,
      durationMs: monotonicMs() - startedMs,
      ...(cache === undefined ? {} : { cache }),
      ...(error === undefined ? {} : { code: error instanceof ExchangeError ? error.code : "aborted" }),
    });
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  // The work is shared with other callers: it goes on, and its outcome is theirs.
  work.catch(() => undefined);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}

function assertOptions(options: ExchangeClientOptions): void {
  const faults: string[] = [];
  const within = (name: string, value: number | undefined, min: number, max: number, unit: string) => {
    if (value === undefined || (Number.isFinite(value) && value >= min && value <= max)) return;
    faults.push(`${name} is ${value}, expected ${min} to ${max} ${unit}`);
  };
  within("durationSeconds", options.durationSeconds, 900, 43_200, "seconds");
  within("deadlineSeconds", options.deadlineSeconds, 0.05, 3600, "seconds");
  within("attemptTimeoutSeconds", options.attemptTimeoutSeconds, 0.05, 3600, "seconds");
  within("maxExchangeAttempts", options.maxExchangeAttempts, 1, 10, "attempts");
  within("cache.maxEntries", options.cache?.maxEntries, 1, 10_000_000, "entries");
  within("cache.refreshAheadSeconds", options.cache?.refreshAheadSeconds, 0, 3600, "seconds");
  within("limiter.share", options.limiter?.share, 0.001, 1, "(a fraction of the quota)");
  within("limiter.exchangesPerSecond", options.limiter?.exchangesPerSecond, 0.1, 10_000, "per second");
  if (faults.length === 0) return;
  throw new ExchangeSettingsError({
    code: "options_invalid",
    step: "settings",
    message: `The exchange client's options have faults: ${faults.join("; ")}.`,
    fix: "Correct the named options.",
  });
}
