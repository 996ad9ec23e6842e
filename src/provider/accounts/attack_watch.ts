// Owns noticing that something else than a password is being guessed at, or that mailboxes are being flooded, and telling it while
// it goes on: in the audit trail and the metrics, once in ten minutes for each kind and whatever it is counted by. It only tells:
// nobody is refused by it, so nobody can turn it against another person.
import { createHash } from "node:crypto";
import { countAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { parseClientAddress } from "../../input/client_address.ts";
import type { StoreAndClock } from "../../installation.ts";
import { type AttackKind, attackToldForMs } from "../../observability/throttle_kinds.ts";
import { currentRequest } from "../../request_context.ts";
import type { AttemptRate } from "./attempt_rates.ts";
import { countAttempt, findKnown, makeMark } from "./sign_in_attempt_store.ts";

/** What is noticed here; sign-ins have their own event (interactions/attack_record.ts). */
export type NoticedKind = Exclude<AttackKind, "account" | "network">;

/** What is known of an attack beside its network, which the request under way has. */
export interface AttackedParty {
  clientId?: string | undefined;
  /** The keyed hash of the address that mail is asked for. */
  loginHash?: string | undefined;
}

/**
 * How many wrong ones there may be before it is told. Who has an old link or an expired token stays below.
 */
export const noticedRates = {
  reset_mailbox: { burst: 10, intervalMs: 900_000 },
  link: { burst: 20, intervalMs: 60_000 },
  client: { burst: 30, intervalMs: 10_000 },
  administration: { burst: 30, intervalMs: 10_000 },
} as const satisfies Partial<Record<NoticedKind, AttemptRate>>;

/**
 * Counts one wrong guess, or one mail too many, and tells the attack it may be part of.
 * @param by what it is counted by, beside the kind; absent: the network of the request under way
 */
export async function noticeGuess(
  { db, clock }: StoreAndClock,
  kind: keyof typeof noticedRates,
  by: string = networkHere(),
  party: AttackedParty = {},
): Promise<void> {
  const now = clock();
  const key = { kind: undefined, keyHash: hashOf("noticed", kind, by), rate: noticedRates[kind] };
  const { waitMs } = await countAttempt(db, key, now);
  if (waitMs !== undefined) await tellAttack(db, kind, by, now, party);
}

/**
 * Tells an attack whose rate is kept elsewhere, unless it was told in the last ten minutes. Of any number of instances one tells.
 * @param by what it is counted by, beside the kind
 */
export async function tellAttack(
  db: Database,
  kind: NoticedKind,
  by: string,
  now: Date,
  { clientId, loginHash }: AttackedParty = {},
): Promise<void> {
  const mark = hashOf("attack told", kind, by);
  // Most are part of one that was told of: those write nothing.
  if ((await findKnown(db, [mark], now)).size > 0) return;
  await db.transaction(async (trx) => {
    const nowMs = now.getTime();
    if (!(await makeMark(trx, mark, { nowMs, untilMs: nowMs + attackToldForMs }))) return;
    const event = { type: "attack.noticed", actor: "nobody", clientId, details: { of: kind } } as const;
    await countAuditEvent(trx, event, now, loginHash);
  });
}

/** The network of the request under way: an IPv4 address, or an IPv6 /64. */
function networkHere(): string {
  const { address = "" } = currentRequest() ?? {};
  return parseClientAddress(address)?.network ?? address;
}

const hashOf = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
