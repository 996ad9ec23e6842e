// ID tokens from tti-provider's own token endpoint: the ISV's back end names a user and gets an ID token for it, by
// RFC 8693 token exchange or the RFC 7523 jwt-bearer grant.

import { ExchangeSettingsError, IdTokenError } from "../errors.ts";
import { otherFixes, withoutIdTokenFixes } from "../failures/other_fixes.ts";
import type { IdTokenSource } from "../id_token/id_token_intake.ts";
import {
  type PrivateKey,
  readSigningKey,
  type SigningKey,
  TokenEndpoint,
  type TokenEndpointOptions,
} from "./token_endpoint.ts";

interface TenantUser {
  readonly tenantId: string;
  readonly user: string;
}

/** What the ISV says of the user besides subject and tenant. */
export interface UserDescription {
  /** A proven address only. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** When the ISV last saw the user log in, epoch seconds. */
  readonly auth_time?: number | undefined;
  readonly amr?: readonly string[] | undefined;
}

/** Who asks tti-provider, and how the user is named. */
export interface FromTtiProviderOptions extends TokenEndpointOptions {
  /** The key whose public half is registered for the client; it signs who the user is. */
  readonly assertionKey?: PrivateKey | undefined;
  /** The header's `kid`; default that of a JWK. */
  readonly assertionKeyId?: string | undefined;
  /** The header's `alg`; default what fits the key. */
  readonly assertionAlg?: string | undefined;
  /** Default `token-exchange`. */
  readonly grant?: "token-exchange" | "jwt-bearer" | undefined;
  /** What the signed assertion says besides. */
  readonly describeUser?: ((user: TenantUser) => UserDescription | Promise<UserDescription>) | undefined;
  /** Instead of an assertion key: an access or refresh token of the user, issued by the provider itself. */
  readonly subjectToken?:
    | ((
        user: TenantUser,
      ) => Promise<{ readonly token: string; readonly type: "access_token" | "refresh_token" }>)
    | undefined;
}

const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** Keeps the assertion apart from every other JWT the client signs. */
const subjectAssertionType = "tti-subject+jwt";

/**
 * A token source that mints a fresh ID token per call at tti-provider. The user is named by the account's subject.
 *
 * @throws ExchangeSettingsError unless exactly one of `assertionKey` and `subjectToken` is given
 * @throws IdTokenError (from the source) `id_token_source_refused`, `id_token_source_unreachable`
 * @see https://www.rfc-editor.org/rfc/rfc8693 and https://www.rfc-editor.org/rfc/rfc7523
 */
export function fromTtiProvider(options: FromTtiProviderOptions): IdTokenSource {
  assertOptions(options);
  const endpoint = new TokenEndpoint(options);
  const key = readAssertionKey(options);

  const assertionFor = async (signingKey: SigningKey, user: TenantUser): Promise<string> => {
    const about = (await options.describeUser?.(user)) ?? {};
    return await endpoint.signAssertion(signingKey, subjectAssertionType, {
      ...about,
      sub: user.user,
      tenant: user.tenantId,
    });
  };

  return async ({ tenantId, user, signal }) => {
    const who = { tenantId, user };
    if (key !== undefined && options.grant === "jwt-bearer") {
      const answer = await endpoint.request(
        {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: await assertionFor(key, who),
          scope: "openid",
        },
        signal,
      );
      return idTokenOf(answer["id_token"]);
    }
    const subject =
      key === undefined
        ? await options.subjectToken?.(who)
        : { token: await assertionFor(key, who), type: "jwt" };
    const answer = await endpoint.request(
      {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        requested_token_type: tokenType("id_token"),
        subject_token_type: tokenType(subject?.type ?? ""),
        subject_token: subject?.token ?? "",
      },
      signal,
    );
    // RFC 8693 2.2.1: the issued token is in access_token, whatever its kind.
    return idTokenOf(
      answer["issued_token_type"] === tokenType("id_token") ? answer["access_token"] : undefined,
    );
  };
}

function readAssertionKey(options: FromTtiProviderOptions): SigningKey | undefined {
  if (options.assertionKey === undefined) return undefined;
  return readSigningKey({
    key: options.assertionKey,
    ...(options.assertionKeyId === undefined ? {} : { kid: options.assertionKeyId }),
    ...(options.assertionAlg === undefined ? {} : { alg: options.assertionAlg }),
  });
}

function assertOptions({ assertionKey, subjectToken, grant }: FromTtiProviderOptions): void {
  const both = assertionKey !== undefined && subjectToken !== undefined;
  const neither = assertionKey === undefined && subjectToken === undefined;
  if (!both && !neither && !(grant === "jwt-bearer" && assertionKey === undefined)) return;
  throw new ExchangeSettingsError({
    code: "token_source_options_invalid",
    step: "settings",
    message: both
      ? "assertionKey and subjectToken are both set; one of them names the user."
      : "The user cannot be named: set assertionKey, or subjectToken with grant token-exchange.",
    fix: otherFixes.token_source_options_invalid,
  });
}

function idTokenOf(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new IdTokenError({
    code: "id_token_source_refused",
    step: "id-token",
    message: "The token endpoint answered without an ID token.",
    fix: withoutIdTokenFixes.minted,
  });
}
