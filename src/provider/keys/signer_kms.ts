// Owns signing with AWS KMS: the private half never leaves it. The server needs kms:Sign and kms:GetPublicKey
// on its keys; kms:CreateKey only where an operator asks this product to make one.
import { createHash, createPublicKey, verify } from "node:crypto";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { JWK } from "jose";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { KmsFaultKind, KmsOperation } from "../../observability/fault_kinds.ts";
import { one } from "../../observability/metric_table.ts";
import { tell } from "../../observability/recorder.ts";
import { inSpan, type Span } from "../../tracing/active_span.ts";
import { kmsFaultOf } from "./kms_faults.ts";
import { assertSignerMatches, type PublicJwk, publicKeyOf, type Signer, toPublicJwk } from "./signer.ts";
import type { NewKey } from "./signer_local.ts";

const signingAlgorithm = "RSASSA_PKCS1_V1_5_SHA_256";

/** The signing keys of one AWS account and region. */
export interface KmsKeys {
  /**
   * Reads the public half of a KMS key.
   * @param keyId key id, ARN or alias; without it the configured one, which an alias may have moved
   * @throws OperationError `signing_unavailable` naming the key, what KMS answered and the fix
   */
  getKey(keyId?: string): Promise<NewKey>;
  /** Makes an RSA_2048 signing key in KMS (needs kms:CreateKey). */
  createKey(): Promise<NewKey>;
  /** A signer over a KMS key, proven by one signature. */
  openSigner(publicJwk: PublicJwk, kmsKeyId: string): Promise<Signer>;
  close(): void;
}

/** Options of {@link openKmsKeys}. */
export interface KmsOptions {
  /** TTI_KMS_KEY_ID: key id, ARN or alias of the key new tokens are to be signed with. */
  keyId: string;
  /** Instead of the SDK's own configuration from the environment. */
  client?: KMSClient;
  /** By whose connection each call that failed is counted. */
  db?: Database;
  limits?: KmsLimits;
}

/** How long KMS may take; milliseconds. */
export interface KmsLimits {
  /** One attempt. The SDK makes up to three, if time is left. */
  attemptMs: number;
  /** All attempts of one call: whoever waits for a token waits for no longer. */
  callMs: number;
}

/** The defaults. */
export const kmsLimits: KmsLimits = { attemptMs: 2_000, callMs: 5_000 };

/** Opens AWS KMS with the AWS SDK's own settings (region, credentials, AWS_ENDPOINT_URL). */
export async function openKmsKeys(options: KmsOptions): Promise<KmsKeys> {
  // Only an installation that signs with KMS pays for loading its client.
  const sdk = await import("@aws-sdk/client-kms");
  const { attemptMs, callMs } = options.limits ?? kmsLimits;
  const client =
    options.client ??
    new sdk.KMSClient({
      maxAttempts: 3,
      // Without the last the SDK only prints a line, and waits on.
      requestHandler: {
        connectionTimeout: attemptMs,
        requestTimeout: attemptMs,
        throwOnRequestTimeout: true,
      },
    });

  const countFault = (operation: KmsOperation, kind: KmsFaultKind) => {
    if (options.db) tell(options.db, one("tti_kms_failures_total", { operation, kind }));
  };
  const ask = <Answer extends KmsAnswer>(
    keyId: string,
    operation: KmsOperation,
    send: (bounds: { abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer> => {
    const call = { "rpc.system": "aws-api", "rpc.service": "KMS", "rpc.method": operation };
    return inSpan("aws", `KMS/${operation}`, call, (span) => answerOf(keyId, operation, send, span));
  };

  const answerOf = async <Answer extends KmsAnswer>(
    keyId: string,
    operation: KmsOperation,
    send: (bounds: { abortSignal: AbortSignal }) => Promise<Answer>,
    span: Span | undefined,
  ): Promise<Answer> => {
    try {
      const answer = await send({ abortSignal: AbortSignal.timeout(callMs) });
      span?.set({ "aws.request_id": answer.$metadata?.requestId });
      return answer;
    } catch (cause) {
      span?.set({ "aws.request_id": (cause as Partial<KmsAnswer>).$metadata?.requestId });
      const { kind, what, fix } = kmsFaultOf(cause, callMs);
      countFault(operation, kind);
      const message = `AWS KMS ${operation} on ${keyId} failed: ${what}`;
      throw new OperationError("signing_unavailable", message, { fix, cause });
    }
  };

  const getKey = async (keyId = options.keyId): Promise<NewKey> => {
    const answer = await ask(keyId, "GetPublicKey", (bounds) =>
      client.send(new sdk.GetPublicKeyCommand({ KeyId: keyId }), bounds),
    );
    if (
      answer.KeySpec !== "RSA_2048" ||
      answer.KeyUsage !== "SIGN_VERIFY" ||
      answer.PublicKey === undefined
    ) {
      throw new OperationError(
        "invalid_config",
        `KMS key ${keyId} is ${answer.KeySpec ?? "of unknown spec"} for ${answer.KeyUsage ?? "unknown usage"}.`,
        { field: "TTI_KMS_KEY_ID", fix: "Name a key made with key spec RSA_2048 and key usage SIGN_VERIFY." },
      );
    }
    const publicKey = createPublicKey({ key: Buffer.from(answer.PublicKey), format: "der", type: "spki" });
    const publicJwk = await toPublicJwk(publicKey.export({ format: "jwk" }) as JWK);
    // The ARN, not the alias: the alias may point elsewhere tomorrow, and this row means this key.
    return { publicJwk, sealedPrivateJwk: null, kmsKeyId: answer.KeyId ?? keyId };
  };

  return {
    getKey,
    async createKey() {
      const answer = await ask("(new)", "CreateKey", (bounds) =>
        client.send(
          new sdk.CreateKeyCommand({
            KeySpec: "RSA_2048",
            KeyUsage: "SIGN_VERIFY",
            Description: "Signs ID tokens of tti-provider",
          }),
          bounds,
        ),
      );
      return getKey(answer.KeyMetadata?.Arn ?? answer.KeyMetadata?.KeyId);
    },
    async openSigner(publicJwk, kmsKeyId) {
      const publicKey = publicKeyOf(publicJwk);
      const signer: Signer = {
        async sign(data) {
          // The digest only: KMS need not see the claims, and takes no message above 4096 bytes.
          const digest = createHash("sha256").update(data).digest();
          const answer = await ask(kmsKeyId, "Sign", (bounds) =>
            client.send(
              new sdk.SignCommand({
                KeyId: kmsKeyId,
                Message: digest,
                MessageType: "DIGEST",
                SigningAlgorithm: signingAlgorithm,
              }),
              bounds,
            ),
          );
          const signature = answer.Signature ?? new Uint8Array();
          if (!verify("sha256", data, publicKey, signature)) {
            countFault("Sign", "wrong_signature");
            throw new OperationError(
              "signing_unavailable",
              `KMS key ${kmsKeyId} made a signature that published key ${publicJwk.kid} does not verify.`,
            );
          }
          return signature;
        },
      };
      await assertSignerMatches(signer, publicJwk);
      return signer;
    },
    close: () => client.destroy(),
  };
}

interface KmsAnswer {
  $metadata: { requestId?: string | undefined };
}
