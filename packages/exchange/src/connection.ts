// One customer's connection: the values a customer hands over (its "Information for data accessor" tab) and the
// tenant they belong to. Patterns are AWS's own, from the service models; a connection that passes is well formed.

import { type ConnectionFault, ExchangeSettingsError } from "./errors.ts";
import { otherFixes } from "./failures/other_fixes.ts";

/** How the customer chose to let the ISV in: trusted token issuer, or a consent in the browser per session. */
export type ConnectionMethod = "tti" | "auth-code";

/** What the exchange needs to know about one customer. */
export interface Connection {
  /** The tenant's id. Equal to the "External Id" in AWS and to the tenant claim of the ID token. */
  readonly tenantId: string;
  /** Default `"tti"`. */
  readonly method?: ConnectionMethod | undefined;
  /** The ISV's role that is registered with AWS. */
  readonly roleArn: string;
  /** The Identity Center application of the data accessor; `clientId` of CreateTokenWithIAM. */
  readonly idcApplicationArn: string;
  /** Region of the customer's Identity Center. */
  readonly idcRegion: string;
}

/** A connection that also says where to search. */
export interface SearchConnection extends Connection {
  /** The Q Business application's id. */
  readonly applicationId: string;
  readonly retrieverId: string;
  /** Region of the Q Business application; it may differ from `idcRegion`. */
  readonly qRegion: string;
}

type ConnectionField = Exclude<keyof Connection, "method">;
type SearchField = Exclude<keyof SearchConnection, keyof Connection>;

interface FieldRule<Field extends string> {
  readonly field: Field;
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly expected: string;
}

const region = /^[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}$/;
const uuidLike = /^[a-zA-Z0-9][a-zA-Z0-9-]{35}$/;

const connectionRules: readonly FieldRule<ConnectionField>[] = [
  {
    field: "tenantId",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/,
    // Q Business admits 1000 characters, but the same value is a session tag, which ends at 256.
    maxLength: 256,
    expected: "1 to 256 letters, digits, _ or -, starting with a letter or digit (AWS: External Id)",
  },
  {
    field: "roleArn",
    pattern: /^arn:[a-z0-9-.]{1,63}:iam::\d{12}:role\/[a-zA-Z0-9_/+=,.@-]+$/,
    maxLength: 1284,
    expected: "the ARN of an IAM role, arn:aws:iam::<12 digits>:role/<name>",
  },
  {
    field: "idcApplicationArn",
    pattern:
      /^arn:[a-z0-9-.]{1,63}:sso::\d{12}:application\/(?:sso)?ins-[a-zA-Z0-9-.]{16}\/apl-[a-zA-Z0-9]{16}$/,
    maxLength: 1224,
    expected:
      "the ARN of an Identity Center application, arn:aws:sso::<12 digits>:application/ssoins-<16>/apl-<16>; an instance ARN is not enough",
  },
  {
    field: "idcRegion",
    pattern: region,
    maxLength: 32,
    expected: "an AWS region such as us-east-1, the one of the customer's Identity Center",
  },
];

const searchRules: readonly FieldRule<SearchField>[] = [
  {
    field: "applicationId",
    pattern: uuidLike,
    maxLength: 36,
    expected: "the 36-character Q Business application id",
  },
  {
    field: "retrieverId",
    pattern: uuidLike,
    maxLength: 36,
    expected: "the 36-character Q Business retriever id",
  },
  {
    field: "qRegion",
    pattern: region,
    maxLength: 32,
    expected: "an AWS region such as us-east-1, the one of the Q Business application",
  },
];

/**
 * Checks a connection from outside (a database row, a request body) against AWS's patterns.
 *
 * @throws ExchangeSettingsError `connection_invalid`, naming every field that is wrong and what it should be.
 */
export function parseConnection(value: unknown): Connection {
  return parseFields(value, connectionRules);
}

/**
 * Like {@link parseConnection}, with the three fields that say where to search. It reads every form in which this
 * project writes a connection: an entry of `tti accessor list --json`, one of the connections a sandbox's seed made
 * (which calls `qRegion` `applicationRegion`, `tenantId` `externalId` and `roleArn` `principal`), and its own.
 *
 * @param ours what the customer does not hand over: `roleArn`, except for a seed's, and `tenantId` where no value has it
 */
export function parseSearchConnection(
  value: unknown,
  ours: Partial<Pick<SearchConnection, "roleArn" | "tenantId">> = {},
): SearchConnection {
  const given: Record<string, unknown> = typeof value === "object" && value !== null ? { ...value } : {};
  const { applicationRegion, qRegion = applicationRegion, externalId, principal, ...fields } = given;
  // A seed knows AWS's words: there the tenant is the External Id, and the ISV's role the data accessor's principal.
  const { tenantId = externalId, roleArn = principal } = fields;
  return parseFields({ ...fields, qRegion, tenantId, roleArn, ...ours }, [
    ...connectionRules,
    ...searchRules,
  ]);
}

/**
 * The Identity Center instance an application belongs to, e.g. `ssoins-1234567890abcdef`. The exchange quota is
 * counted per instance (Identity Center quotas page).
 */
export function identityCenterInstanceId(idcApplicationArn: string): string {
  return idcApplicationArn.split("/")[1] ?? idcApplicationArn;
}

function parseFields<Field extends string>(
  value: unknown,
  rules: readonly FieldRule<Field>[],
): Record<Field, string> & { method: ConnectionMethod } {
  const input: Record<string, unknown> = typeof value === "object" && value !== null ? { ...value } : {};
  const parsed: Partial<Record<Field, string>> = {};
  const faults: ConnectionFault[] = [];
  for (const { field, pattern, maxLength, expected } of rules) {
    const candidate = input[field];
    if (typeof candidate === "string" && candidate.length <= maxLength && pattern.test(candidate)) {
      parsed[field] = candidate;
    } else {
      faults.push({ field, what: describe(candidate), expected });
    }
  }
  // Left out it is the default; null is a value, and not one of the two.
  const method = input["method"] === undefined ? "tti" : input["method"];
  const knownMethod = method === "tti" || method === "auth-code";
  if (!knownMethod)
    faults.push({ field: "method", what: describe(method), expected: '"tti" or "auth-code"' });
  if (!knownMethod || !isComplete(parsed, rules)) {
    const told = faults.map(({ field, what, expected }) => `${field} ${what}, expected ${expected}`);
    throw new ExchangeSettingsError(
      {
        code: "connection_invalid",
        step: "settings",
        message: `The connection has ${told.length === 1 ? "a fault" : `${told.length} faults`}: ${told.join("; ")}.`,
        fix: otherFixes.connection_invalid,
      },
      faults,
    );
  }
  return { ...parsed, method };
}

function isComplete<Field extends string>(
  parsed: Partial<Record<Field, string>>,
  rules: readonly FieldRule<Field>[],
): parsed is Record<Field, string> {
  return rules.every(({ field }) => parsed[field] !== undefined);
}

function describe(value: unknown): string {
  if (value === undefined || value === null || value === "") return "is missing";
  if (typeof value !== "string") return `is a ${typeof value}`;
  return `is ${JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value)}`;
}
