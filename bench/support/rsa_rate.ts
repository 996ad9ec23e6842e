// How many RSA-2048 signatures this machine makes in a second: the ceiling of everything that signs ID tokens.
import { generateKeyPairSync, randomBytes, sign, webcrypto } from "node:crypto";
import { availableParallelism } from "node:os";

const rs256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** Signatures per second. */
export interface RsaRate {
  oneCore: number;
  allCores: number;
}

/** Measures for the given time, half for one core and half for all of them. */
export async function measureRsaRate(durationMs: number): Promise<RsaRate> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const data = randomBytes(700);
  let count = 0;
  const startedMs = performance.now();
  while (performance.now() - startedMs < durationMs / 2) {
    sign("sha256", data, privateKey);
    count += 1;
  }
  const oneCore = (count * 1000) / (performance.now() - startedMs);
  return {
    oneCore,
    allCores: await onThreadPool(privateKey.export({ format: "jwk" }), data, durationMs / 2),
  };
}

async function onThreadPool(jwk: object, data: Uint8Array<ArrayBuffer>, durationMs: number): Promise<number> {
  const key = await webcrypto.subtle.importKey("jwk", jwk as webcrypto.JsonWebKey, rs256, false, ["sign"]);
  let count = 0;
  const startedMs = performance.now();
  const lanes = Array.from({ length: availableParallelism() * 2 }, async () => {
    while (performance.now() - startedMs < durationMs) {
      await webcrypto.subtle.sign(rs256.name, key, data);
      count += 1;
    }
  });
  await Promise.all(lanes);
  return (count * 1000) / (performance.now() - startedMs);
}
