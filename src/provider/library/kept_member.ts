// Owns adding a member of ours to what oidc-provider stores of a token or an interaction: the library writes only the members
// its models list, and ours is known once what it hangs on (the client, the resource) is set. It changes what of the library
// is not documented, so it says at the start if that is no longer as it was.
import type Provider from "oidc-provider";

/** Has some models store a member beside their own. Call it before the Provider serves anything. */
export function keepMember(models: readonly object[], member: string): void {
  for (const model of models) {
    const own = Object.getOwnPropertyDescriptor(model, "IN_PAYLOAD")?.get;
    if (own === undefined) throw new Error("oidc-provider's models list their members otherwise");
    Object.defineProperty(model, "IN_PAYLOAD", {
      configurable: true,
      get() {
        return [...(own.call(this) as string[]), member];
      },
    });
  }
}

/**
 * Has it known whenever a token is given something.
 * @param property of every token, set by the library
 * @param onSet is told the token and what it was given, afterwards
 */
export function watchProperty<Token extends object, Value>(
  provider: Provider,
  property: string,
  onSet: (token: Token, value: Value) => void,
): void {
  const { prototype } = provider.BaseToken;
  const accessor = Object.getOwnPropertyDescriptor(prototype, property);
  if (accessor?.set === undefined) throw new Error(`oidc-provider's tokens take their ${property} otherwise`);
  const { set } = accessor;
  Object.defineProperty(prototype, property, {
    ...accessor,
    set(this: Token, value: Value) {
      set.call(this, value);
      onSet(this, value);
    },
  });
}
