// Owns what a client gets of a resource it names (RFC 8707): the scopes it was given there and no others, in a token of
// the resource's format and lifetime. A client that was given nothing learns no more than of one that does not exist.
import { errors, type ResourceServer } from "oidc-provider";
import { uriOf } from "../../input/web_address.ts";
import type { InstallationPart } from "../../installation.ts";
import { keepRightOf } from "../library/resource_rights.ts";
import { findStandingRight } from "./resource_store.ts";

/** For whom a token for a resource is asked: a person who signed in, or the client itself. */
export type Asker = "person" | "client";

const refusal = "the client may not ask for this resource, or there is none of this name";

/**
 * Finds what a client may have of a resource now.
 * @param indicators the request's parameter `resource`
 * @throws InvalidTarget for more than one resource, for one that is not there, and for one of which the client was given
 *   nothing for who asks
 */
export async function getResourceServer(
  { db, issuer }: InstallationPart<"db" | "issuer">,
  clientId: string,
  indicators: unknown,
  asker: Asker,
): Promise<ResourceServer & { audience: string }> {
  // A token has one audience: who takes it must not be able to use it elsewhere (RFC 9068 section 5).
  const named: unknown[] = Array.isArray(indicators) ? indicators : [indicators];
  const [identifier] = named;
  if (named.length !== 1 || typeof identifier !== "string") {
    throw new errors.InvalidTarget("name one resource, once");
  }
  const right = await findStandingRight(db, identifier, clientId);
  const scopes = (asker === "client" ? right?.ownScopes : right?.scopes) ?? [];
  if (right === undefined || scopes.length === 0 || isOurs(identifier, issuer)) {
    throw new errors.InvalidTarget(refusal);
  }
  const { resource, rightId } = right;
  const server = {
    audience: identifier,
    scope: scopes.join(" "),
    accessTokenFormat: resource.tokenFormat,
    accessTokenTTL: resource.tokenTtlSeconds,
    // The provider's own key, behind the same guard as ID tokens (keys/signing_guard.ts).
    jwt: { sign: { alg: "RS256" as const } },
  };
  keepRightOf(server.jwt, rightId);
  return server;
}

// What the provider itself answers is no resource of anybody's.
const isOurs = (identifier: string, issuer: string): boolean => uriOf(identifier)?.origin === issuer;
