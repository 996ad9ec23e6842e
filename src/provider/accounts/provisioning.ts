// Owns users just in time: what an accepted login or assertion of the ISV makes of an account and its membership,
// under the tenant's rules. Planned first, from facts alone, so that whoever may have no token leaves nothing.
import { OperationError } from "../../errors.ts";
import { parseEmailAddress } from "../../input/email_address.ts";
import { assertMayAttach } from "../tenants/attachment.ts";
import type { Membership } from "../tenants/membership_store.ts";
import { addressIn } from "../tenants/person_in_tenant.ts";
import type { Tenant } from "../tenants/tenant_store.ts";
import type { Account } from "./account_store.ts";

/** What the ISV says of a user who logged in with it. */
export interface ExternalUser {
  /** The id of the account: the ISV's own id of the user, or that of an account made here. */
  subject: string;
  email: string | undefined;
  name: string | undefined;
}

/** What is known of the user the ISV names. */
export interface KnownUser {
  account: Account | undefined;
  membership: Membership | undefined;
  /** Every tenant the account belongs to, disabled ones included. */
  memberOf: readonly string[];
  /** Every tenant it was removed from. */
  formerlyOf: readonly string[];
  /** Whether the account administers the installation. */
  administers: boolean;
}

/** The user as they will be, and what has to be written for it. */
export interface UserPlan {
  account: Account;
  /** Undefined: the user is no member, and the ISV's word does not make them one. */
  membership: Membership | undefined;
  createsAccount: boolean;
  createsMembership: boolean;
  /** The address and the name before, where the membership exists and they change. */
  changed: { emailWas?: string | null; nameWas?: string | null };
}

/**
 * Plans what the ISV's word changes. Pure.
 *
 * In a tenant with local login only, it may name a member but changes nothing: an address that differs is refused,
 * not adopted; whoever is no member is one and the same answer, existing or not. What is so of an account is told,
 * and compared, only once the client may know of it: as a member, or as one it may attach. Elsewhere address and name go to the membership: what is said of a person for one
 * tenant is never said of them in another (decision 3).
 *
 * @param mayActFor whether the client may act for a tenant, by the right it uses now
 * @throws OperationError not_a_member, account_disabled, login_method_not_allowed, tenant_not_allowed (another
 *   customer's user), invalid_input
 */
export function planUser(
  known: KnownUser,
  tenant: Tenant,
  user: ExternalUser,
  mayActFor: (tenantId: string) => boolean,
  now: Date,
): UserPlan {
  const { account, membership } = known;
  const email = user.email === undefined ? undefined : parseEmailAddress(user.email);
  if (tenant.loginMethod === "local") {
    if (account === undefined || membership === undefined) throw noMember(tenant);
    assertEnabled(account);
    assertSameAddress(account, membership, email);
    return unchanged(account, membership);
  }
  if (account === undefined) {
    return {
      account: newAccount(user.subject, assertEmail(email), now),
      membership: newMembership(tenant, user.subject, assertEmail(email), user.name),
      createsAccount: true,
      createsMembership: true,
      changed: {},
    };
  }
  const { memberOf, formerlyOf, administers } = known;
  const madeHere = account.externalAtMs === null;
  assertMayAttach({ tenantId: tenant.id, memberOf, formerlyOf, madeHere, administers, mayActFor });
  assertEnabled(account);
  return account.externalAtMs === null
    ? planForLocalAccount(account, membership, tenant, email)
    : planForExternalAccount(account, membership, tenant, { email, name: user.name });
}

/** Tells whether a plan has nothing to write. */
export function isUnchanged({ createsAccount, createsMembership, changed }: UserPlan): boolean {
  return !createsAccount && !createsMembership && Object.keys(changed).length === 0;
}

// A local account in a tenant that also takes the ISV's word: the account keeps what it proved here.
function planForLocalAccount(
  account: Account,
  membership: Membership | undefined,
  tenant: Tenant,
  email: string | undefined,
): UserPlan {
  assertSameAddress(account, membership, email);
  if (membership !== undefined) return unchanged(account, membership);
  const joined = newMembership(tenant, account.id, null, undefined);
  return { ...unchanged(account, joined), createsMembership: true };
}

function planForExternalAccount(
  account: Account,
  membership: Membership | undefined,
  tenant: Tenant,
  said: { email: string | undefined; name: string | undefined },
): UserPlan {
  if (membership === undefined) {
    // The address another tenant was told is not this one's.
    const joined = newMembership(tenant, account.id, assertEmail(said.email), said.name);
    return { ...unchanged(account, joined), createsMembership: true };
  }
  const email = said.email ?? membership.email;
  const name = said.name ?? membership.name;
  return {
    ...unchanged(account, { ...membership, email, name }),
    changed: {
      ...(email === membership.email ? {} : { emailWas: membership.email }),
      ...(name === membership.name ? {} : { nameWas: membership.name }),
    },
  };
}

const unchanged = (account: Account, membership: Membership | undefined): UserPlan => ({
  account,
  membership,
  createsAccount: false,
  createsMembership: false,
  changed: {},
});

function assertEmail(email: string | undefined): string {
  if (email !== undefined) return email;
  throw new OperationError("invalid_input", "email is needed for a user who is new here.", {
    field: "email",
    fix: "Name the address the person has at AWS, capitals included.",
  });
}

// One answer for whoever is no member: another customer's user, and an id that nobody has.
const noMember = (tenant: Tenant): OperationError =>
  new OperationError("not_a_member", `No member of the tenant ${tenant.id} has this subject.`, {
    field: "sub",
    fix: "The tenant's users are kept here: name one that belongs to it.",
  });

function assertEnabled({ disabledAtMs }: Account): void {
  if (disabledAtMs !== null) throw new OperationError("account_disabled", "The account is disabled.");
}

function assertSameAddress(
  account: Account,
  membership: Membership | undefined,
  email: string | undefined,
): void {
  if (email === undefined || email === addressIn(account, membership)) return;
  throw new OperationError(
    "login_method_not_allowed",
    "The user's address is kept here, so the ISV's word cannot name another one.",
    {
      field: "email",
      fix: "Leave email out, or let the tenant's users come from you: tti tenant update --login handoff",
    },
  );
}

// Its own name stays empty: each tenant's name of the person stands with the membership.
function newAccount(id: string, email: string, now: Date): Account {
  const nowMs = now.getTime();
  return {
    id,
    email,
    emailVerifiedAtMs: nowMs,
    name: null,
    externalAtMs: nowMs,
    disabledAtMs: null,
    createdAtMs: nowMs,
    signInGeneration: 0,
    membershipEndings: 0,
  };
}

function newMembership(
  tenant: Tenant,
  accountId: string,
  email: string | null,
  name: string | undefined,
): Membership {
  return {
    tenantId: tenant.id,
    tenantName: tenant.name,
    loginMethod: tenant.loginMethod,
    accountId,
    role: "member",
    email,
    name: name ?? null,
    lastLoginAtMs: null,
    // It begins when it is written; nobody has logged in by it before.
    createdAtMs: 0,
    formerEnding: 0,
  };
}
