// Using a key: GetPublicKey, Sign, Verify.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { KmsKey } from "../../state/iam_entities.ts";
import { assertUsable, getKey, type KeyInput, keyResource } from "./lookup.ts";
import { refuse } from "./refuse.ts";
import {
  assertAlgorithm,
  isSignedWith,
  publicKeyOf,
  type Signable,
  signingAlgorithms,
  signWith,
} from "./signing_algorithms.ts";

type SignInput = KeyInput & {
  Message: Uint8Array;
  MessageType?: "RAW" | "DIGEST" | "EXTERNAL_MU";
  SigningAlgorithm: string;
  DryRun?: boolean;
};
type VerifyInput = SignInput & { Signature: Uint8Array };

/** The operations of this family. */
export const signatureOperations = family("kms", {
  GetPublicKey: {
    authorize: keyResource,
    run(input: KeyInput, context) {
      const key = getKey(context, input.KeyId);
      assertUsable(key);
      return {
        KeyId: key.arn,
        PublicKey: publicKeyOf(key),
        CustomerMasterKeySpec: key.keySpec,
        KeySpec: key.keySpec,
        KeyUsage: key.keyUsage,
        SigningAlgorithms: signingAlgorithms,
      };
    },
  },

  Sign: {
    authorize: keyResource,
    run(input: SignInput, context) {
      const { key, algorithm, message } = prepare(input, context);
      return { KeyId: key.arn, Signature: signWith(key, algorithm, message), SigningAlgorithm: algorithm };
    },
  },

  Verify: {
    authorize: keyResource,
    run(input: VerifyInput, context) {
      const { key, algorithm, message } = prepare(input, context);
      if (!isSignedWith(key, algorithm, message, input.Signature)) throw refuseSignature(key);
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
    },
  },
});

/** What Sign and Verify ask before they begin. @throws AwsError naming what is wrong with key, algorithm or message */
function prepare(input: SignInput, context: OperationContext) {
  const { SigningAlgorithm: algorithm } = input;
  const key = getKey(context, input.KeyId);
  assertUsable(key);
  assertAlgorithm(algorithm);
  const message = signableOf(input);
  assertNoDryRun(input);
  return { key, algorithm, message };
}

function signableOf({ Message: bytes, MessageType: type = "RAW" }: SignInput): Signable {
  if (type !== "EXTERNAL_MU") return { bytes, type };
  throw refuse("ValidationException", "EXTERNAL_MU is for ML-DSA keys.", {
    rule: "key.messageType",
    why: "The key is an RSA key.",
    fix: "Use RAW or DIGEST.",
  });
}

/** A dry run ends with this error when the call would have succeeded (API reference, DryRun). */
function assertNoDryRun({ DryRun: dryRun }: SignInput): void {
  if (!dryRun) return;
  throw refuse(
    "DryRunOperationException",
    "The request would have succeeded, but the DryRun option is set.",
    {
      rule: "key.dryRun",
      why: "DryRun is set.",
      fix: "Leave DryRun out to sign.",
    },
  );
}

function refuseSignature(key: KmsKey) {
  return refuse("KMSInvalidSignatureException", "", {
    rule: "key.signature",
    why: `The signature was not made by ${key.arn} over this message with this algorithm.`,
    fix: "Compare key, message, message type and algorithm.",
  });
}
