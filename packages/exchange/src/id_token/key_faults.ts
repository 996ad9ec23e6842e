// What is said of a token whose signature does not verify: each fault between a token and its issuer's keys has a code
// of its own. Also the judgement of a signature by a key set that somebody else has fetched.

import type { IdTokenCode } from "../error_codes.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { messageOf } from "../failures/redaction.ts";
import type { IdToken } from "./id_token.ts";
import { type KeyFault, PublishedKeys } from "./published_keys.ts";

/** A fault in words. */
export interface SignatureFault {
  readonly code: IdTokenCode;
  readonly why: string;
  readonly fix: string;
  /** Whether asking later can help: the issuer may publish the key meanwhile. */
  readonly retryable: boolean;
}

/** Says what is wrong between a token's key and its issuer's. */
export function explainKeyFault(fault: KeyFault, kid: string, issuer: string): SignatureFault {
  const key = JSON.stringify(kid.slice(0, 100));
  switch (fault.kind) {
    case "not-found":
      return {
        code: "id_token_key_not_found",
        why: `Issuer ${issuer} publishes no key ${key}, so the ID token cannot be verified.`,
        fix: "Check that the token comes from this issuer, and that the issuer publishes a key before it signs with it.",
        retryable: true,
      };
    case "ambiguous":
      return {
        code: "id_token_key_ambiguous",
        why: `Issuer ${issuer} publishes ${fault.count} different keys with the kid ${key}; which one AWS would take is not known.`,
        fix: "Let the issuer give every key a kid of its own.",
        retryable: false,
      };
    case "unusable":
      return {
        code: "id_token_key_unusable",
        why: `Key ${key} of issuer ${issuer} cannot verify an RS256 signature: ${fault.why}.`,
        fix: 'Let the issuer publish an RSA key of at least 2048 bits with use "sig" under this kid.',
        retryable: false,
      };
    case "does-not-verify":
      return {
        code: "id_token_signature",
        why: `The ID token's signature does not verify with key ${key} of its issuer: it is forged, changed or another issuer's.`,
        fix: "Check that the token comes from this issuer and that nothing changes it on its way.",
        retryable: false,
      };
  }
}

/**
 * Judges a token's signature as the exchange does, by a key set that was fetched before.
 *
 * @param keySet what the issuer's jwks_uri answered
 * @returns undefined if the signature verifies
 */
export async function judgeSignature(
  token: IdToken,
  keySet: unknown,
  issuer: string,
): Promise<SignatureFault | undefined> {
  let keys: PublishedKeys;
  try {
    keys = new PublishedKeys(typeof keySet === "object" && keySet !== null ? { ...keySet } : {});
  } catch (error) {
    return {
      code: "id_token_keys_invalid",
      why: `Issuer ${issuer} publishes no keys an ID token could be verified with: ${messageOf(error)}.`,
      fix: otherFixes.id_token_keys_invalid,
      retryable: false,
    };
  }
  const fault = await keys.findFault(token);
  return fault && explainKeyFault(fault, String(token.header["kid"]), issuer);
}
