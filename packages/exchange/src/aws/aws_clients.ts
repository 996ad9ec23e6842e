// The AWS SDK clients of one exchange client: sockets are shared per service and region, credentials never are.
// A client for one user's session is a thin object over the region's connection handler.
// The SDK is loaded by the first call that needs it: it costs more than all the rest of the package together.

import type {
  QBusinessClient,
  QBusinessClientConfig,
  SearchRelevantContentCommand,
} from "@aws-sdk/client-qbusiness";
import type { SSOOIDCClient, SSOOIDCClientConfig } from "@aws-sdk/client-sso-oidc";
import type { STSClient, STSClientConfig } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { Places } from "../places.ts";
import { userAgentMark } from "../version.ts";
import { type RequestHandler, sharedHandler, unusableCredentials } from "./request_handler.ts";

/** `requestHandler` has one seam for all; the SDK's own logger would write session tokens. */
type Apart = "requestHandler" | "logger";

/** Settings of the AWS SDK's clients, a service each: endpoint, FIPS, dual stack. Region, credentials and retries stay the library's. */
export interface AwsClientOptions {
  readonly sts?: Omit<STSClientConfig, Apart> | undefined;
  readonly ssoOidc?: Omit<SSOOIDCClientConfig, Apart> | undefined;
  readonly qbusiness?: Omit<QBusinessClientConfig, Apart> | undefined;
}

/** Hears a call as the SDK's logger does: command name, input, and output or error, with the secrets in them. */
export type AwsCallListener = (call: unknown) => void;

/** A user's client of Q Business, with the command it is sent. */
export interface SearchClient {
  readonly client: QBusinessClient;
  readonly SearchRelevantContentCommand: typeof SearchRelevantContentCommand;
}

export interface AwsClientsOptions {
  /** Hears each call; only for who asks for it by name, because of what it is told. */
  readonly onAwsCall?: AwsCallListener | undefined;
  /** The ISV's own credentials. Absent: the SDK's default chain. */
  readonly baseCredentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Passed to the SDK clients: endpoint, FIPS, signing. Region, credentials and retries stay ours. */
  readonly overrides?: AwsClientOptions | undefined;
  /** How requests travel; absent: as the SDK does, with our limits. */
  readonly requestHandler?: RequestHandler | undefined;
  /** Milliseconds one attempt of one call may take. */
  readonly attemptTimeoutMs: number;
  /** Once it is aborted no client is made. */
  readonly closing?: AbortSignal | undefined;
  /** Sockets to one service of one region, and calls on the way to it. Default 256. */
  readonly maxSockets?: number | undefined;
}

/** The SDK's own 50 are fewer than the users of three customers who come at once. */
const defaultSockets = 256;

/** Sessions whose client is kept ready; more users than this at once only cost a few microseconds each. */
const keptSearchClients = 100;

export class AwsClients {
  readonly #options: AwsClientsOptions;
  readonly #sts = new Map<string, STSClient>();
  readonly #ssoOidc = new Map<string, SSOOIDCClient>();
  readonly #qbusiness = new Map<string, QBusinessClient>();
  readonly #searchClients = new Map<string, SearchClient>();
  readonly #places = new Map<string, Places>();
  /** The ISV's, for all services; undefined: nobody asked yet, or each region of a service has its own. */
  #handler: Promise<RequestHandler> | undefined;

  constructor(options: AwsClientsOptions) {
    this.#options = options;
  }

  /**
   * The calls that may be under way to a service of a region at once: as many as there are sockets. The SDK's limit for
   * connecting also runs while a request waits for a socket, so requests wait here instead, under their own deadline.
   */
  places(service: "sts" | "sso-oauth", region: string): Places {
    return remember(this.#places, `${service} ${region}`, () => new Places(this.#sockets));
  }

  /**
   * STS with the base credentials; standard retries are safe here, AssumeRole consumes nothing.
   *
   * @throws what kept the SDK from being loaded; the reason of `closing`
   */
  async sts(region: string): Promise<STSClient> {
    const { STSClient } = await import("@aws-sdk/client-sts");
    const requestHandler = await this.#requestHandler(this.#limits());
    return remember(this.#sts, region, () => {
      const { baseCredentials, overrides, onAwsCall } = this.#options;
      return new STSClient({
        ...marked(overrides?.sts, onAwsCall),
        requestHandler,
        region,
        ...(baseCredentials === undefined ? {} : { credentials: baseCredentials }),
      });
    });
  }

