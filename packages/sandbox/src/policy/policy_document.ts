// The JSON policy language's shape, as IAM trust policies, identity policies, actor policies and
// resource policies write it (IAM user guide, "Grammar of the IAM JSON policy language").

/** One or several strings: the grammar allows both everywhere. */
export type OneOrMany = string | string[];

/** Whom a statement of a resource-based policy names. */
export type PolicyPrincipal = "*" | { AWS?: OneOrMany; Service?: OneOrMany; Federated?: OneOrMany };

/** Operator → condition key → accepted values. */
export type PolicyConditions = Record<string, Record<string, OneOrMany>>;

/** A statement of a policy. */
export type PolicyStatement = {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: PolicyPrincipal;
  NotPrincipal?: PolicyPrincipal;
  Action?: OneOrMany;
  NotAction?: OneOrMany;
  Resource?: OneOrMany;
  NotResource?: OneOrMany;
  Condition?: PolicyConditions;
};

/** A policy document. */
export type PolicyDocument = {
  Version?: string;
  Id?: string;
  Statement: PolicyStatement | PolicyStatement[];
};
