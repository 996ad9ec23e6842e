// What the sandbox remembers of each request: who asked what, every check with its outcome, and why it was refused.
// Secrets are shortened before they are kept.
import type { SwitchInForce } from "../rules/rules.ts";
import type { ExchangeLinks } from "./exchange_links.ts";
import type { OnBehalfOf } from "./on_behalf_of.ts";
import type { CheckRecord } from "./operation.ts";

/** One request, as the control API and the page show it. */
export type RequestRecord = {
  /** Counts up from 1. */
  sequence: number;
  requestId: string;
  /** ISO 8601, the sandbox's clock. */
  at: string;
  method: string;
  path: string;
  httpVersion: string;
  service: string | null;
  operation: string | null;
  region: string | null;
  accessKeyId: string | null;
  /** ARN of the caller once the signature is verified. */
  caller: string | null;
  /** The person the caller's session acts for; null without identity context. */
  onBehalfOf: OnBehalfOf | null;
  /** External id the caller's session is tagged with: the ISV's tenant. */
  tenant: string | null;
  /** What joins it to the other calls of its exchange; null for what is no call of AWS's API. */
  links: ExchangeLinks | null;
  /** Input with secrets shortened. */
  input: unknown;
  /** Output with secrets shortened; null when refused. */
  output: unknown;
  status: number;
  errorCode: string | null;
  /** Message AWS would send. */
  errorMessage: string | null;
  /** Why it was refused, in words AWS would not give. */
  reason: string | null;
  rule: string | null;
  /** The switch of that name, when the rule is one: its value, the others it may have, and how sure the default is. */
  switch: SwitchInForce | null;
  fix: string | null;
  checks: CheckRecord[];
  /** Set when a fault was injected. */
  injectedFault: string | null;
  durationMs: number;
};

/** A record before it is numbered. */
export type NewRequestRecord = Omit<RequestRecord, "sequence">;

/** The last requests, newest last. */
export type RequestLog = {
  add(record: NewRequestRecord): RequestRecord;
  /** @param limit at most this many, the newest */
  list(limit?: number): RequestRecord[];
  clear(): void;
};

/** The rule of a call that a web page elsewhere sent. */
export const FOREIGN_PAGE_RULE = "request.foreignPage";
/** So many of these are remembered: such a page must not push out the developer's own calls. */
const FOREIGN_KEPT = 10;

/** @param capacity how many requests are remembered */
export function createRequestLog(capacity = 500): RequestLog {
  let sequence = 0;
  let records: RequestRecord[] = [];
  return {
    add(record) {
      sequence += 1;
      const numbered = { sequence, ...record };
      records.push(numbered);
      if (record.rule === FOREIGN_PAGE_RULE) {
        const foreign = records.filter(({ rule }) => rule === FOREIGN_PAGE_RULE);
        if (foreign.length > FOREIGN_KEPT) records = records.filter((each) => each !== foreign[0]);
      }
      if (records.length > capacity) records = records.slice(-capacity);
      return numbered;
    },
    list: (limit = capacity) => (limit <= 0 ? [] : records.slice(-limit)),
    clear() {
      records = [];
    },
  };
}

const SECRET_MEMBERS = new Set(
  [
    "assertion",
    "webIdentityToken",
    "subjectToken",
    "contextAssertion",
    "identityContext",
    "accessToken",
    "refreshToken",
    "idToken",
    "code",
    "codeVerifier",
    "secretAccessKey",
    "sessionToken",
    "clientSecret",
    "password",
  ].map((name) => name.toLowerCase()),
);

/** @returns whether a member of this name holds a secret, whichever operation has it */
export function isSecretMember(name: string): boolean {
  return SECRET_MEMBERS.has(name.toLowerCase());
}

/**
 * Copies a value with secrets shortened to their first characters and length, and long texts cut.
 *
 * @param value input or output of an operation
 */
export function shortenSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === "string")
    return value.length > 400 ? `${value.slice(0, 400)}… (${value.length} characters)` : value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (typeof value !== "object" || value === null) return value;
  if (depth > 12) return "…";
  if (Array.isArray(value)) return value.slice(0, 50).map((each) => shortenSecrets(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretMember(name) && typeof member === "string"
        ? shortenSecret(member)
        : shortenSecrets(member, depth + 1),
    ]),
  );
}

/** @returns the first eight characters and the length, never more than a quarter of the secret */
export function shortenSecret(secret: string): string {
  const shown = secret.slice(0, Math.min(8, Math.floor(secret.length / 4)));
  return `${shown}… (${secret.length} characters)`;
}
