// Owns the judgement of how an issuer serves its documents: TLS, addresses, algorithms, sizes, and how long caches may
// keep them. Pure.
import { isSpecialAddress } from "../../input/special_address.ts";
import { uriOf } from "../../input/web_address.ts";
import { assumedAwsCacheSeconds } from "../../provider/keys/key_status.ts";
import { type Finding, failed, information, passed, warning } from "./finding.ts";
import { isPublicHost } from "./issuer_address.ts";
import { type Answer, type IssuerObservation, memberOf } from "./issuer_observation.ts";

const dayMs = 86_400_000;
/** Whoever renews by hand needs this long to notice. */
const soonMs = 14 * dayMs;
/** AWS publishes no limit; the local AWS reads so much. */
const largestDocument = 65_536;

/** How Node.js says that a certificate is not to be trusted, in words. */
const certificateFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "leads to an authority nobody knows",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "comes without the certificates between it and its authority",
  UNABLE_TO_GET_ISSUER_CERT: "comes without the certificates between it and its authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "leads to an authority nobody knows",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for another host name",
  CERT_REVOKED: "was revoked",
};

/** Checks the certificate of an https issuer; nothing of another one. */
export function checkTls({ issuer, discovery }: IssuerObservation, nowMs: number): Finding[] {
  if (uriOf(issuer)?.protocol !== "https:") return [];
  const { certificateUntilMs, errorCode = "" } = discovery;
  const fault =
    certificateFaults[errorCode] ?? (errorCode.startsWith("ERR_SSL") ? "is not shown: TLS fails" : undefined);
  if (fault !== undefined) {
    return [
      failed("tls", {
        message: `The certificate of ${issuer} ${fault} (${errorCode})`,
        cause: "AWS fetches discovery and keys over TLS, and trusts what public authorities signed.",
        fix: "Serve a certificate of a public authority for this host name, with its whole chain.",
      }),
    ];
  }
  if (certificateUntilMs === undefined) return [];
  const until = new Date(certificateUntilMs).toISOString().slice(0, 10);
  if (certificateUntilMs - nowMs < soonMs) {
    return [
      warning("tls", {
        message: `The certificate is good until ${until} only`,
        cause: "When it ends, AWS can fetch no keys, and every exchange of every customer fails.",
        fix: "Renew it now, and let a program renew it from now on.",
      }),
    ];
  }
  return [passed("tls", `the certificate is trusted and good until ${until}`)];
}

/** Checks where a public host name leads. */
export function checkAddresses({ issuer, addresses }: IssuerObservation): Finding[] {
  const hostname = uriOf(issuer)?.hostname ?? "";
  if (!isPublicHost(hostname) || addresses.length === 0) return [];
  const inside = addresses.filter(isSpecialAddress);
  if (inside.length === 0)
    return [passed("addresses", `${hostname} leads to ${addresses.length} public addresses`)];
  return [
    failed("addresses", {
      message: `${hostname} leads to ${inside.slice(0, 3).join(", ")}, which is in a private network`,
      cause:
        "AWS asks from the Internet. A name with two answers, one for inside, misleads this machine only.",
      fix: "Let the public DNS answer with a public address; if this is an inside answer, run the doctor from outside.",
    }),
  ];
}

/** Checks which algorithms an issuer says it signs with. That RS256 is among them is for `discovery`. */
export function checkAlgorithms(document: unknown): Finding[] {
  const named = memberOf(document, "id_token_signing_alg_values_supported");
  if (!Array.isArray(named) || !named.includes("RS256")) return [];
  if (named.includes("none")) {
    return [
      warning("algorithms", {
        message: "The issuer says that it may leave ID tokens unsigned (alg none)",
        cause: "A client that believes it takes anybody's word.",
        fix: "Take none off id_token_signing_alg_values_supported.",
      }),
    ];
  }
  const others = named.filter((one) => one !== "RS256").map((one) => String(one).slice(0, 20));
  if (others.length === 0) return [passed("algorithms", "ID tokens are signed with RS256")];
  return [
    information(
      "algorithms",
      `The issuer also signs with ${others.slice(0, 8).join(", ")}; the client for AWS must be set to RS256`,
    ),
  ];
}

/** Checks the sizes of discovery and key set. */
export function checkSizes(answers: readonly (Answer | undefined)[]): Finding[] {
  const large = answers.find((answer) => (answer?.body.length ?? 0) > largestDocument);
  if (large === undefined) return [passed("sizes", "discovery and keys are small")];
  return [
    warning("sizes", {
      message: `${large.url} has ${large.body.length} bytes`,
      cause: `AWS publishes no limit; more than ${largestDocument} bytes are unproven.`,
      fix: "Publish the keys that verify tokens of today only, without certificates (x5c).",
    }),
  ];
}

/** Checks how long caches may keep the key set: what AWS may hold of it when a key is new, or gone. */
export function checkCaching(jwks: Answer): Finding {
  const maxAge = /(?:^|[\s,])max-age=(\d{1,10})/i.exec(jwks.cacheControl ?? "")?.[1];
  if (/no-store|no-cache/i.test(jwks.cacheControl ?? "")) {
    return passed("caching", "no cache may keep the key set");
  }
  if (maxAge === undefined) {
    return warning("caching", {
      message: "The key set carries no Cache-Control max-age",
      cause: "Caches decide for themselves how long they keep it. How long AWS does is not published.",
      fix: "Send Cache-Control: public, max-age=300 with the key set.",
    });
  }
  if (Number(maxAge) > assumedAwsCacheSeconds) {
    return warning("caching", {
      message: `Caches may keep the key set for ${maxAge} seconds`,
      cause: "A key that is taken back serves that long, and a new one is not known that long.",
      fix: `Send a max-age of a few minutes, and publish a key ${assumedAwsCacheSeconds / 3600} hours before it signs.`,
    });
  }
  return passed(
    "caching",
    `caches may keep the key set for ${maxAge} seconds; AWS says nothing of its own, so count on ${assumedAwsCacheSeconds / 3600} hours`,
  );
}
