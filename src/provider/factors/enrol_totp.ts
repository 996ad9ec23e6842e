// Owns setting an authenticator app up: a secret is offered, and kept once a code of it came back. Until then it stands in the
// form alone, sealed for this person and for a quarter of an hour, so looking at the page changes nothing.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { parseJson } from "../../input/json_text.ts";
import { createMail } from "../../mail/outbox_store.ts";
import { type Account, lockAccount } from "../accounts/account_store.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import type { FactorSeals } from "./factor_seals.ts";
import { endSignInsOfBefore, type SetUpPlace } from "./first_factor.ts";
import { replaceRecoveryCodes } from "./recovery_code_store.ts";
import { listSecondFactors } from "./second_factor_store.ts";
import { makeTotpSecret, stepOfCode } from "./totp.ts";
import { createTotp } from "./totp_store.ts";

/** For how long an offered secret can be confirmed, in milliseconds. */
const offerMs = 900_000;

/** A secret that is offered. */
export interface TotpOffer {
  secret: string;
  /** The same, as the form carries it. */
  sealed: string;
}

/** Makes a secret for a person. */
export function offerTotp(seals: FactorSeals, accountId: string, now: Date): TotpOffer {
  const secret = makeTotpSecret();
  const offered = JSON.stringify({ secret, untilMs: now.getTime() + offerMs });
  return { secret, sealed: seals.seal("offered", accountId, offered) };
}

/**
 * Reads an offered secret that was sent back.
 * @returns undefined for one that is too old, another person's, or none
 */
export function readTotpOffer(
  seals: FactorSeals,
  accountId: string,
  sealed: string,
  now: Date,
): TotpOffer | undefined {
  const text = seals.open("offered", accountId, sealed);
  if (text === undefined) return undefined;
  const { secret, untilMs } = parseJson(Buffer.from(text)) as { secret: string; untilMs: number };
  return untilMs > now.getTime() ? { secret, sealed } : undefined;
}

/** What is confirmed: the secret that was offered, and a code of it. */
export interface TotpConfirmation {
  offer: TotpOffer;
  code: string;
  /** Whether it comes in the place of another app, which the same transaction has removed. */
  replaces?: boolean;
}

/** Whose app it is, and where they set it up. */
export interface TotpEnrolling {
  account: Pick<Account, "id" | "email">;
  place: SetUpPlace;
}

/** What came of it. */
export interface EnrolledTotp {
  /** The recovery codes, as they are shown: they are kept nowhere. */
  codes: string[];
  /** Whether it is the person's first factor, so that their other sign-ins ended. */
  isFirst: boolean;
}

/**
 * Keeps an offered secret as the person's authenticator app, with new recovery codes. The first factor ends the sign-ins of
 * before.
 * @param trx the transaction of what it is set up for
 * @throws OperationError factor_code_wrong, factor_exists
 */
export async function enrolTotp(
  trx: Database,
  seals: FactorSeals,
  { account, place }: TotpEnrolling,
  { offer, code, replaces = false }: TotpConfirmation,
  now: Date,
): Promise<EnrolledTotp> {
  const accountId = account.id;
  const step = stepOfCode(offer.secret, code, now.getTime());
  if (step === undefined) throw new OperationError("factor_code_wrong", "This code is not right.");
  await lockAccount(trx, accountId);
  const before = await listSecondFactors(trx, accountId);
  const sealedSecret = seals.seal("kept", accountId, offer.secret);
  if (!(await createTotp(trx, { accountId, sealedSecret, step }, now))) {
    throw new OperationError("factor_exists", "This account has an authenticator app already.");
  }
  const codes = await replaceRecoveryCodes(trx, accountId, now);
  const event = {
    type: "factor.added",
    actor: `account:${accountId}`,
    accountId,
    details: { factor: "totp" },
  } as const;
  await createAuditEventInTenants(trx, event, await listTenantIdsOfAccount(trx, accountId), now);
  if (account.email !== null) {
    const mail = { kind: "factor_added", recipient: account.email, accountId } as const;
    await createMail(trx, { ...mail, details: { what: "authenticator app" } }, now);
  }
  const ended = { accountId, before, reason: event.type, place } as const;
  return { codes, isFirst: !replaces && (await endSignInsOfBefore(trx, ended, now)) };
}
