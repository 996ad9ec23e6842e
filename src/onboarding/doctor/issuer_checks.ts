// Owns the judgement of what an issuer answers: discovery, host pinning, keys, clock. Pure.
import { type Finding, failed, passed, quoted, warning } from "./finding.ts";
import { checkIssuerShape, reachability } from "./issuer_address.ts";
import { type Answer, type IssuerObservation, memberOf, strangeHost } from "./issuer_observation.ts";
import {
  checkAddresses,
  checkAlgorithms,
  checkCaching,
  checkSizes,
  checkTls,
} from "./issuer_service_checks.ts";
import { checkKeySet } from "./key_set_checks.ts";

/** What this installation knows of the issuer, if it is its own. */
export interface OwnIssuer {
  /** The key that signs now; null: none does. */
  signingKid: string | null;
}

/**
 * Checks an issuer from the outside, as AWS sees it.
 * @param now for how long its certificate is good yet
 */
export function checkIssuer(observation: IssuerObservation, now: Date, own?: OwnIssuer): Finding[] {
  const { issuer, discovery, misled, jwks, clockAheadSeconds } = observation;
  const shape = [
    ...checkIssuerShape(issuer),
    ...checkAddresses(observation),
    ...checkTls(observation, now.getTime()),
  ];
  const fault = answerFault(discovery);
  if (fault !== undefined) {
    return [
      ...shape,
      failed("discovery", {
        message: `${discovery.url} ${fault}`,
        rules: ["I-4"],
        cause: "AWS looks there for the issuer's keys, with every exchange or from its cache.",
        fix: "Start the provider, or repair DNS, TLS or the proxy in front of it.",
      }),
    ];
  }
  return [
    ...shape,
    checkDiscovery(issuer, discovery.json),
    ...checkAlgorithms(discovery.json),
    checkHostPinning(misled),
    ...checkJwksAddress(jwks),
    ...(jwks === undefined || answerFault(jwks) !== undefined
      ? []
      : [...checkKeySet(jwks.json, own), checkCaching(jwks)]),
    ...checkSizes([discovery, jwks]),
    checkClock(clockAheadSeconds),
  ];
}

function answerFault({ status, json, error, location }: Answer): string | undefined {
  if (status === 0) return `does not answer: ${error ?? "no reason given"}`;
  if (status >= 300 && status < 400)
    return `redirects (${status}) to ${quoted(location)}; nobody followed, and whether AWS does is not known`;
  if (status !== 200) return `answers ${status}`;
  return typeof json === "object" && json !== null ? undefined : "is not a JSON object";
}

function checkDiscovery(issuer: string, document: unknown): Finding {
  const named = memberOf(document, "issuer");
  if (named !== issuer) {
    return failed("discovery", {
      message: `The discovery document names the issuer ${quoted(named)}, not ${quoted(issuer)}`,
      rules: ["I-5"],
      cause: "AWS refuses an issuer whose document names another one, if only by a slash.",
      fix: "Make TTI_ISSUER, the address asked here and the trusted token issuer at AWS the same string.",
    });
  }
  const missing = ["jwks_uri", "subject_types_supported", "response_types_supported"].filter(
    (name) => memberOf(document, name) === undefined,
  );
  const algorithms = memberOf(document, "id_token_signing_alg_values_supported");
  if (!Array.isArray(algorithms) || !algorithms.includes("RS256")) {
    missing.push("RS256 in id_token_signing_alg_values_supported");
  }
  if (missing.length > 0) {
    return failed("discovery", {
      message: `The discovery document lacks ${missing.join(", ")}`,
      rules: ["I-6"],
      cause: "AWS requires a document that conforms to OpenID Connect Discovery, and takes RS256 only.",
      fix: "Let the issuer publish them.",
    });
  }
  return passed("discovery", "the discovery document answers and names this issuer");
}

function checkHostPinning(misled: Answer): Finding {
  if (!misled.body.includes(strangeHost)) {
    return passed("host", "no header of a request changes the addresses in discovery");
  }
  return failed("host", {
    message: "The discovery document repeats the host name of the request",
    cause: "Whoever poisons a cache with such a request decides from where AWS fetches your keys.",
    fix: "Let the provider or the proxy in front of it answer for its own host name only.",
  });
}

function checkJwksAddress(jwks: Answer | undefined): Finding[] {
  if (jwks === undefined) return [];
  const fault = answerFault(jwks);
  if (fault !== undefined) {
    return [
      failed("keys", {
        message: `${jwks.url} ${fault}`,
        rules: ["K-1"],
        cause: "Without the keys AWS can verify no token.",
        fix: "Make jwks_uri reachable from wherever discovery is.",
      }),
    ];
  }
  return [
    reachability("keys", jwks.url, "K-1") ?? passed("keys", `the keys are published at ${jwks.url}`, "K-1"),
  ];
}

// Identity Center's own tolerance is not published; half a minute is what our instances allow one another.
const seriousSeconds = 30;

function checkClock(aheadSeconds: number | undefined): Finding {
  if (aheadSeconds === undefined) {
    return warning("clock", {
      message: "The issuer's answers carry no date",
      cause: "Its clock cannot be compared with this machine's.",
      fix: "Compare them by hand.",
    });
  }
  const size = Math.abs(aheadSeconds);
  if (size < 2) return passed("clock", "the issuer's clock and this machine's agree");
  const complaint = {
    message: `The issuer's clock is ${size.toFixed(0)} s ${aheadSeconds > 0 ? "ahead of" : "behind"} this machine's`,
    cause:
      "A clock that is ahead makes tokens that are not valid yet, one behind makes tokens that are not valid any more.",
    fix: "Synchronise both with NTP.",
  };
  return size > seriousSeconds ? failed("clock", complaint) : warning("clock", complaint);
}
