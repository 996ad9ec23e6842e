// The exchange as an AWS credential provider: the shape every AWS SDK for JavaScript v3 client takes.

import type { RuntimeConfigAwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { SessionCredentials } from "./aws/assume_role.ts";
import type { Connection } from "./connection.ts";
import { ExchangeClient } from "./exchange_client.ts";
import type { ExchangeClientOptions } from "./exchange_options.ts";
import type { ExchangedSession } from "./exchange_request.ts";

/** Whose credentials to provide, and the options of the client or a shared client. */
export interface FromTrustedTokenIssuerOptions extends ExchangeClientOptions {
  readonly connection: Connection;
  /** The user, by the name the token source knows. */
  readonly user: string;
  /** Shares caches, limits and sockets with other providers; the other options are then the client's. */
  readonly client?: ExchangeClient | undefined;
}

/** A credential provider as every AWS SDK client takes it, which can also forget. */
export interface TrustedTokenIssuerProvider extends RuntimeConfigAwsCredentialIdentityProvider {
  (...properties: Parameters<RuntimeConfigAwsCredentialIdentityProvider>): Promise<SessionCredentials>;
  /** Drops the user's credentials; the next call exchanges again, also one of an SDK client that holds them. */
  forget(): Promise<void>;
  /** Closes the provider's sockets, unless the client was passed in. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/**
 * Credentials of one user at one customer, carrying identity context and tenant tag, renewed by themselves.
 *
 * ```ts
 * const s3 = new S3Client({ region, credentials: fromTrustedTokenIssuer({ connection, user, ... }) });
 * ```
 *
 * @returns a provider; `expiration` is always set
 * @throws ExchangeSettingsError at once for wrong options; the provider throws ExchangeError
 * @see https://docs.aws.amazon.com/amazonq/latest/qbusiness-ug/isv.html
 */
export function fromTrustedTokenIssuer(options: FromTrustedTokenIssuerOptions): TrustedTokenIssuerProvider {
  const { connection, user, client: shared, ...own } = options;
  const client = shared ?? new ExchangeClient(own);
  const provide = async (): Promise<SessionCredentials> =>
    handOut(client, await client.session({ connection, user }));
  const destroy = () => {
    if (shared === undefined) client.destroy();
  };
  return Object.assign(provide, {
    forget: () => client.forget(connection, user),
    destroy,
    [Symbol.dispose]: destroy,
  });
}

/**
 * Credentials that know when they were forgotten. An SDK client keeps what it was given until five minutes before
 * `expiration` and looks at that before every request; so `expiration` moves into the past when the user is forgotten,
 * AWS refused the session, the client was closed, or the clock was set back. AWS itself takes a key until its own end.
 */
function handOut(client: ExchangeClient, session: ExchangedSession): SessionCredentials {
  const { credentials } = session;
  return {
    accessKeyId: credentials.accessKeyId,
    secretAccessKey: credentials.secretAccessKey,
    sessionToken: credentials.sessionToken,
    accountId: credentials.accountId,
    get expiration() {
      return client.isCurrent(session) ? credentials.expiration : new Date(0);
    },
  };
}
