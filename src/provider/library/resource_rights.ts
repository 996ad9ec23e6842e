// Owns by which right of its client a token for a resource was made. The library's token takes only what it knows of a
// resource; the right is kept beside it and stored with the token, so that a token of a right that ended is known.
import type Provider from "oidc-provider";

const member = "resourceRight";
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
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    const own = Object.getOwnPropertyDescriptor(model, "IN_PAYLOAD")?.get;
    if (own === undefined) throw new Error("oidc-provider's models list their members otherwise");
    Object.defineProperty(model, "IN_PAYLOAD", {
      configurable: true,
      get() {
        return [...(own.call(this) as string[]), member];
      },
    });
  }
  const { prototype } = provider.BaseToken;
  const accessor = Object.getOwnPropertyDescriptor(prototype, "resourceServer");
  if (accessor?.set === undefined) throw new Error("oidc-provider's tokens take their resource otherwise");
  const { set } = accessor;
  Object.defineProperty(prototype, "resourceServer", {
    ...accessor,
    set(this: Righted, server: { jwt?: object }) {
      set.call(this, server);
      const rightId = server.jwt && rights.get(server.jwt);
      if (rightId !== undefined) this.resourceRight = rightId;
    },
  });
}
