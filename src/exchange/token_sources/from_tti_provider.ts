// ID tokens from tti-provider's own token endpoint: the ISV's back end names a user, signs that with its registered
// key, and gets an ID token for it (RFC 8693 token exchange, or the RFC 7523 jwt-bearer grant).

import { IdTokenError } from "../errors.ts";
import type { IdTokenSource } from "../id_token/id_token_intake.ts";
import {
  type PrivateKey,
  readSigningKey,
  TokenEndpoint,
  type TokenEndpointOptions,
} from "./token_endpoint.ts";

export interface FromTtiProviderOptions extends TokenEndpointOptions {
  /** The key whose public half is registered for the client; it signs who the user is. */
  readonly assertionKey: PrivateKey;
  readonly assertionKeyId?: string;
  readonly assertionAlg?: string;
  /** Default `token-exchange`. */
  readonly grant?: "token-exchange" | "jwt-bearer";
  /** More claims about the user, such as `email` and `name`. */
  readonly describeUser?: (user: {
    readonly tenantId: string;
    readonly user: string;
  }) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
  /** The claim that names the tenant. Default `tenant_id`. */
  readonly tenantClaim?: string;
}

const tokenType = {
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
} as const;

/**
 * A token source that mints a fresh ID token per call at tti-provider.
 *
 * @throws IdTokenError (from the source) `id_token_source_refused`, `id_token_source_unreachable`
 * @see https://www.rfc-editor.org/rfc/rfc8693 and https://www.rfc-editor.org/rfc/rfc7523
 */
export function fromTtiProvider(options: FromTtiProviderOptions): IdTokenSource {
  const endpoint = new TokenEndpoint(options);
  const key = readSigningKey({
    key: options.assertionKey,
    ...(options.assertionKeyId === undefined ? {} : { kid: options.assertionKeyId }),
    ...(options.assertionAlg === undefined ? {} : { alg: options.assertionAlg }),
  });
  const tenantClaim = options.tenantClaim ?? "tenant_id";

  return async ({ tenantId, user, signal }) => {
    const about = (await options.describeUser?.({ tenantId, user })) ?? {};
    const assertion = await endpoint.signAssertion(key, { ...about, [tenantClaim]: tenantId }, user);
    if (options.grant === "jwt-bearer") {
      const answer = await endpoint.request(
        { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion, scope: "openid" },
        signal,
      );
      return idTokenOf(answer["id_token"]);
    }
    const answer = await endpoint.request(
      {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        requested_token_type: tokenType.idToken,
        subject_token_type: tokenType.jwt,
        subject_token: assertion,
      },
      signal,
    );
    // RFC 8693 2.2.1: the issued token is in access_token, whatever its kind.
    if (answer["issued_token_type"] !== tokenType.idToken) return idTokenOf(undefined);
    return idTokenOf(answer["access_token"]);
  };
}

function idTokenOf(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new IdTokenError({
    code: "id_token_source_refused",
    step: "id-token",
    message: "The token endpoint answered without an ID token.",
    fix: "Check that the client may use this grant and asks for an ID token.",
  });
}
