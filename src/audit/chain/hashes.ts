// Owns what is hashed in the trail's chain, to the byte. Pure. An event's hash covers all of it but what names a person:
// of that it covers a salted hash, so that erasing the text leaves the chain whole. A block's hash covers its events in
// their order, and the block before.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { AuditRow } from "../audit_row.ts";
import type { DetailValue } from "../event_types.ts";
import { splitDetails } from "../personal_details.ts";

/** A block: so many events, sealed together. Times in epoch milliseconds. */
export interface AuditBlock {
  /** From 1, without gaps. */
  number: number;
  /** The hash of the block before; of the first: empty. */
  previousHash: string;
  events: number;
  /** The hash over the hashes of its events, in their order. */
  root: string;
  firstAtMs: number;
  /** Of its latest event, or when it was sealed if that came first: by this its age is told. */
  lastAtMs: number;
  sealedAtMs: number;
}

/** A block as it is kept. */
export interface SealedBlock extends AuditBlock {
  hash: string;
  /** The hash keyed with the installation's secrets. */
  seal: string;
  /** When retention removed its events; null: they stand. */
  prunedAtMs: number | null;
}

const digest = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

const sorted = (details: Readonly<Record<string, DetailValue>>) =>
  Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1));

// What somebody put there that is no JSON is hashed as it is: it must neither stop the sealing nor the verifying.
function partsOf({ account_id, details }: Pick<AuditRow, "account_id" | "details">) {
  try {
    return splitDetails(account_id, JSON.parse(details) as Record<string, DetailValue>);
  } catch {
    return { kept: { "": details }, personal: {} };
  }
}

/** What of an event's details names a person. */
export function personalPartOf(row: Pick<AuditRow, "account_id" | "details">) {
  return partsOf(row).personal;
}

/** The salted hash of what names a person. */
export function personalHashOf(salt: string, personal: Readonly<Record<string, DetailValue>>): string {
  return digest(["tti audit personal 1", salt, sorted(personal)]);
}

/**
 * The hash of an event.
 * @param personalHash of what names a person; null where nothing does
 */
export function eventHashOf(row: AuditRow, personalHash: string | null): string {
  const { kept } = partsOf(row);
  return digest([
    "tti audit event 1",
    row.id,
    row.at_ms,
    row.type,
    row.tenant_id,
    row.account_id,
    row.client_id,
    row.actor,
    sorted(kept),
    row.address,
    row.request_id,
    row.login_hash,
    row.times,
    personalHash,
  ]);
}

/** The hash over the hashes of a block's events, in their order. */
export function rootOf(hashes: readonly string[]): string {
  return digest(["tti audit events 1", ...hashes]);
}

/** The hash of a block. */
export function blockHashOf(block: AuditBlock): string {
  return digest([
    "tti audit block 1",
    block.number,
    block.previousHash,
    block.events,
    block.root,
    block.firstAtMs,
    block.lastAtMs,
    block.sealedAtMs,
  ]);
}

/** Seals hashes of blocks with the installation's secrets. */
export interface BlockSeals {
  /** Whether there are secrets to judge seals by. */
  known: boolean;
  /** The seal of a hash, by the newest secret. */
  seal(hash: string): string;
  /** Whether one of the secrets made this seal. */
  isOurs(hash: string, seal: string): boolean;
}

/**
 * Makes the seals of an installation.
 * @param secrets TTI_SECRETS, 32 bytes each, newest first; at least one to seal
 */
export function createBlockSeals(secrets: readonly Uint8Array[]): BlockSeals {
  const keys = secrets.map(
    (secret) => new Uint8Array(hkdfSync("sha256", secret, "", "tti-provider audit seal", 32)),
  );
  const sealWith = (key: Uint8Array, hash: string) => createHmac("sha256", key).update(hash).digest("hex");
  return {
    known: keys.length > 0,
    seal(hash) {
      const [key] = keys;
      if (key === undefined) throw new Error("without a secret no block is sealed");
      return sealWith(key, hash);
    },
    isOurs(hash, seal) {
      const given = Buffer.from(seal);
      return keys.some((key) => {
        const own = Buffer.from(sealWith(key, hash));
        return own.length === given.length && timingSafeEqual(own, given);
      });
    },
  };
}
