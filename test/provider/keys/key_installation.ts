// Owns an installation for key tests: a store of one's own, a clock that only the test moves, and as many
// instances on them as the test opens.

import assert from "node:assert/strict";
import { verify } from "node:crypto";
import type { Database } from "../../../src/db/connect.ts";
import { silentLog } from "../../../src/log.ts";
import { type KeyRing, type KeyRingOptions, openKeyRing } from "../../../src/provider/keys/key_ring.ts";
import type { KeyOperationContext } from "../../../src/provider/keys/operations.ts";
import { keyPolicy } from "../../../src/provider/keys/policy.ts";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import { publicKeyOf } from "../../../src/provider/keys/signer.ts";
import { openTestDatabase, type StoreKind } from "../../support/databases.ts";

export const secret = new Uint8Array(32).fill(1);

/** What test signatures are over. */
export const signedData = Buffer.from("header.payload");

/** Signs as oidc-provider would, checks the signature with the published key, and answers which key signed. */
export async function signWith(ring: KeyRing): Promise<string | undefined> {
  const [key] = ring.current().providerJwks;
  const signature = await key?.sign(signedData);
  const published = ring.current().publicJwks.find((jwk) => jwk.kid === key?.kid);
  assert.ok(signature && published && verify("sha256", signedData, publicKeyOf(published), signature));
  return key?.kid;
}

/** The kids an instance publishes, the signing one first. */
export const publishedKids = (ring: KeyRing): string[] => ring.current().publicJwks.map((jwk) => jwk.kid);

/** An installation under test. */
export interface KeyInstallation {
  db: Database;
  /** The present moment, in epoch milliseconds; write it to move time. */
  time: { ms: number };
  context: KeyOperationContext;
  /** Another pool on the store, as another process has. */
  openAnother(): Database;
  openInstance(options?: Partial<KeyRingOptions>): Promise<KeyRing>;
  /** Moves time and lets instances poll, one after the other. */
  pass(seconds: number, ...instances: KeyRing[]): Promise<void>;
  /** Does some work while nobody can read the keys. */
  whileUnreadable(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Opens an empty installation with the default policy. */
export async function openKeyInstallation(kind: StoreKind = "sqlite"): Promise<KeyInstallation> {
  const store = await openTestDatabase(kind);
  const time = { ms: Date.UTC(2026, 0, 1) };
  const clock = () => new Date(time.ms);
  const policy = keyPolicy({ longestTokenSeconds: 300 });
  return {
    db: store.db,
    time,
    context: { db: store.db, clock, actor: "test", policy, sealer: createKeySealer([secret]) },
    openAnother: () => store.openAnother(),
    openInstance: (options) =>
      openKeyRing({ db: store.openAnother(), clock, log: silentLog, secrets: [secret], policy, ...options }),
    async pass(seconds, ...instances) {
      time.ms += seconds * 1000;
      for (const instance of instances) await instance.poll();
    },
    async whileUnreadable(work) {
      await store.db.schema.renameTable("signing_keys", "signing_keys_out_of_reach");
      try {
        await work();
      } finally {
        await store.db.schema.renameTable("signing_keys_out_of_reach", "signing_keys");
      }
    },
    close: () => store.close(),
  };
}
