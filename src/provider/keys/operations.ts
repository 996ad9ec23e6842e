// Owns what operators ask of the signing keys, rotation aside: plain arguments in, plain results out. The table of
// operations is their way in. Revoking is one transaction with its audit events; sealing anew changes no key, and the table
// records how many were sealed.
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { type KeyPhase, type KeySet, keySetAt } from "./key_set.ts";
import { describeKeys, type KeyStatus } from "./key_status.ts";
import { type KeyRow, listInstances, listKeys, saveSealed } from "./key_store.ts";
import type { KeyPolicy } from "./policy.ts";
import { revokeRecorded } from "./recorded_changes.ts";
import type { KeySealer } from "./seal.ts";
import type { KmsKeys } from "./signer_kms.ts";

/** What the operations work with. */
export interface KeyOperationContext {
  /** Asserts, in the transaction of the act, that who asks still may; absent: nobody but who has this machine asks. */
  still?(db: Database): Promise<void>;
  db: Database;
  clock: Clock;
  /** Who asks, for the audit trail. */
  actor: string;
  policy: KeyPolicy;
  sealer: KeySealer;
  /** Present where TTI_KMS_KEY_ID is set. */
  kms?: KmsKeys | undefined;
}

/** Describes every key and instance. */
export async function getKeyStatus(context: KeyOperationContext): Promise<KeyStatus> {
  const { db, policy, sealer } = context;
  const rows = await listKeys(db);
  const status = describeKeys(rows, await listInstances(db), context.clock().getTime(), policy);
  const former = rows.filter(
    (row) => row.sealedPrivateJwk !== null && !sealer.isSealedByFirst(row.sealedPrivateJwk),
  );
  const foreign = former.filter((row) => !sealer.holdsSecretOf(row.sealedPrivateJwk ?? ""));
  if (foreign.length > 0) {
    const kids = foreign.map((row) => row.kid).join(", ");
    status.warnings.push(`TTI_SECRETS, as it is set here, opens none of: ${kids}. Change nothing with it.`);
  } else if (former.length > 0) {
    const kids = former.map((row) => row.kid).join(", ");
    status.warnings.push(`Sealed by a former secret: ${kids}. Run \`tti key reseal\` before you drop it.`);
  }
  return status;
}

/**
 * Takes a key that does not sign out of the JWKS now and destroys its private half in the store.
 * @throws OperationError `key_not_found`; `key_in_use` for the key that signs, or one that is out already
 */
export async function revokeKey(
  context: KeyOperationContext,
  kid: string,
): Promise<{ kid: string; phase: KeyPhase; validTokensUntilMs: number | null }> {
  const nowMs = context.clock().getTime();
  const { keySet } = await readKeySet(context, nowMs);
  const key = keySet.keys.find((each) => each.row.kid === kid);
  if (key === undefined)
    throw new OperationError("key_not_found", `No signing key has the kid ${kid}.`, { field: "kid" });
  if (key.phase === "current") {
    throw new OperationError("key_in_use", `Key ${kid} signs; revoking it alone would stop all signing.`, {
      field: "kid",
      fix: "Run `tti key rotate --emergency`: it revokes this key and puts another in its place.",
    });
  }
  const revoked = key.phase !== "revoked" && (await revokeAlone(context, kid, nowMs));
  if (!revoked) {
    throw new OperationError("key_in_use", `Key ${kid} has been revoked already.`, {
      field: "kid",
      fix: "There is nothing left to do.",
    });
  }
  const lastTokenMs = (key.retiresAtMs ?? 0) + context.policy.longestTokenSeconds * 1000;
  const validTokensUntilMs = key.phase === "previous" && lastTokenMs > nowMs ? lastTokenMs : null;
  return { kid, phase: key.phase, validTokensUntilMs };
}

function revokeAlone(context: KeyOperationContext, kid: string, nowMs: number): Promise<boolean> {
  const change = { actor: context.actor, nowMs };
  return context.db.transaction((trx) => revokeRecorded(trx, kid, change));
}

/**
 * Seals every private key anew with the first secret, after TTI_SECRETS changed; run it again as often as you
 * like. Former secrets may be dropped once no key needs them.
 * @throws OperationError `signing_key_unreadable` naming the first key that cannot be opened; keys before it are
 *   resealed
 */
export async function resealKeys(
  context: KeyOperationContext,
): Promise<{ resealed: string[]; unchanged: string[] }> {
  const resealed: string[] = [];
  const unchanged: string[] = [];
  for (const { kid, sealedPrivateJwk } of await listKeys(context.db)) {
    if (sealedPrivateJwk === null) continue;
    const privateJwk = await context.sealer.open(kid, sealedPrivateJwk);
    if (context.sealer.isSealedByFirst(sealedPrivateJwk)) {
      unchanged.push(kid);
      continue;
    }
    const sealedAnew = await context.sealer.seal(kid, privateJwk);
    const saved = await saveSealed(context.db, kid, { from: sealedPrivateJwk, to: sealedAnew });
    (saved ? resealed : unchanged).push(kid);
  }
  return { resealed, unchanged };
}

/** Reads the key rows and places every key at a moment. */
export async function readKeySet(
  context: KeyOperationContext,
  nowMs: number,
): Promise<{ rows: KeyRow[]; keySet: KeySet<KeyRow> }> {
  const rows = await listKeys(context.db);
  return { rows, keySet: keySetAt(rows, nowMs, context.policy) };
}

/**
 * Refuses to change keys with secrets that open none of them: what they seal, no instance could open, and all
 * signing would stop.
 * @throws OperationError `signing_key_unreadable`
 */
export function assertSecretsFit({ sealer }: KeyOperationContext, rows: readonly KeyRow[]): void {
  const sealed = rows.flatMap((row) => row.sealedPrivateJwk ?? []);
  if (sealed.length === 0 || sealed.some((one) => sealer.holdsSecretOf(one))) return;
  throw new OperationError(
    "signing_key_unreadable",
    "TTI_SECRETS, as it is set here, opens no key of this installation: the instances run with another one.",
    {
      field: "TTI_SECRETS",
      fix: "Set it as the instances have it. Only if that secret is lost for good: tti key rotate --emergency --secret-lost, and restart every instance with the new one.",
    },
  );
}
