// The AWS SDK clients of one exchange client: sockets are shared per service and region, credentials never are.
// A client for one user's session is a thin object over the region's connection handler.

import { QBusinessClient, type QBusinessClientConfig } from "@aws-sdk/client-qbusiness";
import { SSOOIDCClient, type SSOOIDCClientConfig } from "@aws-sdk/client-sso-oidc";
import { STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@aws-sdk/types";

export interface AwsClientOptions {
  readonly sts?: STSClientConfig;
  readonly ssoOidc?: SSOOIDCClientConfig;
  readonly qbusiness?: QBusinessClientConfig;
}

export interface AwsClientsOptions {
  /** The ISV's own credentials. Absent: the SDK's default chain. */
  readonly baseCredentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Passed to the SDK clients: endpoint, proxy, FIPS, logger. Region, credentials and retries stay ours. */
  readonly overrides?: AwsClientOptions | undefined;
  /** Milliseconds one attempt of one call may take. */
  readonly attemptTimeoutMs: number;
}

/** Sessions whose client is kept ready; more users than this at once only cost a few microseconds each. */
const keptSearchClients = 100;

export class AwsClients {
  readonly #options: AwsClientsOptions;
  readonly #sts = new Map<string, STSClient>();
  readonly #ssoOidc = new Map<string, SSOOIDCClient>();
  readonly #qbusiness = new Map<string, QBusinessClient>();
  readonly #searchClients = new Map<string, QBusinessClient>();

  constructor(options: AwsClientsOptions) {
    this.#options = options;
  }

  /** STS with the base credentials; standard retries are safe here, AssumeRole consumes nothing. */
  sts(region: string): STSClient {
    return remember(this.#sts, region, () => {
      const { baseCredentials, overrides } = this.#options;
      return new STSClient({
        requestHandler: this.#limits(),
        ...overrides?.sts,
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
   */
  ssoOidc(region: string, credentials: AwsCredentialIdentity, clockOffsetMs: number): SSOOIDCClient {
    const overrides = this.#options.overrides?.ssoOidc;
    const shared = remember(
      this.#ssoOidc,
      region,
      () =>
        new SSOOIDCClient({
          requestHandler: this.#limits(),
          ...overrides,
          region,
          credentials: unusable,
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

  /** Q Business for one user's session. */
  qbusiness(region: string, credentials: AwsCredentialIdentity, clockOffsetMs: number): QBusinessClient {
    const key = `${region} ${credentials.accessKeyId}`;
    const kept = this.#searchClients.get(key);
    if (kept !== undefined) {
      this.#searchClients.delete(key);
      this.#searchClients.set(key, kept);
      return kept;
    }
    const overrides = this.#options.overrides?.qbusiness;
    const shared = remember(
      this.#qbusiness,
      region,
      () =>
        new QBusinessClient({
          // HTTP/2: the timeout is for a silent stream.
          requestHandler: { requestTimeout: this.#options.attemptTimeoutMs },
          ...overrides,
          region,
          credentials: unusable,
        }),
    );
    const client = new QBusinessClient({
      ...overrides,
      region,
      credentials,
      systemClockOffset: clockOffsetMs,
      requestHandler: shared.config.requestHandler,
    });
    this.#searchClients.set(key, client);
    if (this.#searchClients.size > keptSearchClients) {
      for (const oldest of this.#searchClients.keys()) {
        this.#searchClients.delete(oldest);
        break;
      }
    }
    return client;
  }

  /** Closes every socket. */
  destroy(): void {
    for (const clients of [this.#sts, this.#ssoOidc, this.#qbusiness]) {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    }
    this.#searchClients.clear();
  }

  #limits() {
    const { attemptTimeoutMs } = this.#options;
    return {
      connectionTimeout: Math.min(attemptTimeoutMs, 3000),
      requestTimeout: attemptTimeoutMs,
      throwOnRequestTimeout: true,
    };
  }
}

/** The client that owns a region's sockets signs nothing itself; should it ever, AWS refuses. */
const unusable: AwsCredentialIdentity = { accessKeyId: "unused", secretAccessKey: "unused" };

function remember<T>(clients: Map<string, T>, region: string, create: () => T): T {
  const known = clients.get(region);
  if (known !== undefined) return known;
  const created = create();
  clients.set(region, created);
  return created;
}