  /**
   * Identity Center's OIDC service for one exchange. Never retries: after a failure nobody knows whether the token
   * was consumed.
   *
   * @param clockOffsetMs what STS has just shown about this machine's clock
   * @throws what kept the SDK from being loaded; the reason of `closing`
   */
  async ssoOidc(
    region: string,
    credentials: AwsCredentialIdentity,
    clockOffsetMs: number,
  ): Promise<SSOOIDCClient> {
    const { SSOOIDCClient } = await import("@aws-sdk/client-sso-oidc");
    const requestHandler = await this.#requestHandler(this.#limits());
    const overrides = marked(this.#options.overrides?.ssoOidc, this.#options.onAwsCall);
    const shared = remember(
      this.#ssoOidc,
      region,
      () =>
        new SSOOIDCClient({
          ...overrides,
          requestHandler,
          region,
          credentials: unusableCredentials,
        }),
    );
    return new SSOOIDCClient({
      ...overrides,
      region,
      credentials,
      maxAttempts: 1,
      systemClockOffset: clockOffsetMs,
      requestHandler: shared.config.requestHandler,
    });
  }

  /** Q Business for one user's session if it is kept ready: at once, for an import costs at each search. */
  keptSearchClient(region: string, { accessKeyId }: AwsCredentialIdentity): SearchClient | undefined {
    const key = `${region} ${accessKeyId}`;
    const kept = this.#searchClients.get(key);
    if (kept === undefined) return undefined;
    this.#searchClients.delete(key);
    this.#searchClients.set(key, kept);
    return kept;
  }

  /**
   * Q Business for one user's session.
   *
   * @throws what kept the SDK from being loaded; the reason of `closing`
   */
  async searchClient(
    region: string,
    credentials: AwsCredentialIdentity,
    clockOffsetMs: number,
  ): Promise<SearchClient> {
    const { QBusinessClient, SearchRelevantContentCommand } = await import("@aws-sdk/client-qbusiness");
    // HTTP/2: the timeout is for a silent stream.
    const requestHandler = await this.#requestHandler({ requestTimeout: this.#options.attemptTimeoutMs });
    // Others may have come meanwhile.
    const kept = this.keptSearchClient(region, credentials);
    if (kept !== undefined) return kept;
    const overrides = marked(this.#options.overrides?.qbusiness, this.#options.onAwsCall);
    const shared = remember(
      this.#qbusiness,
      region,
      () =>
        new QBusinessClient({
          ...overrides,
          requestHandler,
          region,
          credentials: unusableCredentials,
        }),
    );
    const client = new QBusinessClient({
      ...overrides,
      region,
      credentials,
      systemClockOffset: clockOffsetMs,
      requestHandler: shared.config.requestHandler,
    });
    const made = { client, SearchRelevantContentCommand };
    this.#searchClients.set(`${region} ${credentials.accessKeyId}`, made);
    if (this.#searchClients.size > keptSearchClients) {
      for (const oldest of this.#searchClients.keys()) {
        this.#searchClients.delete(oldest);
        break;
      }
    }
    return made;
  }

  /** Lets go of the client of a session that was forgotten. */
  dropSession(accessKeyId: string): void {
    for (const key of this.#searchClients.keys()) {
      if (key.endsWith(` ${accessKeyId}`)) this.#searchClients.delete(key);
    }
  }

  /** Closes every socket. */
  destroy(): void {
    for (const clients of [this.#sts, this.#ssoOidc, this.#qbusiness]) {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    }
    this.#searchClients.clear();
  }

  /** The ISV's handler, one for all, or the options of one that the SDK makes for a region of a service. */
  async #requestHandler(ours: RequestHandler): Promise<RequestHandler> {
    const { requestHandler: theirs } = this.#options;
    if (theirs !== undefined) this.#handler ??= sharedHandler(theirs, this.#limits());
    const handler = (await this.#handler) ?? ours;
    // The SDK took its time to load: nobody would close what is opened from here on.
    this.#options.closing?.throwIfAborted();
    return handler;
  }

  get #sockets(): number {
    return this.#options.maxSockets ?? defaultSockets;
  }

  #limits() {
    const { attemptTimeoutMs } = this.#options;
    return {
      connectionTimeout: Math.min(attemptTimeoutMs, 3000),
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: this.#sockets },
      httpsAgent: { maxSockets: this.#sockets },
    };
  }
}

/** The mark before what the ISV adds to the user agent itself. */
function marked<T extends Pick<STSClientConfig, "customUserAgent">>(
  overrides: T | undefined,
  onAwsCall: AwsCallListener | undefined,
) {
  const own = overrides?.customUserAgent ?? [];
  const [name, version] = userAgentMark;
  const theirs: [string, string?][] = typeof own === "string" ? [[own]] : own;
  const customUserAgent = [[name, version] as [string, string], ...theirs];
  return { ...overrides, ...(onAwsCall === undefined ? {} : { logger: heard(onAwsCall) }), customUserAgent };
}

function heard(onAwsCall: AwsCallListener): NonNullable<STSClientConfig["logger"]> {
  const quiet = () => undefined;
  return { trace: quiet, debug: quiet, warn: quiet, info: onAwsCall, error: onAwsCall };
}

function remember<T>(made: Map<string, T>, name: string, create: () => T): T {
  const known = made.get(name);
  if (known !== undefined) return known;
  const created = create();
  made.set(name, created);
  return created;
}
