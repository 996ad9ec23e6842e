// Identifiers in AWS's shapes (aws-models patterns), from one random source that can be seeded for repeatable runs.
import { createHash, randomBytes } from "node:crypto";

/** Makes identifiers and secrets. Two sources with the same seed give the same sequence. */
export type IdSource = {
  /** Random bytes: the source of all else. */
  bytes(length: number): Buffer;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID; also the form of every Q Business id (36 characters). */
  uuid(): string;
  /** `length` characters of `[A-Z2-7]`. */
  base32(length: number): string;
  /** `length` characters of base64url: tokens and codes. */
  token(length: number): string;
  /** `AKIA…` for a user, `ASIA…` for a session. */
  accessKeyId(kind: "AKIA" | "ASIA"): string;
  /** 40 characters of base64. */
  secretAccessKey(): string;
  /** `AROA…` for a role, `AIDA…` for a user. */
  principalId(kind: "AIDA" | "ANPA" | "AROA"): string;
  /** `ssoins-<16 hex>`. */
  instanceId(): string;
  /** `d-<10 hex>`. */
  identityStoreId(): string;
  /** `<10 hex>-<uuid>`: users, groups and memberships of an identity store. */
  identityStoreResourceId(): string;
  /** `apl-<16 hex>`. */
  applicationId(): string;
  /** `ps-<16 hex>`. */
  permissionSetId(): string;
  /** `tti-<uuid>`. */
  trustedTokenIssuerId(): string;
};

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * @param randomSeed given: every id follows from it; absent: cryptographically random
 */
export function createIdSource(randomSeed?: string): IdSource {
  const bytes = randomSeed === undefined ? (length: number) => randomBytes(length) : seededBytes(randomSeed);
  const hex = (length: number) =>
    bytes(Math.ceil(length / 2))
      .toString("hex")
      .slice(0, length);
  const base32 = (length: number) => [...bytes(length)].map((byte) => BASE32.charAt(byte & 31)).join("");
  const uuid = () => {
    const raw = bytes(16);
    raw.writeUInt8((raw.readUInt8(6) & 0x0f) | 0x40, 6);
    raw.writeUInt8((raw.readUInt8(8) & 0x3f) | 0x80, 8);
    const text = raw.toString("hex");
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
      "-",
    );
  };
  return {
    bytes,
    hex,
    base32,
    uuid,
    token: (length) => bytes(length).toString("base64url").slice(0, length),
    accessKeyId: (kind) => `${kind}${base32(16)}`,
    secretAccessKey: () => bytes(30).toString("base64"),
    principalId: (kind) => `${kind}${base32(17)}`,
    instanceId: () => `ssoins-${hex(16)}`,
    identityStoreId: () => `d-${hex(10)}`,
    identityStoreResourceId: () => `${hex(10)}-${uuid()}`,
    applicationId: () => `apl-${hex(16)}`,
    permissionSetId: () => `ps-${hex(16)}`,
    trustedTokenIssuerId: () => `tti-${uuid()}`,
  };
}

/** SHA-256 in counter mode: repeatable, and good enough for a test double's ids. */
function seededBytes(seed: string): (length: number) => Buffer {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash("sha256").update(`${seed}:${counter}`).digest());
      counter += 1;
    }
    return Buffer.concat(blocks).subarray(0, length);
  };
}
