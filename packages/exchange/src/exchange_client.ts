// The owner of all state of the exchange: credentials, clients, limiters, presented tokens. One per process is
// enough for any number of customers and users; nothing is kept in the module.

import { AwsClients } from "./aws/aws_clients.ts";
import { type Clock, monotonicMs, systemClock } from "./clock.ts";
import { type Connection, parseConnection } from "./connection.ts";
import { CredentialCache } from "./credential_cache.ts";
import { type DeadlinePlace, untilAborted, withDeadline } from "./deadline.ts";
import { AwsStepError, ExchangeError, ExchangeSettingsError } from "./errors.ts";
import { type CacheState, ExchangeEvents } from "./exchange_events.ts";
import { assertExchangeOptions, type ExchangeClientOptions } from "./exchange_options.ts";
import type { AuthorizationCode, ExchangedSession, ExchangeRequest } from "./exchange_request.ts";
import { Exchanger } from "./exchanger.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import { IdTokenIntake } from "./id_token/id_token_intake.ts";
import { PresentedTokens } from "./id_token/presented_tokens.ts";
import { KeptRefreshTokens } from "./kept_refresh_tokens.ts";
import { Limiters } from "./limiters.ts";
import { memoryRefreshTokenStore } from "./refresh_token_store.ts";
import { SessionLedger } from "./session_ledger.ts";
import { roleSessionName } from "./session_name.ts";

/** Whose credentials, and where. */
export interface CredentialRequest {
  readonly connection: Connection;
  readonly user: string;
  readonly signal?: AbortSignal | undefined;
}

/** Exchanges ID tokens for credentials, keeps and renews them. One per process serves any number of customers. */
export class ExchangeClient {
  readonly #options: ExchangeClientOptions;
  readonly #clock: Clock;
  readonly #clients: AwsClients;
  readonly #cache: CredentialCache<ExchangedSession>;
  readonly #exchanger: Exchanger;
  readonly #events: ExchangeEvents;
  readonly #refreshTokens: KeptRefreshTokens;
  readonly #limiters: Limiters;
  readonly #checkedConnections = new WeakSet<Connection>();
  readonly #ledger = new SessionLedger();
  readonly #closing = new AbortController();

  constructor(options: ExchangeClientOptions = {}) {
    assertExchangeOptions(options);
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    const callSeconds = options.attemptTimeoutSeconds ?? 10;
    const presentedTokens = new PresentedTokens();
    const intake = new IdTokenIntake({
      source: options.idTokenSource,
      issuer: options.trustedTokenIssuer,
      clock,
      presentedTokens,
      callSeconds,
    });
    this.#events = new ExchangeEvents(options.onEvent, options.logger);
    const { refreshTokens = memoryRefreshTokenStore() } = options;
    this.#refreshTokens = new KeptRefreshTokens({
      store: refreshTokens === false ? undefined : refreshTokens,
      events: this.#events,
      callSeconds,
      closing: this.#closing.signal,
    });
    this.#clients = new AwsClients({
      baseCredentials: options.baseCredentials,
      overrides: options.awsClientOptions,
      requestHandler: options.requestHandler,
      onAwsCall: options.onAwsCall,
      attemptTimeoutMs: callSeconds * 1000,
      closing: this.#closing.signal,
    });
    this.#limiters = new Limiters(options.limiter);
    this.#cache = new CredentialCache({
      clock,
      maxEntries: options.cache?.maxEntries ?? 10_000,
      refreshAheadSeconds: options.cache?.refreshAheadSeconds ?? 300,
      failureHoldMs: heldMs,
    });
    this.#exchanger = new Exchanger({
      clients: this.#clients,
      clock,
      events: this.#events,
      presentedTokens,
      refreshTokens: this.#refreshTokens,
      limiters: this.#limiters,
      freshIdToken: (request, deadline) => intake.take(request, deadline),
      stsRegion: options.stsRegion,
      durationSeconds: options.durationSeconds ?? 3600,
      sessionName: (user) => roleSessionName(options.sessionName?.(user) ?? user),
      maxExchangeAttempts: options.maxExchangeAttempts ?? 3,
      callSeconds,
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
    const keep = (session: ExchangedSession) =>
      this.#cache.store(this.#keyOf(connection, user), { tenantId: connection.tenantId, user }, session);
    return await untilAborted(this.#exchange({ connection, user, authorization }, keep), signal);
  }

  /** Tells the cache that AWS no longer takes these credentials; the next call makes new ones. */
  reject(connection: Connection, user: string, session: ExchangedSession): void {
    this.#ledger.close(session);
    this.#cache.drop(this.#keyOf(connection, user), session);
  }

  /** Milliseconds since the session was obtained. */
  ageMs(session: ExchangedSession): number {
    return this.#clock().getTime() - session.obtainedAt.getTime();
  }

  /** Drops everything kept for a user (log-out, dismissal, changed rights), at the given customer. */
  async forget(connection: Connection, user: string): Promise<void> {
    const { tenantId, idcApplicationArn } = connection;
    this.#ledger.forget(tenantId, user);
    for (const session of this.#cache.forget(tenantId, user)) {
      this.#ledger.close(session);
      this.#clients.dropSession(session.credentials.accessKeyId);
    }
    await this.#refreshTokens.forget({ tenantId, user, idcApplicationArn });
  }

  /** @internal Whether the session may still be used: not forgotten, refused or over, and the client is open. */
  isCurrent(session: ExchangedSession): boolean {
    return !this.#closing.signal.aborted && this.#ledger.isOpen(session);
  }

  /** @internal Where a user's exchange under way is. */
  placeOf(connection: Connection, user: string): DeadlinePlace | undefined {
    return this.#ledger.placeOf(this.#keyOf(connection, user));
  }

  /** @internal For the search on top of it. */
  get clients(): AwsClients {
    return this.#clients;
  }

  /** @internal */
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
        fix: otherFixes.client_closed,
      }),
    );
    this.#cache.clear();
    this.#limiters.destroy();
    this.#clients.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #exchange(
    request: Omit<ExchangeRequest, "isForgotten">,
    keep?: (session: ExchangedSession) => void,
  ): Promise<ExchangedSession> {
    const { connection, user } = request;
    const key = this.#keyOf(connection, user);
    const { tenantId } = connection;
    const exchange = this.#ledger.begin({ key, tenantId, user });
    try {
      const isForgotten = () => exchange.forgotten;
      const session = await withDeadline(this.deadlineSeconds, this.#closing.signal, (deadline) => {
        exchange.deadline = deadline;
        return this.#exchanger.exchange({ ...request, isForgotten }, deadline);
      });
      this.#ledger.add(session, session.expiresAt.getTime() - this.#clock().getTime());
      if (exchange.forgotten) this.#ledger.close(session);
      else keep?.(session);
      return session;
    } finally {
      this.#ledger.end(exchange);
    }
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
      fix: otherFixes.user_invalid,
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

/**
 * How long a failure answers further calls for the same user. One that AWS will repeat must not spend the exchanges
 * other users of the same Identity Center need; short enough that a corrected set-up is seen at once.
 */
function heldMs(error: unknown): number {
  return error instanceof AwsStepError && !error.retryable ? 2000 : 0;
}
