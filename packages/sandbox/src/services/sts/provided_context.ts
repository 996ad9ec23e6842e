// ProvidedContexts of AssumeRole: was the assertion issued by this sandbox's Identity Center, and does it still hold.
// IAM Identity Center user guide, "identity-enhanced IAM role sessions".

import type { OperationContext } from "../../operation/operation.ts";
import { shortenSecret } from "../../operation/request_log.ts";
import type { IdentityContext } from "../../state/index.ts";
import type { AssumeRoleInput } from "./assume_role_input.ts";
import { refuse, refuseInput } from "./refuse.ts";

/** The one context provider AWS documents. */
const IDENTITY_CENTER_PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter";

/**
 * @returns the identity context the request brings, null when it brings none
 * @throws AwsError ValidationError for an unknown provider or assertion, ExpiredTokenException for a stale one
 */
export function readProvidedContext(
  input: AssumeRoleInput,
  context: OperationContext,
): IdentityContext | null {
  const provided = input.ProvidedContexts ?? [];
  if (provided.length === 0) return null;
  assertProviders(
    provided.map((each) => each.ProviderArn ?? ""),
    context,
  );
  const assertion = provided.at(-1)?.ContextAssertion ?? "";
  const identity = context.world.identityContexts.get(assertion);
  if (identity === undefined) {
    const why = `the context assertion ${shortenSecret(assertion)} was not issued by this sandbox`;
    const fix =
      "Pass awsAdditionalDetails.identityContext (or the claim sts:identity_context) of CreateTokenWithIAM unchanged; a restart without --state forgets it.";
    throw refuseInput("sts.contextAssertion", "The context assertion is not valid.", fix, why);
  }
  if (identity.expiresAtMs <= context.clock().getTime()) {
    const why = `the context assertion expired at ${new Date(identity.expiresAtMs).toISOString()}`;
    const fix = "Exchange a new ID token at CreateTokenWithIAM.";
    const rule = "sts.contextExpiry";
    throw refuse("ExpiredTokenException", "The provided context assertion is expired.", { rule, why, fix });
  }
  if (identity.isUsed === true && context.rules.get("context.reuse") === "once") {
    const why = "the context assertion was given to AssumeRole before";
    const fix = "Exchange a new ID token for each AssumeRole.";
    throw refuseInput("context.reuse", "The context assertion is not valid.", fix, why);
  }
  identity.isUsed = true;
  context.passed("sts.contextAssertion", `issued for user ${identity.userId} by ${identity.applicationArn}`);
  return identity;
}

function assertProviders(providers: readonly string[], context: OperationContext): void {
  const unknown = providers.find((arn) => arn !== IDENTITY_CENTER_PROVIDER);
  if (unknown !== undefined) {
    const fix = `Use ProviderArn ${IDENTITY_CENTER_PROVIDER}.`;
    const why = `the context provider "${unknown}" is not ${IDENTITY_CENTER_PROVIDER}`;
    throw refuseInput("sts.contextProvider", "The provided context provider is not valid.", fix, why);
  }
  if (providers.length > 1 && context.rules.get("context.duplicateProviders") === "reject") {
    const fix = "Give one entry in ProvidedContexts.";
    const why = "ProvidedContexts names the same provider more than once";
    throw refuseInput("context.duplicateProviders", "Duplicate context providers were provided.", fix, why);
  }
}
