// OpenID Connect providers by ARN.
import type { OperationContext } from "../../operation/operation.ts";
import type { OidcProvider } from "../../state/iam_entities.ts";
import { refuse } from "./refuse.ts";

/** Input of every operation on one provider. */
export type ProviderInput = { OpenIDConnectProviderArn: string };

/** Every provider of the caller's account. */
export function oidcProvidersOf({ world, accountId }: OperationContext): OidcProvider[] {
  return [...world.oidcProviders.values()].filter((provider) => provider.accountId === accountId);
}

/** @throws AwsError NoSuchEntity */
export function getOidcProvider(context: OperationContext, input: ProviderInput): OidcProvider {
  const { OpenIDConnectProviderArn: arn } = input;
  const provider = oidcProvidersOf(context).find((each) => each.arn === arn);
  if (provider !== undefined) return provider;
  throw refuse("NoSuchEntity", `OpenIDConnect Provider not found for arn ${arn}`, {
    rule: "oidcProvider.exists",
    why: `Account ${context.accountId} has no provider ${arn}.`,
    fix: "Use an ARN ListOpenIDConnectProviders gives.",
  });
}

/** What policies name. */
export function providerResource({ OpenIDConnectProviderArn: arn }: ProviderInput): string {
  return arn;
}
