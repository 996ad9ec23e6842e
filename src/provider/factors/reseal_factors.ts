// Owns sealing authenticator apps' secrets anew with the first of the installation's secrets, some at a time, so that a former one
// can be dropped though people have not used their apps since. Nothing of a person changes by it.
import type { Database } from "../../db/connect.ts";
import type { FactorSeals } from "./factor_seals.ts";
import { listTotpSeals, resealTotp } from "./totp_store.ts";

/** How many are looked at at a time. */
const batch = 500;

/** What came of some. */
export interface ResealedFactors {
  /** How many were sealed anew. */
  resealed: number;
  /** How many none of the secrets opens. They stay as they are: a secret that is put back opens them. */
  unreadable: number;
  /** The account after which to go on; null: that was all. */
  nextAfter: string | null;
}

/** Authenticator apps that the first of the secrets does not open. */
export interface OldSeals {
  /** How many only an older one opens. */
  old: number;
  /** How many none opens. */
  unreadable: number;
}

/** Counts them. */
export async function countOldSeals(db: Database, seals: FactorSeals, limit = batch): Promise<OldSeals> {
  const counted: OldSeals = { old: 0, unreadable: 0 };
  for (let after: string | undefined = ""; after !== undefined; ) {
    const found = await listTotpSeals(db, { after, limit });
    for (const { accountId, sealedSecret } of found) {
      if (!seals.isOld("kept", accountId, sealedSecret)) continue;
      counted[seals.open("kept", accountId, sealedSecret) === undefined ? "unreadable" : "old"] += 1;
    }
    after = found.length < limit ? undefined : found.at(-1)?.accountId;
  }
  return counted;
}

/**
 * Seals some anew. May be begun again at any time: what the first secret sealed stays.
 * @param from.after the account after which to begin; "": the first
 */
export async function resealFactors(
  db: Database,
  seals: FactorSeals,
  { after = "", limit = batch }: { after?: string | undefined; limit?: number } = {},
): Promise<ResealedFactors> {
  const found = await listTotpSeals(db, { after, limit });
  const done = { resealed: 0, unreadable: 0 };
  for (const { accountId, sealedSecret } of found) {
    if (!seals.isOld("kept", accountId, sealedSecret)) continue;
    const secret = seals.open("kept", accountId, sealedSecret);
    if (secret === undefined) done.unreadable += 1;
    else if (await resealTotp(db, accountId, sealedSecret, seals.seal("kept", accountId, secret)))
      done.resealed += 1;
  }
  return { ...done, nextAfter: found.length < limit ? null : (found.at(-1)?.accountId ?? null) };
}
