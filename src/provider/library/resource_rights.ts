// Owns by which right of its client a token for a resource was made. The library's token takes only what it knows of a
// resource; the right is kept beside it and stored with the token, so that a token of a right that ended is known.
import type Provider from "oidc-provider";
import { keepMember, watchProperty } from "./kept_member.ts";

const rights = new WeakMap<object, string>();

interface Righted {
  resourceRight?: string;
}

/**
 * Remembers the right behind what the library is told of a resource.
 * @param jwt the one member of it that the library hands on as it is
 */
export function keepRightOf(jwt: object, rightId: string): void {
  rights.set(jwt, rightId);
}

/** The right a token was made by; undefined for one of no resource. */
export function rightOfToken(token: object): string | undefined {
  return (token as Righted).resourceRight;
}

/** Makes a Provider's tokens carry it. Call it before the Provider serves anything. */
export function keepResourceRights(provider: Provider): void {
  keepMember([provider.AccessToken, provider.ClientCredentials], "resourceRight");
  watchProperty(provider, "resourceServer", (token: Righted, server: { jwt?: object }) => {
    const rightId = server.jwt && rights.get(server.jwt);
    if (rightId !== undefined) token.resourceRight = rightId;
  });
}
