// Owns the judgement of one ID token by the rules of a trusted token issuer (docs/tti-profile.md). Every rule is
// looked at, not only the first that is broken. Pure, and no finding repeats the token.
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { type Complaint, type Finding, failed, passed, quoted, warning } from "./finding.ts";
import { memberOf } from "./issuer_observation.ts";

/** What a token is measured against. */
export interface TokenExpectations {
  issuer: string;
  /** The client id registered with AWS; undefined where it is not known. */
  audience: string | undefined;
  tenantClaim: string;
  /** The issuer's key set as it answered; undefined if it did not. */
  jwks: unknown;
  now: Date;
}

type Part = Readonly<Record<string, unknown>>;
type Verdict = { outcome: "failed" | "warning"; complaint: Complaint } | undefined;

interface Rule {
  /** The check's name is `token.` and this. */
  name: string;
  judge(token: { header: Part; claims: Part }, expected: TokenExpectations): Verdict;
}

const mostCharacters = 4_096;
const longestLifeSeconds = 3_600;

/** Checks a token against every rule. */
export async function checkToken(compact: string, expected: TokenExpectations): Promise<Finding[]> {
  const parts = compact.split(".");
  const header = decode(parts[0]);
  const claims = decode(parts[1]);
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return [
      failed("token.form", {
        message: `The file holds ${parts.length === 5 ? "an encrypted token" : "no signed JWT"}`,
        cause: "AWS takes a JWS in compact form: three base64url parts joined by dots.",
        fix: "Give the ID token itself, not the JSON it came in.",
      }),
    ];
  }
  const findings = rules.map((rule) => findingOf(rule, rule.judge({ header, claims }, expected)));
  return [sizeFinding(compact), ...findings, await signatureFinding(compact, header, expected)];
}

