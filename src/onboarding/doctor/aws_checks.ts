// Owns what the doctor says of AWS: the ISV's own side, by calls that change nothing, and one customer's data accessor, by
// a real exchange and search. It judges nothing itself: causes and fixes are the exchange client's.
import { type AwsProbe, ExchangeError, type ExchangeStep } from "tti-exchange";
import { OperationError } from "../../errors.ts";
import { type Finding, failed, information, passed } from "./finding.ts";

const probed: Readonly<Record<AwsProbe["name"], string>> = {
  identity: "aws.identity",
  role: "aws.role",
  tag: "aws.tag",
  context: "aws.context",
  exchange: "aws.exchange",
};

/** What probing the ISV's side of AWS showed. */
export function checkAwsSide(probes: readonly AwsProbe[]): Finding[] {
  return probes.map(({ name, outcome, seen, explanation }) => {
    const check = probed[name];
    if (outcome === "passed") return passed(check, seen);
    if (outcome === "unclear") {
      return information(check, `${seen}; tti doctor --tenant ID --user USER makes a real exchange`);
    }
    return failed(check, {
      message: seen,
      cause: causesText(explanation?.causes ?? []),
      fix: explanation?.fix ?? "",
    });
  });
}

/** The findings where it is not known which role to look at. */
export function findNoRole(): Finding {
  return failed("aws.role", {
    message: "TTI_ROLE_ARN is not set",
    cause: "The role registered with AWS is the one every exchange assumes.",
    fix: "Set TTI_ROLE_ARN to its ARN.",
  });
}

/** The steps of an exchange and search, in their order, each as a check. */
const steps: readonly (readonly [ExchangeStep, string, string])[] = [
  ["id-token", "tenant.token", "an ID token is minted, and keeps every rule"],
  ["assume-role-with-tag", "tenant.tag", "the role is assumed with the tenant's tag"],
  [
    "create-token-with-iam",
    "tenant.exchange",
    "the customer's Identity Center takes the token and knows the user",
  ],
  ["assume-role-with-context", "tenant.context", "the role is assumed with the user's identity context"],
  ["search-relevant-content", "tenant.search", "the customer's index is searched as the user"],
];

/** How a real exchange and search of one customer ended. */
export interface AccessorTrial {
  /** What was thrown; undefined: all went well. */
  error?: unknown;
  /** How many passages the search found. */
  passages: number;
}

/**
 * Tells how far an exchange and search came: what passed, where it ended, and what to do.
 * @throws the trial's error, where it is no failure of a step and nothing an operator can mend
 */
export function checkAccessor({ error, passages }: AccessorTrial): Finding[] {
  if (error === undefined) {
    const last =
      passages > 0
        ? passed("tenant.search", `the search found ${passages} passages`)
        : information("tenant.search", "the search was answered; nothing that this user may see matches");
    return [...steps.slice(0, -1).map(([, check, words]) => passed(check, words)), last];
  }
  const at = steps.findIndex(([step]) => step === stepOf(error));
  if (at < 0) throw error;
  const before = steps.slice(0, at).map(([, check, words]) => passed(check, words));
  return [...before, failureOf(steps[at]?.[1] ?? "", error)];
}

/** The finding for a customer of whom something is missing here: the accessor, the user, the key to mint with. */
export function findNoAccessor(error: OperationError): Finding {
  return failed("tenant.accessor", {
    message: error.message,
    cause: "Without it no exchange can be made for this customer.",
    fix: error.fix,
  });
}

/** The finding for a customer for whom no application may act. */
export function findNoClient(tenantId: string): Finding {
  return failed("tenant.client", {
    message: `No application may act for the people of ${tenantId}`,
    cause: "Without one nobody makes the token that is exchanged.",
    fix: `Give the client of your back end the tenant: tti client update ID --mint-for ${tenantId}, beside those it has.`,
  });
}

// Before the first step of AWS everything is about the token: settings, the source, the provider's own refusal.
function stepOf(error: unknown): ExchangeStep | undefined {
  if (ExchangeError.isInstance(error)) {
    return error.step === "settings" || error.step === "authorize" ? "id-token" : error.step;
  }
  return error instanceof OperationError ? "id-token" : undefined;
}

function failureOf(check: string, error: unknown): Finding {
  const told = ExchangeError.isInstance(error)
    ? { cause: causesText(error.causes), fix: error.fix }
    : { cause: "", fix: error instanceof OperationError ? error.fix : "" };
  return failed(check, {
    message: error instanceof Error ? error.message : String(error),
    cause: told.cause === "" ? "Nothing after this step was tried." : told.cause,
    fix: told.fix,
  });
}

const causesText = (causes: readonly string[]): string =>
  causes.length === 0 ? "Nothing after it can work." : `Likely, in this order: ${causes.join("; ")}.`;
