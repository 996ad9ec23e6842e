// Signatures of KMS keys verify outside KMS, and KMS verifies signatures made outside.
import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, verify } from "node:crypto";
import { describe, it } from "node:test";
import { CreateKeyCommand, GetPublicKeyCommand, SignCommand, VerifyCommand } from "@aws-sdk/client-kms";
import { jwtVerify } from "jose";
import { signingAlgorithms } from "../../../src/services/kms/signing_algorithms.ts";
import { caught, useControlPlane } from "../../support/control_plane.ts";

let KeyId: string;
const plane = useControlPlane(async () => {
  const command = new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
  const { KeyMetadata } = await plane.as("admin").kms.send(command);
  KeyId = KeyMetadata?.KeyId ?? "";
});

const message = Buffer.from("what is signed");

async function publicKey() {
  const { PublicKey = new Uint8Array() } = await plane
    .as("admin")
    .kms.send(new GetPublicKeyCommand({ KeyId }));
  return createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
}

async function sign(
  SigningAlgorithm: (typeof signingAlgorithms)[number],
  Message: Uint8Array,
  digest = false,
) {
  const MessageType = digest ? "DIGEST" : "RAW";
  const command = new SignCommand({ KeyId, SigningAlgorithm, Message, MessageType });
  return Buffer.from((await plane.as("admin").kms.send(command)).Signature ?? []);
}

describe("a signature", () => {
  for (const algorithm of signingAlgorithms) {
    it(`with ${algorithm} verifies with the public key, in node:crypto and in KMS`, async () => {
      const hash = `sha${algorithm.slice(-3)}`;
      const signature = await sign(algorithm, message);
      const pss = algorithm.includes("PSS");
      const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      assert.ok(verify(hash, message, { key: await publicKey(), padding, saltLength }, signature));
      const check = { KeyId, SigningAlgorithm: algorithm, Message: message, Signature: signature };
      const { SignatureValid } = await plane.as("admin").kms.send(new VerifyCommand(check));
      assert.equal(SignatureValid, true);
    });
  }

  it("over a digest equals the one over the message", async () => {
    const digest = createHash("sha256").update(message).digest();
    const overDigest = await sign("RSASSA_PKCS1_V1_5_SHA_256", digest, true);
    assert.deepEqual(overDigest, await sign("RSASSA_PKCS1_V1_5_SHA_256", message));
  });

  it("makes an RS256 token that jose verifies", async () => {
    const header = Buffer.from(JSON.stringify({ alg: "RS256", kid: "k" })).toString("base64url");
    const payload = Buffer.from(JSON.stringify({ sub: "ada" })).toString("base64url");
    const signature = await sign("RSASSA_PKCS1_V1_5_SHA_256", Buffer.from(`${header}.${payload}`));
    const token = `${header}.${payload}.${signature.toString("base64url")}`;
    const verified = await jwtVerify(token, await publicKey());
    assert.equal(verified.payload.sub, "ada");
  });

  it("of another message is refused by Verify", async () => {
    const Signature = await sign("RSASSA_PKCS1_V1_5_SHA_256", message);
    const command = new VerifyCommand({
      KeyId,
      SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
      Message: Buffer.from("another"),
      Signature,
    });
    assert.equal((await caught(plane.as("admin").kms.send(command))).name, "KMSInvalidSignatureException");
    const noise = new VerifyCommand({ ...command.input, Signature: Buffer.from("noise") });
    assert.equal((await caught(plane.as("admin").kms.send(noise))).name, "KMSInvalidSignatureException");
  });

  it("is refused for an algorithm of other keys, a digest of wrong length, and beyond 4096 bytes", async () => {
    const { kms } = plane.as("admin");
    const curve = new SignCommand({ KeyId, SigningAlgorithm: "ECDSA_SHA_256", Message: message });
    assert.equal((await caught(kms.send(curve))).name, "InvalidKeyUsageException");
    assert.equal(
      (await caught(sign("RSASSA_PKCS1_V1_5_SHA_256", message, true))).name,
      "ValidationException",
    );
    const long = await caught(sign("RSASSA_PKCS1_V1_5_SHA_256", Buffer.alloc(4097)));
    assert.match(long.message, /'message' failed to satisfy constraint: .*less than or equal to 4096/);
  });

  it("over a digest is not made with PSS, nor over a message of ML-DSA's kind", async () => {
    const digest = createHash("sha256").update(message).digest();
    const error = await caught(sign("RSASSA_PSS_SHA_256", digest, true));
    assert.equal(error.name, "UnsupportedOperationException");
    const command = new SignCommand({
      KeyId,
      SigningAlgorithm: "RSASSA_PSS_SHA_256",
      Message: message,
      MessageType: "EXTERNAL_MU",
    });
    assert.equal((await caught(plane.as("admin").kms.send(command))).name, "ValidationException");
  });

  it("is not made in a dry run", async () => {
    const command = new SignCommand({
      KeyId,
      SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
      Message: message,
      DryRun: true,
    });
    assert.equal((await caught(plane.as("admin").kms.send(command))).name, "DryRunOperationException");
  });

  it("needs permission", async () => {
    const command = new SignCommand({
      KeyId,
      SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256",
      Message: message,
    });
    const error = await caught(plane.as("nobody").kms.send(command));
    assert.equal(error.name, "AccessDeniedException");
    assert.match(error.message, /kms:Sign/);
  });
});
