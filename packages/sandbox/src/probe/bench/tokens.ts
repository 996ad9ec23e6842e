// Keys of the probes' issuer and the tokens they sign: whatever a probe wants to have signed, and nothing that outlives it.
import { generateKeyPair, type KeyObject, randomUUID, sign } from "node:crypto";
import { promisify } from "node:util";
import { createSelfSignedCertificate } from "./self_signed_certificate.ts";

/** A public key as it stands in a JWKS. */
export type PublishedKey = Record<string, unknown> & { kid: string };

/** A key with what is published of it. */
export type ProbeKey = { kid: string; privateKey: KeyObject; published: PublishedKey };

/** The keys that probes need; private halves stay in memory. */
export type ProbeKeys = {
  /** RSA 2048 with alg and use. */
  good: ProbeKey;
  /** RSA 3072. */
  large: ProbeKey;
  /** The good one's sort, with a certificate of its own in x5c. */
  certified: ProbeKey;
  /** Without alg and use. */
  unlabelled: ProbeKey;
  /** Not published at the start. */
  newcomer: ProbeKey;
};

/** What a token says beyond the usual; a claim or header member that is `undefined` is left out. */
export type TokenSpec = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: ProbeKey;
};

/** The audience of the probes' tokens. */
export const PROBE_AUDIENCE = "tti-sandbox-probe";

const generate = promisify(generateKeyPair);

/** @returns keys that nobody had before */
export async function createProbeKeys(): Promise<ProbeKeys> {
  const [good, large, unlabelled, newcomer] = await Promise.all([
    createKey("good"),
    createKey("large", 3072),
    createKey("unlabelled"),
    createKey("newcomer"),
  ]);
  const certified = await createKey("certified");
  certified.published["x5c"] = [createSelfSignedCertificate(certified.privateKey)];
  delete unlabelled.published["alg"];
  delete unlabelled.published["use"];
  return { good, large, certified, unlabelled, newcomer };
}

async function createKey(name: string, modulusLength = 2048): Promise<ProbeKey> {
  const { privateKey, publicKey } = await generate("rsa", { modulusLength });
  const kid = `${name}-${randomUUID().slice(0, 8)}`;
  const published = { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  return { kid, privateKey, published };
}

/**
 * Signs a token that is good but for what is asked.
 *
 * @param usual issuer, mapped address and the time now (seconds)
 */
export function mintToken(
  key: ProbeKey,
  usual: { issuer: string; email: string; nowSeconds: number },
  { claims, header }: TokenSpec = {},
): string {
  const { issuer, email, nowSeconds } = usual;
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = {
    iss: issuer,
    sub: "tti-sandbox-probe",
    aud: PROBE_AUDIENCE,
    iat: nowSeconds,
    exp: nowSeconds + 300,
    jti: randomUUID(),
    email,
    ...claims,
  };
  const text = `${encode({ alg: "RS256", typ: "JWT", kid: key.kid, ...header })}.${encode(payload)}`;
  return `${text}.${sign("sha256", Buffer.from(text), key.privateKey).toString("base64url")}`;
}
