// Parses policy documents by the grammar of the IAM policy language, for every place that stores one.
// What a document means is policy.ts's business.

import { isConditionOperator } from "./policy_condition.ts";
import type { PolicyDocument, PolicyStatement } from "./policy_document.ts";

/** What the document is attached to: that decides which elements it must and must not have. */
export type PolicyKind = "identity" | "resource" | "trust";

/** A document outside the grammar; the message is what IAM would say. */
export class PolicyGrammarError extends Error {
  override readonly name = "PolicyGrammarError";
}

const documentElements = ["Version", "Id", "Statement"];
const statementElements = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/**
 * Parses a document.
 *
 * @param value JSON text, or JSON already parsed (json services send documents as JSON)
 * @param kind `identity`: of a role, user or session, without principal; `resource`: actor and key policies, with one;
 *   `trust`: of a role, with a principal and without resource
 * @throws PolicyGrammarError saying what is wrong (IAM user guide, "Grammar of the IAM JSON policy language")
 */
export function parsePolicy(value: unknown, kind: PolicyKind): PolicyDocument {
  const document = typeof value === "string" ? parseText(value) : value;
  if (!isObject(document))
    throw new PolicyGrammarError("Syntax errors in policy: the document is not an object.");
  assertElements(document, documentElements, "the document");
  const version = document["Version"];
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    throw new PolicyGrammarError("The policy must contain a valid version string: 2012-10-17 or 2008-10-17.");
  }
  const { Statement: statement } = document;
  const statements: unknown[] = Array.isArray(statement) ? statement : [statement];
  if (statement === undefined || statements.length === 0) {
    throw new PolicyGrammarError("Syntax errors in policy: the document has no Statement.");
  }
  const sids = new Set<string>();
  for (const [index, entry] of statements.entries()) {
    if (!isObject(entry))
      throw new PolicyGrammarError(`Syntax errors in policy: Statement ${index + 1} is not an object.`);
    assertStatement(entry, kind, `Statement ${index + 1}`);
    const { Sid: sid } = entry;
    if (typeof sid === "string" && sid !== "") {
      if (sids.has(sid))
        throw new PolicyGrammarError(`Statement IDs (SID) in a single policy must be unique: ${sid}.`);
      sids.add(sid);
    }
  }
  const id = document["Id"];
  return {
    ...(typeof version === "string" && { Version: version }),
    ...(typeof id === "string" && { Id: id }),
    Statement: Array.isArray(statement) ? statement.map(withTextConditions) : withTextConditions(statement),
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyGrammarError("Syntax errors in policy: the document is not JSON.");
  }
}

function assertStatement(
  statement: Readonly<Record<string, unknown>>,
  kind: PolicyKind,
  where: string,
): void {
  assertElements(statement, statementElements, where);
  const { Sid: sid, Effect: effect } = statement;
  if (sid !== undefined && (typeof sid !== "string" || !/^[A-Za-z0-9]*$/.test(sid))) {
    throw new PolicyGrammarError(`Statement IDs (SID) must be alpha-numeric: ${where}.`);
  }
  if (effect !== "Allow" && effect !== "Deny")
    throw new PolicyGrammarError(`Missing or invalid Effect: ${where}.`);
  const actions = assertOneOf(statement, "Action", "NotAction", where);
  for (const action of actions) {
    if (action !== "*" && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
      throw new PolicyGrammarError(
        `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: ${where}.`,
      );
    }
  }
  if (kind === "identity") {
    if ("Principal" in statement || "NotPrincipal" in statement) {
      throw new PolicyGrammarError(`Policy document should not specify a principal: ${where}.`);
    }
    assertOneOf(statement, "Resource", "NotResource", where);
  } else {
    if (kind === "trust" && ("Resource" in statement || "NotResource" in statement)) {
      throw new PolicyGrammarError(`Has prohibited field Resource: ${where}.`);
    }
    assertPrincipal(statement, where);
  }
  if (statement["Condition"] !== undefined) assertCondition(statement["Condition"], where);
}

/** Exactly one of an element and its negation, one string or a list of at least one. */
function assertOneOf(
  statement: Readonly<Record<string, unknown>>,
  name: string,
  negation: string,
  where: string,
): readonly string[] {
  const given = [name, negation].filter((element) => element in statement);
  const [element] = given;
  if (element === undefined || given.length > 1) {
    throw new PolicyGrammarError(`${where} must have exactly one of ${name} and ${negation}.`);
  }
  const values = stringsOf(statement[element]);
  if (!values || values.length === 0)
    throw new PolicyGrammarError(`Missing required field ${element}: ${where}.`);
  return values;
}

function assertPrincipal(statement: Readonly<Record<string, unknown>>, where: string): void {
  const given = ["Principal", "NotPrincipal"].filter((element) => element in statement);
  const [element] = given;
  if (element === undefined || given.length > 1) {
    throw new PolicyGrammarError(`Missing required field Principal: ${where}.`);
  }
  const principal = statement[element];
  if (principal === "*") return;
  const kinds = ["AWS", "Service", "Federated", "CanonicalUser"];
  const wellFormed =
    isObject(principal) &&
    Object.keys(principal).length > 0 &&
    Object.entries(principal).every(
      ([type, names]) => kinds.includes(type) && (stringsOf(names)?.length ?? 0) > 0,
    );
  if (!wellFormed) throw new PolicyGrammarError(`Invalid principal in policy: ${where}.`);
}

function assertCondition(condition: unknown, where: string): void {
  const wellFormed =
    isObject(condition) &&
    Object.values(condition).every(
      (keys) =>
        isObject(keys) && Object.values(keys).every((values) => conditionValues(values) !== undefined),
    );
  if (!wellFormed) throw new PolicyGrammarError(`Syntax errors in policy: Condition of ${where}.`);
  const unknown = Object.keys(condition).find((operator) => !isConditionOperator(operator));
  if (unknown !== undefined) {
    throw new PolicyGrammarError(`Invalid Condition type : ${unknown.slice(0, 50)}: ${where}.`);
  }
}

function assertElements(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new PolicyGrammarError(
      `Syntax errors in policy: ${where} has the unknown element ${unknown.slice(0, 50)}.`,
    );
  }
}

function stringsOf(value: unknown): readonly string[] | undefined {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.every((entry) => typeof entry === "string") ? values : undefined;
}

/** A statement that passed the grammar; condition values that were numbers or booleans become text. */
function withTextConditions(statement: unknown): PolicyStatement {
  const checked = statement as PolicyStatement;
  if (checked.Condition === undefined) return checked;
  const conditions = Object.entries(checked.Condition).map(([operator, keys]) => {
    const texts = Object.entries(keys).map(([key, values]) => [
      key,
      Array.isArray(values) ? values.map(String) : String(values),
    ]);
    return [operator, Object.fromEntries(texts)];
  });
  return { ...checked, Condition: Object.fromEntries(conditions) };
}

/** Condition values may be booleans and numbers too. */
function conditionValues(value: unknown): readonly unknown[] | undefined {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.every((entry) => ["string", "boolean", "number"].includes(typeof entry)) ? values : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
