// Owns how often a mailbox is invited: it is nobody's to fill, and nobody uses up what another may send there.
import { createHash } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { loginKeyOf } from "../../input/email_address.ts";
import type { AttemptRate, RatedKey } from "../../provider/accounts/attempt_rates.ts";
import { countAttempt } from "../../provider/accounts/sign_in_attempt_store.ts";

/**
 * The rates, each of one mailbox.
 * - inviter: what one organization, or the installation, may send there. Past it that inviter is refused, and no other.
 * - mailbox: what all of them send there together. Past it nobody is refused for what others sent: each inviter has the
 *   stricter `crowded` rate instead, whose first is always there.
 */
const invitationRates = {
  inviter: { burst: 5, intervalMs: 600_000 },
  mailbox: { burst: 10, intervalMs: 600_000 },
  crowded: { burst: 1, intervalMs: 3_600_000 },
} as const satisfies Record<string, AttemptRate>;

/** A mail that is to go, and who has it sent. */
export interface Invitation {
  recipient: string;
  /** The organization whose people invite in its portal; undefined: the installation. */
  inviter: string | undefined;
}

/**
 * Counts a mail.
 * @param trx the transaction of the invitation: what is refused is not counted
 * @throws OperationError too_many_attempts
 */
export async function countInvitation(
  trx: Database,
  { recipient, inviter }: Invitation,
  now: Date,
): Promise<void> {
  const rated = (kind: RatedKey["kind"], which: keyof typeof invitationRates, ...of: string[]): RatedKey => ({
    kind,
    keyHash: createHash("sha256")
      .update(JSON.stringify([`invitation ${which}`, loginKeyOf(recipient), ...of]))
      .digest("base64url"),
    rate: invitationRates[which],
  });
  // No organization is named by an empty text.
  const by = inviter ?? "";
  await assertAdmitted(trx, rated("invitation", "inviter", by), now);
  const { waitMs } = await countAttempt(trx, rated("invitation_mailbox", "mailbox"), now);
  if (waitMs !== undefined) await assertAdmitted(trx, rated("invitation", "crowded", by), now);
}

async function assertAdmitted(trx: Database, key: RatedKey, now: Date): Promise<void> {
  const { waitMs } = await countAttempt(trx, key, now);
  if (waitMs === undefined) return;
  const seconds = Math.ceil(waitMs / 1000);
  throw new OperationError("too_many_attempts", "This address was invited often enough for now.", {
    field: "email",
    fix: `Wait ${seconds} ${seconds === 1 ? "second" : "seconds"}; the mails before may lie in the folder for unwanted mail.`,
    retryAfterSeconds: seconds,
  });
}
