// Owns the judgement of a published key set. Pure.
import { type Finding, failed, passed, quoted } from "./finding.ts";
import { memberOf } from "./issuer_observation.ts";

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/**
 * Checks a JWK Set as AWS reads it: RSA keys of 2048 bits for RS256, each with a kid of its own, and, if this
 * installation signs, the key it signs with.
 */
export function checkKeySet(document: unknown, own?: { signingKid: string | null }): Finding[] {
  const keys = memberOf(document, "keys");
  if (!Array.isArray(keys) || keys.length === 0) {
    return [
      failed("keys", {
        message: "The key set is empty",
        rules: ["K-2"],
        cause: "AWS can verify no token.",
        fix: "Start the provider: its first instance makes a key.",
      }),
    ];
  }
  const exposed = keys.filter((key) => privateMembers.some((name) => memberOf(key, name) !== undefined));
  if (exposed.length > 0) {
    return [
      failed("keys", {
        message: `The key set shows the private half of ${exposed.map(kidOf).join(", ")}`,
        rules: ["K-3"],
        cause: "Everybody can sign tokens in this issuer's name.",
        fix: "Run `tti key rotate --emergency` now, and find out what served this document.",
      }),
    ];
  }
  const usable = keys.filter((key) => keyFault(key) === undefined);
  return [...formFindings(keys, usable), ...signingKeyFinding(usable.map(kidOf), own)];
}

function formFindings(keys: readonly unknown[], usable: readonly unknown[]): Finding[] {
  const kids = keys.map((key) => memberOf(key, "kid"));
  const repeated = kids.filter((kid, index) => kid !== undefined && kids.indexOf(kid) !== index);
  if (repeated.length > 0) {
    return [
      failed("keys", {
        message: `Two keys have the kid ${quoted(repeated[0])}`,
        rules: ["K-4"],
        cause: "A token's kid must lead to one key; AWS refuses a token whose kid leads to another.",
        fix: "Give every key a kid of its own, and never use one twice.",
      }),
    ];
  }
  if (usable.length > 0)
    return [
      passed(
        "keys",
        `${usable.length} of ${keys.length} published keys are RSA keys of 2048 bits with a kid`,
        "K-2",
        "K-3",
        "K-4",
      ),
    ];
  return [
    failed("keys", {
      message: `No key is one AWS takes: ${keys.map((key) => `${kidOf(key)} ${keyFault(key)}`).join("; ")}`,
      rules: ["K-2"],
      cause: "AWS verifies RS256 only; RSA keys of 2048 bits are proven there, others are not.",
      fix: "Publish an RSA key of 2048 bits with alg RS256, use sig and a kid.",
    }),
  ];
}

function signingKeyFinding(
  published: readonly string[],
  own: { signingKid: string | null } | undefined,
): Finding[] {
  if (own === undefined) return [];
  const { signingKid } = own;
  if (signingKid === null) {
    return [
      failed("signing_key", {
        message: "No key signs now",
        cause: "Nobody can sign in or get a token.",
        fix: "Run `tti key status`: it says why and until when.",
      }),
    ];
  }
  if (published.includes(signingKid)) {
    return [passed("signing_key", `the key that signs, ${signingKid}, is published`)];
  }
  return [
    failed("signing_key", {
      message: `The key that signs, ${signingKid}, is not published`,
      cause:
        "AWS refuses every token signed with it. A proxy may hold an old key set, or another server answers.",
      fix: "Run `tti key status`, and make sure the address leads to this installation and no cache outlives max-age.",
    }),
  ];
}

/** Why AWS may not take a key; undefined if it does. */
function keyFault(key: unknown): string | undefined {
  if (memberOf(key, "kty") !== "RSA") return "is no RSA key";
  const { alg = "RS256", use = "sig" } = key as { alg?: unknown; use?: unknown };
  if (alg !== "RS256" || use !== "sig") return "is not for RS256 signatures";
  if (typeof memberOf(key, "kid") !== "string" || memberOf(key, "kid") === "") return "has no kid";
  const n = memberOf(key, "n");
  const bits = typeof n === "string" ? modulusBits(n) : 0;
  return bits === 2048 ? undefined : `has ${bits} bits`;
}

function modulusBits(n: string): number {
  const hex = Buffer.from(n, "base64url").toString("hex").replace(/^0+/, "");
  return hex === "" ? 0 : BigInt(`0x${hex}`).toString(2).length;
}

function kidOf(key: unknown): string {
  const kid = memberOf(key, "kid");
  return typeof kid === "string" ? kid : "a key without kid";
}
