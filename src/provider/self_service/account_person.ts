// Owns who stands before a page of the account: the person, by this browser's session, when they proved themselves here last,
// and that both still hold while something is changed.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import { lockAccount } from "../accounts/account_store.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import { recentSignInSeconds } from "../sessions/login_life.ts";
import { findRecordByUid } from "../storage/record_reader_store.ts";
import type { Membership } from "../tenants/membership_store.ts";
import type { Person } from "./agreements.ts";
import { findSignedIn, readSignedIn, type SignedInPerson } from "./signed_in.ts";

/** The person a page of the account is for. */
export interface AccountPerson extends SignedInPerson, Person {
  /** In the tenants the session speaks for. */
  memberships: readonly Membership[];
  /** When the person last proved themselves to this provider, in this session; epoch milliseconds. Undefined: never. */
  provenAtMs: number | undefined;
}

type PersonDeps = InstallationPart<"db" | "clock" | "requireVerifiedDomain">;

/** Finds the person in the browser that asks. */
export async function findAccountPerson(
  deps: PersonDeps & { host: ProviderHost },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AccountPerson | undefined> {
  const found = await findSignedIn(deps, request, response);
  return found && toAccountPerson(found);
}

/** Pure. */
export function toAccountPerson(found: SignedInPerson): AccountPerson {
  const { account, places, vouchers } = found;
  // What the ISV vouched for speaks for one of its tenants, and proves nothing about the account as a whole.
  const own = vouchers.filter(
    ({ method, generation }) => method !== "handoff" && generation === account.signInGeneration,
  );
  return {
    ...found,
    accountId: account.id,
    signInGeneration: account.signInGeneration,
    tenants: places.map(({ tenant }) => tenant),
    memberships: places.map(({ membership }) => membership),
    provenAtMs: own.length === 0 ? undefined : Math.max(...own.map(({ authTimeMs }) => authTimeMs)),
  };
}

/** Why what belongs to the account as a whole is not this person's to change here. */
export type NotOwn = "external" | "vouched";

/**
 * Tells why the account as a whole is not changed here: the ISV made it, and says what it says; or its word alone opened this
 * session, which speaks for one organization. Pure.
 * @returns undefined: the person may
 */
export function whyNotOwn({
  account,
  provenAtMs,
}: Pick<AccountPerson, "account" | "provenAtMs">): NotOwn | undefined {
  if (account.externalAtMs !== null) return "external";
  return provenAtMs === undefined ? "vouched" : undefined;
}

/** What was asked for takes a fresh sign-in; the edge leads through one and back. */
export class RecentSignInNeeded extends OperationError {
  constructor() {
    super("unauthenticated", "This takes a fresh sign-in.", { fix: "Sign in again." });
  }
}

/**
 * Makes sure that the person proved themselves here lately, in this very session.
 * @param maxAgeSeconds how long ago at most
 * @throws RecentSignInNeeded
 */
export function assertRecentSignIn(
  { provenAtMs }: Pick<AccountPerson, "provenAtMs">,
  now: Date,
  maxAgeSeconds: number = recentSignInSeconds,
): void {
  if (provenAtMs === undefined || now.getTime() - provenAtMs > maxAgeSeconds * 1000)
    throw new RecentSignInNeeded();
}

/**
 * Holds the account until the transaction ends, and makes sure that the person's session and sign-in stand still: whatever ended
 * them came first, or waits.
 * @param options.recent that the sign-in is fresh, too
 * @returns the person as they are now
 * @throws OperationError unauthenticated; the edge leads to a sign-in and back
 */
export async function holdAccountPerson(
  deps: PersonDeps,
  trx: Database,
  person: Pick<AccountPerson, "session" | "signInGeneration">,
  options: { recent?: boolean } = {},
): Promise<AccountPerson> {
  const { session } = person;
  await lockAccount(trx, session.accountId);
  const now = deps.clock();
  const stored = await findRecordByUid(trx, "Session", session.sessionUid);
  const stands = stored?.accountId === session.accountId && (stored.exp ?? 0) * 1000 > now.getTime();
  const found = stands ? await readSignedIn({ ...deps, db: trx }, session) : undefined;
  if (found === undefined || found.account.signInGeneration !== person.signInGeneration)
    throw new OperationError("unauthenticated", "This sign-in has ended.", { fix: "Sign in again." });
  const held = toAccountPerson(found);
  if (options.recent === true) assertRecentSignIn(held, now);
  return held;
}

/** What a form of the account carries, so that it is never taken for another person's who signed in at this browser since. */
export function formMarkOf({ accountId }: Pick<AccountPerson, "accountId">): string {
  return createHash("sha256")
    .update(JSON.stringify(["a form of the account", accountId]))
    .digest("base64url");
}
