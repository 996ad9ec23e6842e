// Owns the judgement of a passkey's answer: from our page, for our host, by a device that made sure of the person, signed by the
// key. Each fault has its own refusal. Pure but for the cryptography, which is the library's.
//
// The signature's counter is not judged here: it counts for what is signed, so after the signature, and in one statement with
// what it changes (passkey_store.ts). The library would compare it first, and let anybody who knows a passkey's id have it
// taken for a copied one.
import { createHash } from "node:crypto";
import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import { OperationError } from "../../errors.ts";
import type { ClientData, NewPasskeyAnswer, UsedPasskeyAnswer } from "./passkey_answer.ts";
import { passkeyRefusal } from "./passkey_refusal.ts";
import type { RelyingParty } from "./relying_party.ts";

/** What is asked of keys, as COSE numbers them (RFC 9053), the best first: Ed25519, ES256, RS256. */
export const keyAlgorithms = [-8, -7, -257] as const;

/** A key as an authenticator made it. */
export interface MadeKey {
  credentialId: string;
  /** COSE, base64url. */
  publicKey: string;
  counter: number;
  transports: readonly string[];
  /** Whether it may come to be on several devices; else it never leaves the one. */
  synced: boolean;
  backedUp: boolean;
}

/** What an authenticator signed. */
export interface SignedUse {
  counter: number;
  backedUp: boolean;
}

/** The stored key that an answer names. */
export interface StoredKey {
  credentialId: string;
  publicKey: string;
}

/**
 * Judges the answer of a new passkey.
 * @throws OperationError passkey_other_purpose, passkey_foreign_origin, passkey_foreign_site, passkey_not_verified,
 *   passkey_unsupported, passkey_altered
 * @see WebAuthn Level 3, section 7.1
 */
export async function judgeNewPasskey(answer: NewPasskeyAnswer, party: RelyingParty): Promise<MadeKey> {
  assertOfOurPage(answer.clientData, "webauthn.create", party);
  // Hundreds of milliseconds of code, for the few who come here.
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  const { decodeAttestationObject } = await import("@simplewebauthn/server/helpers");
  try {
    const object = decodeAttestationObject(bytesOf(answer.attestationObject));
    const [format, statement] = [object.get("fmt"), object.get("attStmt")];
    // Who made the device is not asked, and browsers leave it away. Certificates would be read, and lists of revoked
    // ones fetched from wherever they say.
    const isPlain = format === "none" || (format === "packed" && statement.get("x5c") === undefined);
    if (!isPlain) throw passkeyRefusal("passkey_unsupported");
    assertOfOurHost(object.get("authData"), party);
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: asLibraryReads(answer),
      expectedChallenge: answer.clientData.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      supportedAlgorithmIDs: [...keyAlgorithms],
    });
    if (!verified || registrationInfo.credential.id !== answer.id) throw passkeyRefusal("passkey_altered");
    const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      transports: answer.transports,
      synced: credentialDeviceType === "multiDevice",
      backedUp: credentialBackedUp,
    };
  } catch (error) {
    throw refusalOf(
      error,
      /public key alg|Unsupported/.test(String(error)) ? "passkey_unsupported" : undefined,
    );
  }
}

/**
 * Judges the answer of a passkey that is used.
 * @param key what is stored of it
 * @throws OperationError passkey_other_purpose, passkey_foreign_origin, passkey_foreign_site, passkey_not_verified,
 *   passkey_altered
 * @see WebAuthn Level 3, section 7.2
 */
export async function judgeUsedPasskey(
  answer: UsedPasskeyAnswer,
  key: StoredKey,
  party: RelyingParty,
): Promise<SignedUse> {
  assertOfOurPage(answer.clientData, "webauthn.get", party);
  assertOfOurHost(bytesOf(answer.authenticatorData), party);
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ id: answer.id, rawId: answer.id, type: "public-key", clientExtensionResults: {} },
        response: {
          clientDataJSON: answer.clientDataJSON,
          authenticatorData: answer.authenticatorData,
          signature: answer.signature,
        },
      },
      expectedChallenge: answer.clientData.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: key.credentialId, publicKey: bytesOf(key.publicKey), counter: 0 },
    });
    if (!verified) throw passkeyRefusal("passkey_altered");
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
  } catch (error) {
    throw refusalOf(error);
  }
}

function assertOfOurPage(clientData: ClientData, type: string, party: RelyingParty): void {
  if (clientData.type !== type) throw passkeyRefusal("passkey_other_purpose");
  if (clientData.origin !== party.origin || clientData.crossOrigin)
    throw passkeyRefusal("passkey_foreign_origin");
}

// Of the authenticator's data 32 bytes are the hash of the host's name; then come the flags: somebody was there, and it was
// made sure who (section 6.1).
const flagsAt = 32;
const present = 0x01;
const verifiedPerson = 0x04;

function assertOfOurHost(authenticatorData: Uint8Array, party: RelyingParty): void {
  const bytes = Buffer.from(authenticatorData);
  if (bytes.length <= flagsAt) throw passkeyRefusal("passkey_unreadable");
  if (!bytes.subarray(0, flagsAt).equals(createHash("sha256").update(party.id).digest()))
    throw passkeyRefusal("passkey_foreign_site");
  const flags = bytes[flagsAt] ?? 0;
  if ((flags & present) === 0 || (flags & verifiedPerson) === 0) throw passkeyRefusal("passkey_not_verified");
}

const asLibraryReads = ({
  id,
  clientDataJSON,
  attestationObject,
}: NewPasskeyAnswer): RegistrationResponseJSON => ({
  ...{ id, rawId: id, type: "public-key", clientExtensionResults: {} },
  response: { clientDataJSON, attestationObject },
});

// Whatever the library stumbles over is no answer of the key's.
function refusalOf(
  error: unknown,
  code: "passkey_unsupported" | "passkey_altered" = "passkey_altered",
): OperationError {
  if (error instanceof OperationError) return error;
  return passkeyRefusal(code, error);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
