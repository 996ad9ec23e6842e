// Evaluates IAM policy documents: an explicit deny wins, then an allow, otherwise denied. Pure.
// IAM user guide, "Policy evaluation logic". Conditions are judged in policy_condition.ts.
import { conditionHolds, type RequestContext, wildcardMatches } from "./policy_condition.ts";
import type { OneOrMany, PolicyDocument, PolicyPrincipal, PolicyStatement } from "./policy_document.ts";
import { expandVariables, hasVariables } from "./policy_variables.ts";

export type { RequestContext } from "./policy_condition.ts";

/** A document with the name it is reported by. */
export type NamedPolicy = { name: string; document: PolicyDocument };

/** The question put to policies. */
export type PolicyQuestion = {
  /** e.g. `sts:AssumeRole`. */
  action: string;
  /** ARN acted on; absent: Resource elements are not compared. */
  resource?: string;
  /** The caller as resource-based policies name it; absent for identity policies. */
  principal?: PolicyCaller;
  /** Condition keys of the request. */
  context: RequestContext;
};

/** Every spelling by which a Principal element may name the caller. */
export type PolicyCaller =
  | { accountId: string; arn: string; roleArn: string | null }
  /** A federated identity, by the ARN of the provider that vouches for it. */
  | { federated: string }
  /** A service of AWS that calls by itself, e.g. `access-grants.s3.amazonaws.com`. */
  | { service: string };

/** The answer. */
export type PolicyDecision = {
  outcome: "allow" | "explicitDeny" | "implicitDeny";
  /** The statement that decided: `<policy name>[<position or Sid>]`. */
  decidedBy: string | null;
  /** Why, in plain words. */
  why: string;
};

/**
 * @param policies all documents that speak about the question
 * @returns which outcome, and which statement decided
 */
export function evaluatePolicies(policies: readonly NamedPolicy[], question: PolicyQuestion): PolicyDecision {
  const nearMisses: string[] = [];
  let allowedBy: string | null = null;
  for (const { name, document } of policies) {
    for (const [position, statement] of statementsOf(document).entries()) {
      const label = `${name}[${statement.Sid ?? position}]`;
      const miss = findMismatch(statement, question, hasVariables(document.Version));
      if (miss === null) {
        if (statement.Effect === "Deny") {
          return { outcome: "explicitDeny", decidedBy: label, why: `${label} denies ${question.action}` };
        }
        allowedBy ??= label;
      } else if (statement.Effect === "Allow" && miss.near) {
        nearMisses.push(`${label} ${miss.why}`);
      }
    }
  }
  if (allowedBy !== null) {
    return { outcome: "allow", decidedBy: allowedBy, why: `${allowedBy} allows ${question.action}` };
  }
  const names = policies.map((policy) => policy.name).join(", ");
  const tail = nearMisses.length > 0 ? ` (${nearMisses.join("; ")})` : "";
  return {
    outcome: "implicitDeny",
    decidedBy: null,
    why: `no statement of ${names === "" ? "any policy" : names} allows ${question.action}${tail}`,
  };
}

/** @returns the document's statements as a list */
export function statementsOf(document: PolicyDocument): PolicyStatement[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement];
}

/** @returns one or many as a list */
export function listOf(value: OneOrMany | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** Why a statement does not apply; `near`: its action matched, so the reason is worth telling. */
type Mismatch = { near: boolean; why: string };

function findMismatch(
  statement: PolicyStatement,
  question: PolicyQuestion,
  variables: boolean,
): Mismatch | null {
  if (!actionMatches(statement, question.action)) return { near: false, why: "names other actions" };
  if (question.principal !== undefined && !principalApplies(statement, question.principal)) {
    return { near: true, why: `does not name ${nameOf(question.principal)}` };
  }
  if (question.resource !== undefined && !resourceMatches(statement, question, variables)) {
    return { near: true, why: `does not cover ${question.resource}` };
  }
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, values] of Object.entries(keys)) {
      const verdict = conditionHolds(operator, key, listOf(values), question.context, variables);
      // An operator nobody knows must not open anything: it fails an Allow and holds for a Deny.
      const holds = verdict.known ? verdict.holds : statement.Effect === "Deny";
      if (!holds) return { near: true, why: verdict.why };
    }
  }
  return null;
}

function actionMatches(statement: PolicyStatement, action: string): boolean {
  const matches = (patterns: OneOrMany) =>
    listOf(patterns).some((pattern) => wildcardMatches(pattern.toLowerCase(), action.toLowerCase()));
  if (statement.Action !== undefined) return matches(statement.Action);
  return statement.NotAction !== undefined && !matches(statement.NotAction);
}

function resourceMatches(
  statement: PolicyStatement,
  { resource = "", context }: PolicyQuestion,
  variables: boolean,
): boolean {
  const matches = (patterns: OneOrMany) =>
    listOf(patterns).some((text) => {
      const pattern = variables ? expandVariables(text, context) : text;
      return pattern !== null && wildcardMatches(pattern, resource);
    });
  if (statement.Resource !== undefined) return matches(statement.Resource);
  if (statement.NotResource !== undefined) return !matches(statement.NotResource);
  // Trust policies have no Resource element: they are attached to the resource.
  return true;
}

function principalApplies(statement: PolicyStatement, caller: PolicyCaller): boolean {
  if (statement.Principal !== undefined) return principalMatches(statement.Principal, caller);
  if (statement.NotPrincipal !== undefined) return !principalMatches(statement.NotPrincipal, caller);
  return false;
}

function nameOf(caller: PolicyCaller): string {
  if ("federated" in caller) return caller.federated;
  return "service" in caller ? caller.service : (caller.roleArn ?? caller.arn);
}

function principalMatches(principal: PolicyPrincipal, caller: PolicyCaller): boolean {
  const names = principal === "*" ? ["*"] : listOf(principal.AWS);
  if ("service" in caller) return principal === "*" || listOf(principal.Service).includes(caller.service);
  if ("federated" in caller) {
    // `*` under AWS is everyone, too (IAM user guide, "AWS JSON policy elements: Principal").
    const federated = principal === "*" ? [] : listOf(principal.Federated);
    return names.includes("*") || federated.includes(caller.federated);
  }
  return names.some(
    (name) =>
      name === "*" ||
      name === caller.arn ||
      name === caller.roleArn ||
      name === caller.accountId ||
      name === `arn:aws:iam::${caller.accountId}:root`,
  );
}
