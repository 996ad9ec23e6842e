// Owns judging a copy of discovery and JWKS that stands elsewhere (a CDN, a bucket, the public side of a private
// provider) against the keys that sign now and next, and saying by when it must be renewed. Pure.
import type { KeySet, KeyTimes } from "./key_set.ts";
import type { KeyPolicy } from "./policy.ts";
import type { PublicJwk } from "./signer.ts";

/** A copy as it was fetched: what each URL answered. */
export interface FetchedCopy {
  discovery: FetchedDocument;
  jwks: FetchedDocument;
}

/** One document as it was fetched. */
export interface FetchedDocument {
  url: string;
  /** HTTP status; 0 when nothing answered. */
  status: number;
  /** Parsed JSON; undefined when it is none. */
  json: unknown;
  /** `max-age` of its Cache-Control in seconds, if it has one. */
  maxAgeSeconds: number | undefined;
  /** Why nothing answered. */
  error?: string;
}

/** The judgement. */
export interface CopyJudgement {
  /** Whether every token signed now and next verifies with the copy. */
  ok: boolean;
  /** What must be repaired, in the order of urgency. */
  problems: string[];
  /** What is worth knowing. */
  notes: string[];
  /** By when the copy must be renewed at the latest, in epoch milliseconds; now, where it is late already. */
  renewByMs: number;
}

/** What the copy is compared with. */
export interface CopyExpectation {
  issuer: string;
  /** The JWKS address the provider's own discovery names. */
  jwksUri: string;
  /** Public halves of every published key. */
  publicJwks: readonly PublicJwk[];
  keySet: KeySet;
  policy: KeyPolicy;
  nowMs: number;
}

/** Judges a copy. */
export function judgeCopy(copy: FetchedCopy, expected: CopyExpectation): CopyJudgement {
  const discoveryProblems = judgeDiscovery(copy.discovery, expected);
  const { keys, problem } = readKeys(copy.jwks);
  const keyProblems = problem === undefined ? judgeKeys(keys, expected) : [problem];
  const problems = [...keyProblems, ...discoveryProblems];
  const kids = new Set(keys.map((key) => key["kid"]));
  const completeUntilMs = copyCompleteUntilMs(kids, expected);
  const cacheSeconds = copy.jwks.maxAgeSeconds ?? expected.policy.jwksMaxAgeSeconds;
  const renewByMs = completeUntilMs - (cacheSeconds + expected.policy.clockSkewSeconds) * 1000;
  return {
    ok: problems.length === 0,
    problems,
    notes: judgeCaching(copy, expected.policy),
    renewByMs: Math.max(renewByMs, expected.nowMs),
  };
}

/**
 * Until when every token verifies with a copy that lists some kids. A key that does not exist yet is created, at
 * the earliest, when the next one starts to sign, and signs a publish lead later.
 */
export function copyCompleteUntilMs(
  kids: ReadonlySet<unknown>,
  { keySet, policy, nowMs }: Pick<CopyExpectation, "keySet" | "policy" | "nowMs">,
): number {
  const lacks = (key: { row: KeyTimes } | undefined): boolean => key !== undefined && !kids.has(key.row.kid);
  const { current, next, published } = keySet;
  if (lacks(current) || published.some((key) => key.phase === "previous" && lacks(key))) return nowMs;
  if (next !== undefined && lacks(next)) return next.row.activatesAtMs;
  return (next?.row.activatesAtMs ?? nowMs) + policy.publishLeadSeconds * 1000;
}

function judgeDiscovery(document: FetchedDocument, expected: CopyExpectation): string[] {
  if (!isObject(document.json) || document.status !== 200) return [unusable("discovery document", document)];
  const { json } = document;
  const problems: string[] = [];
  const mustBe = (member: string, value: string): void => {
    if (json[member] === value) return;
    problems.push(
      `${member} in the discovery document is ${JSON.stringify(json[member])}, must be "${value}".`,
    );
  };
  mustBe("issuer", expected.issuer);
  mustBe("jwks_uri", expected.jwksUri);
  const algorithms = json["id_token_signing_alg_values_supported"];
  if (!Array.isArray(algorithms) || !algorithms.includes("RS256")) {
    problems.push("id_token_signing_alg_values_supported in the discovery document lacks RS256.");
  }
  return problems;
}

function readKeys(document: FetchedDocument): { keys: Record<string, unknown>[]; problem?: string } {
  const keys = isObject(document.json) ? document.json["keys"] : undefined;
  if (document.status === 200 && Array.isArray(keys) && keys.every(isObject)) return { keys };
  return { keys: [], problem: unusable("JWKS", document) };
}

function judgeKeys(keys: readonly Record<string, unknown>[], expected: CopyExpectation): string[] {
  const problems: string[] = [];
  for (const { row, phase } of expected.keySet.published) {
    const ours = expected.publicJwks.find((jwk) => jwk.kid === row.kid);
    const theirs = keys.find((key) => key["kid"] === row.kid);
    if (theirs === undefined) problems.push(`The JWKS lacks key ${row.kid}, ${missing[phase] ?? phase}.`);
    else if (theirs["n"] !== ours?.n || theirs["e"] !== ours?.e || theirs["alg"] !== "RS256") {
      problems.push(`Key ${row.kid} in the JWKS is not the key of that kid here.`);
    }
  }
  for (const key of keys) {
    const kid = String(key["kid"]);
    const state = expected.keySet.keys.find((each) => each.row.kid === kid);
    if (state === undefined) problems.push(`The JWKS lists key ${kid}, which is no key of this provider.`);
    if (state?.phase === "revoked") {
      problems.push(`The JWKS lists key ${kid}, which was revoked: tokens forged with it are accepted.`);
    }
    const secret = privateMembers.filter((member) => member in key);
    if (secret.length > 0) {
      problems.push(
        `The JWKS shows private members of key ${kid} (${secret.join(", ")}): the key is compromised.`,
      );
    }
  }
  return problems;
}

const missing: Readonly<Record<string, string>> = {
  current: "which signs now: its tokens are refused",
  next: "which signs next",
  previous: "whose tokens may still be valid",
};

/** Members of a JWK that must never leave the server (RFC 7518 section 6). */
export const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;

function judgeCaching({ jwks, discovery }: FetchedCopy, policy: KeyPolicy): string[] {
  return [jwks, discovery].flatMap(({ url, maxAgeSeconds, status }) => {
    if (status !== 200) return [];
    if (maxAgeSeconds === undefined)
      return [`${url} carries no Cache-Control max-age: caches decide for themselves.`];
    if (maxAgeSeconds <= policy.publishLeadSeconds - policy.clockSkewSeconds) return [];
    return [
      `${url} may be cached for ${maxAgeSeconds} s, longer than the publish lead: shorten its max-age.`,
    ];
  });
}

function unusable(what: string, { url, status, error }: FetchedDocument): string {
  if (status === 0) return `The ${what} at ${url} cannot be fetched: ${error ?? "no answer"}.`;
  if (status >= 300 && status < 400) {
    return `The ${what} at ${url} is answered ${status}, a redirect; whether AWS follows one is not known.`;
  }
  return `The ${what} at ${url} is answered ${status}${status === 200 ? " with something else than it" : ""}.`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
