// Owns what the doctor says of one ID token: every row of the exchange client's table of rules, kept or broken, and the
// signature. It judges nothing itself. Pure, and no finding repeats the token.
import {
  decodeIdToken,
  ExchangeError,
  type IdToken,
  type IdTokenVerdict,
  judgeIdToken,
  judgeSignature,
} from "tti-exchange";
import { type Finding, failed, passed, quoted, warning } from "./finding.ts";

/** What a token is measured against. */
export interface TokenExpectations {
  issuer: string;
  /** The client id registered with AWS; undefined where it is not known. */
  audience: string | undefined;
  tenantClaim: string;
  /** The issuer's key set as it answered; undefined if it did not. */
  jwks: unknown;
  now: Date;
  /** How far the issuer's clock is ahead of ours; undefined if it did not say. */
  issuerAheadSeconds?: number | undefined;
}

/** Checks a token against every rule. */
export async function checkToken(compact: string, expectations: TokenExpectations): Promise<Finding[]> {
  let token: IdToken;
  try {
    // Its size is one of the rules; here it only must be read.
    token = decodeIdToken(compact, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!ExchangeError.isInstance(error)) throw error;
    const cause = "AWS takes a JWS in compact form: three base64url parts joined by dots.";
    return [failed("token.form", { message: error.message, cause, fix: error.fix })];
  }
  const { issuer, audience, tenantClaim, now, issuerAheadSeconds, jwks } = expectations;
  const verdicts = judgeIdToken({
    ...token,
    expected: { issuer, audience, tenantClaim },
    nowSeconds: now.getTime() / 1000,
    issuerAheadSeconds,
  });
  const form = passed("token.form", "it is a signed JWT in compact form");
  return [form, ...verdicts.map(findingOf), await signatureFinding(token, jwks, issuer)];
}

function findingOf({ name, level, members, rule, why = "", fix = "", kept }: IdTokenVerdict): Finding {
  const check = `token.${name}`;
  if (kept) return passed(check, members.length === 0 ? rule : `${members.join(", ")}: ${rule}`);
  const complaint = { message: why, cause: `The rule: ${rule}.`, fix };
  return level === "required" ? failed(check, complaint) : warning(check, complaint);
}

async function signatureFinding(token: IdToken, jwks: unknown, issuer: string): Promise<Finding> {
  const check = "token.signature";
  const fault = await judgeSignature(token, jwks, issuer);
  if (fault === undefined) {
    return passed(check, `it is signed with the published key ${quoted(token.header["kid"])}`);
  }
  return failed(check, {
    message: fault.why,
    cause: "AWS refuses what it cannot verify with the issuer's published keys.",
    fix: fault.fix,
  });
}