const bad = (message: string, cause: string, fix: string): Verdict => ({
  outcome: "failed",
  complaint: { message, cause, fix },
});
const doubtful = (message: string, cause: string, fix: string): Verdict => ({
  outcome: "warning",
  complaint: { message, cause, fix },
});
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const rules: readonly Rule[] = [
  {
    name: "alg",
    judge: ({ header: { alg } }) =>
      alg === "RS256"
        ? undefined
        : bad(`alg is ${quoted(alg)}`, "AWS takes RS256 only.", "Set id_token_signed_response_alg to RS256."),
  },
  {
    name: "kid",
    judge: ({ header: { kid } }) =>
      isText(kid)
        ? undefined
        : bad("The header has no kid", "It tells which key verifies the token.", "Let the issuer send it."),
  },
  {
    name: "iss",
    judge: ({ claims: { iss } }, { issuer }) =>
      iss === issuer
        ? undefined
        : bad(
            `iss is ${quoted(iss)}, not ${quoted(issuer)}`,
            "AWS compares it byte for byte with the trusted token issuer.",
            "Make both the same; mind the trailing slash.",
          ),
  },
  {
    name: "aud",
    judge: ({ claims: { aud } }, { audience }) =>
      isText(aud) && (audience === undefined || aud === audience)
        ? undefined
        : bad(
            `aud is ${quoted(aud)}${audience === undefined ? "" : `, not ${quoted(audience)}`}`,
            "It must be the client id registered with AWS, as one string; whether AWS takes a list is not known.",
            "Get a token for that client.",
          ),
  },
  {
    name: "sub",
    judge: ({ claims: { sub } }) =>
      isText(sub) ? undefined : bad("sub is missing", "AWS requires it.", "Let the issuer send it."),
  },
  {
    name: "email",
    judge: ({ claims: { email, email_verified: verified } }) => {
      if (!isText(email)) {
        return bad(
          "email is missing",
          "AWS finds the user by it, unless the customer mapped another claim.",
          "Let the issuer send it.",
        );
      }
      return verified === true
        ? undefined
        : bad(
            `email_verified is ${quoted(verified)}`,
            "AWS does not look at it, so an address nobody proved would be that person.",
            "Name proven addresses only, and say so.",
          );
    },
  },
  {
    name: "tenant",
    judge: ({ claims }, { tenantClaim }) =>
      isText(claims[tenantClaim])
        ? undefined
        : bad(
            `${tenantClaim} is missing`,
            "The exchange takes the customer's connection and session tag from it.",
            "Let the issuer send it, or set TTI_TENANT_CLAIM to the claim that names the tenant.",
          ),
  },
  {
    name: "jti",
    judge: ({ claims: { jti } }) => {
      if (!isText(jti)) {
        return bad(
          "jti is missing",
          "Some of AWS's pages require it, and it is how a token is redeemed once.",
          "Let the issuer send a new random one in every token.",
        );
      }
      return jti.length >= 16
        ? undefined
        : doubtful(
            "jti is short",
            "AWS refuses one it has seen, for a day or longer.",
            "Use 128 random bits.",
          );
    },
  },
  {
    name: "exp",
    judge: ({ claims: { exp, iat } }, { now }) => {
      const nowSeconds = now.getTime() / 1000;
      if (typeof exp !== "number")
        return bad("exp is missing", "AWS requires it.", "Let the issuer send it.");
      if (exp <= nowSeconds) {
        return bad(`exp has passed (${isoTime(exp)})`, "AWS refuses expired tokens.", "Mint a new one.");
      }
      return exp - (typeof iat === "number" ? iat : nowSeconds) > longestLifeSeconds
        ? doubtful(
            "The token lives longer than an hour",
            "An hour is proven at AWS; each token serves one exchange.",
            "Let it live five minutes.",
          )
        : undefined;
    },
  },
  {
    name: "iat",
    judge: ({ claims: { iat, nbf } }, { now }) => {
      const ahead = [iat, nbf].some((time) => typeof time === "number" && time > now.getTime() / 1000 + 5);
      if (ahead) {
        return bad("iat or nbf lies in the future", "The token is not valid yet.", "Synchronise the clocks.");
      }
      return typeof iat === "number"
        ? undefined
        : doubtful("iat is missing", "Nobody can tell how old the token is.", "Let the issuer send it.");
    },
  },
  {
    name: "auth_time",
    judge: ({ claims: { auth_time: authTime } }) =>
      typeof authTime === "number"
        ? undefined
        : doubtful(
            "auth_time is missing",
            "Nobody can tell when the person logged in.",
            "Let the issuer send it.",
          ),
  },
];

function findingOf({ name }: Rule, verdict: Verdict): Finding {
  const check = `token.${name}`;
  if (verdict === undefined) return passed(check, `${name} is as AWS wants it`);
  return { check, outcome: verdict.outcome, ...verdict.complaint };
}

function sizeFinding(compact: string): Finding {
  if (compact.length <= mostCharacters)
    return passed("token.size", `the token has ${compact.length} characters`);
  return warning("token.size", {
    message: `The token has ${compact.length} characters`,
    cause: "AWS publishes no limit; small tokens are safe.",
    fix: "Leave out claims AWS ignores, such as groups.",
  });
}

async function signatureFinding(
  compact: string,
  header: Part,
  expected: TokenExpectations,
): Promise<Finding> {
  const check = "token.signature";
  if (!Array.isArray(memberOf(expected.jwks, "keys"))) {
    return failed(check, {
      message: "The signature cannot be checked: there are no keys",
      cause: "AWS could not check it either.",
      fix: "Repair the key set first.",
    });
  }
  try {
    const keys = createLocalJWKSet(expected.jwks as JSONWebKeySet);
    await compactVerify(compact, keys, { algorithms: ["RS256"] });
    return passed(check, `it is signed with the published key ${quoted(header["kid"])}`);
  } catch {
    return failed(check, {
      message: `The signature does not verify with a published key of kid ${quoted(header["kid"])}`,
      cause: "AWS refuses it. The token is forged or changed, or its key has left the key set.",
      fix: "Get a new token from this issuer; if it fails again, run `tti key status`.",
    });
  }
}

function decode(part: string | undefined): Part | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}
