// Owns what a login opens: who vouched for it, how, and for which tenants that counts. Pure. Every flow asks
// opensTenant, and nothing elsewhere may decide whether a session speaks for a tenant.
import { type LoginLevel, levelOfAmr, levelRequired, reaches } from "../../login_levels.ts";
import type { Account } from "../accounts/account_store.ts";
import type { Membership } from "../tenants/membership_store.ts";
import type { LoginMethod, Tenant } from "../tenants/tenant_store.ts";
import { isInUse, isYoungEnough, type LoginLife, type LoginUse, type TenantLimits } from "./login_life.ts";

/** Who proved a login: this provider, by a password or a passkey (the stored name is of before there were others), or the ISV. */
const vouchMethods = ["password", "handoff"] as const;
export type VouchMethod = (typeof vouchMethods)[number];

/** What a login proves, where it is kept with something that outlives the login's own request. */
export interface Vouched {
  method: VouchMethod;
  /** The one tenant the ISV vouched for; null: this provider verified the person itself. */
  tenantId: string | null;
  /** The generation of the account's sign-ins, as it was when the person was verified. */
  generation: number;
  /**
   * Since when the membership stands that it is for, epoch milliseconds. Null: for whatever memberships stand, or not
   * known (of before it was kept).
   */
  memberSinceMs: number | null;
  /** How often memberships of the account had ended when the person was verified. */
  membershipEndings: number;
  /** The client that vouched; null: this provider itself, or not known (of before it was kept). */
  clientId: string | null;
  /** The generation of that client when it vouched; null: there is none. */
  clientGeneration: number | null;
  /** The generation of the tenant when the login was made for it. Null: it is for no single tenant. */
  tenantGeneration: number | null;
  /** Since when it holds, and until when; absent: it is being made. */
  life?: LoginLife | undefined;
  /** How much it has proven. */
  level: LoginLevel;
}

/** What a carrier says of a login. What is absent was not kept yet when the carrier was written. */
export type KeptVouched = Pick<Vouched, "method" | "tenantId" | "clientId"> & Partial<Vouched>;

/**
 * Reads what a carrier says. A number that it does not say is that of before anything was ended: of what was ended ever
 * since, the login opens nothing. A level that it does not say is the least.
 */
export function readVouched(kept: KeptVouched): Vouched {
  const {
    method,
    tenantId,
    clientId,
    generation = 0,
    memberSinceMs = null,
    membershipEndings = 0,
    level = "pwd",
  } = kept;
  return {
    ...{ method, tenantId, clientId, generation, memberSinceMs, membershipEndings, level },
    ...(kept.life === undefined ? {} : { life: kept.life }),
    clientGeneration: clientId === null ? null : (kept.clientGeneration ?? 0),
    tenantGeneration: kept.tenantGeneration ?? (tenantId === null ? null : 0),
  };
}

/** How and when a login was made. */
export interface LoginProof {
  /** How the person proved who they are (RFC 8176). */
  amr: readonly string[];
  /** Class of the login; undefined: none. */
  acr: string | undefined;
  /** Epoch milliseconds. */
  authTimeMs: number;
  /** When it was complete, its second factor included, epoch milliseconds; absent: it is being made. */
  madeAtMs?: number | undefined;
  /** How its browser was used since; absent: it is being made. */
  use?: LoginUse | undefined;
  /** In which browser it was made, in words of ours; undefined: not known. */
  browser?: string | undefined;
  /** Whether the person asked to stay signed in on the device; undefined: not known (of before it was kept). */
  remembered?: boolean | undefined;
}

/** A login of a browser session. */
export interface Voucher extends Vouched, LoginProof {}

/** Makes the login of a session from what was vouched for and how: how it was proven says how much. */
export function voucherOf(vouched: Vouched, proof: LoginProof): Voucher {
  return { ...vouched, ...proof, level: levelOfAmr(proof.amr) };
}

/** By what a login was proven first, in one word: a passkey alone, a password, or the ISV's word. */
export const provenBy = ({ method, amr }: Pick<Voucher, "method" | "amr">): VouchMethod | "passkey" =>
  method === "password" && amr.includes("pop") && !amr.includes("pwd") ? "passkey" : method;

/** In which browser a session is, and when somebody was there last, by its logins; null: not known. */
export function usedBy(vouchers: readonly Voucher[]): { browser: string | null; seenAtMs: number | null } {
  const seen = vouchers.flatMap(({ use }) => use?.seenAtMs ?? []);
  return {
    browser: vouchers.map(({ browser }) => browser).find((browser) => browser !== undefined) ?? null,
    seenAtMs: seen.length === 0 ? null : Math.max(...seen),
  };
}

/** A client that may be used now. */
export interface VouchingClient {
  clientId: string;
  generation: number;
}

/** A tenant, as far as one person's logins go. */
export interface TenantDoor extends TenantLimits {
  tenantId: string;
  loginMethod: LoginMethod;
  /** What its people must have proven. */
  requiredFactor: Tenant["requiredFactor"];
  /** The generation of the account's sign-ins now. */
  generation: number;
  /** Since when the account's membership stands, epoch milliseconds; null: there is none. */
  memberSinceMs: number | null;
  /** The account's number of endings when an earlier membership of this tenant had ended; 0: there was none. */
  formerEnding: number;
  /** When the tenant was enabled again, epoch milliseconds; null: it never was disabled. */
  reopenedAtMs: number | null;
  /** The generation of the tenant now. */
  tenantGeneration: number;
  /** The client that the login in question names as the one that vouched, if it may be used now, and vouch for the tenant. */
  vouchingClient: VouchingClient | undefined;
}

/** The door of a tenant for a person, for what one client vouched for. */
export function doorOf(
  tenant: Pick<
    Tenant,
    | "id"
    | "loginMethod"
    | "requiredFactor"
    | "reopenedAtMs"
    | "generation"
    | "sessionLifeMs"
    | "sessionIdleMs"
  >,
  account: Pick<Account, "signInGeneration">,
  membership: Pick<Membership, "createdAtMs" | "formerEnding"> | undefined,
  vouchingClient: VouchingClient | undefined,
  nowMs: number,
): TenantDoor {
  return {
    ...{ nowMs, sessionLifeMs: tenant.sessionLifeMs, sessionIdleMs: tenant.sessionIdleMs },
    tenantId: tenant.id,
    loginMethod: tenant.loginMethod,
    requiredFactor: tenant.requiredFactor,
    generation: account.signInGeneration,
    memberSinceMs: membership?.createdAtMs ?? null,
    formerEnding: membership?.formerEnding ?? 0,
    reopenedAtMs: tenant.reopenedAtMs,
    tenantGeneration: tenant.generation,
    vouchingClient,
  };
}

/**
 * Tells whether a login opens a tenant.
 *
 * A password opens the tenants whose users may log in here. A handoff opens exactly the tenant it was vouched for,
 * as long as that tenant takes the ISV's word. Membership, and whether a token may be made, are asked besides.
 *
 * A login of before the account's sign-ins were ended opens nothing, whenever what carries it was written; one for a
 * membership that ended opens nothing either, though there be another by now, and a password that was typed before it
 * ended does not open the other. So it is with the tenant, and with the client that vouched: once either was disabled,
 * deleted or opened again, what was vouched for before is over, and so it is once the client may vouch for the tenant no
 * more. A login that is older than the tenant has it, or the installation, opens nothing (sessions/login_life.ts).
 *
 * And a login that has not proven what the tenant requires of its people opens nothing of it, whatever it was made before
 * the tenant required it.
 */
export function opensTenant(vouched: Vouched, tenant: TenantDoor): boolean {
  if (!provesEnough(vouched.level, tenant)) return false;
  if (vouched.generation !== tenant.generation) return false;
  if (vouched.memberSinceMs !== null && vouched.memberSinceMs !== tenant.memberSinceMs) return false;
  if (vouched.memberSinceMs === null && vouched.membershipEndings < tenant.formerEnding) return false;
  if (!isOfTenantNow(vouched, tenant) || !isOfClientNow(vouched, tenant)) return false;
  if (vouched.life !== undefined && !isYoungEnough(vouched.life, tenant)) return false;
  switch (vouched.method) {
    case "password":
      return vouched.tenantId === null && tenant.loginMethod !== "handoff";
    case "handoff":
      return vouched.tenantId === tenant.tenantId && tenant.loginMethod !== "local";
  }
}

/** Tells whether a login has proven what a tenant requires. */
export function provesEnough(
  level: LoginLevel,
  { requiredFactor }: Pick<TenantDoor, "requiredFactor">,
): boolean {
  return reaches(level, levelRequired[requiredFactor]);
}

const isOfTenantNow = ({ method, tenantGeneration }: Vouched, tenant: TenantDoor): boolean =>
  tenantGeneration === tenant.tenantGeneration || (tenantGeneration === null && method === "password");

const isOfClientNow = ({ clientId, clientGeneration }: Vouched, { vouchingClient }: TenantDoor): boolean =>
  clientId === null ||
  (vouchingClient?.clientId === clientId && vouchingClient.generation === clientGeneration);

// The ISV's word is measured by the generation of its tenant; a password is for other tenants too, so by its moment.
const isSinceReopening = (voucher: Voucher, { reopenedAtMs }: TenantDoor): boolean =>
  voucher.method !== "password" || voucher.authTimeMs >= (reopenedAtMs ?? 0);

/**
 * The login by which a session speaks for a tenant: the newest that opens it, was made since the tenant was
 * enabled again, and was not left unused for longer than the tenant has it, or the installation.
 * @returns undefined if none does
 */
export function voucherFor(vouchers: readonly Voucher[], tenant: TenantDoor): Voucher | undefined {
  return vouchers
    .filter((voucher) => opensTenant(voucher, tenant) && isSinceReopening(voucher, tenant))
    .filter(({ use }) => use === undefined || isInUse(use, tenant))
    .reduce<Voucher | undefined>(
      (newest, one) => (newest === undefined || one.authTimeMs > newest.authTimeMs ? one : newest),
      undefined,
    );
}

/** The login of a session that would speak for a tenant, had it proven more: a second factor leads on, and nothing else need be asked. */
export function lackingFor(vouchers: readonly Voucher[], tenant: TenantDoor): Voucher | undefined {
  if (voucherFor(vouchers, tenant) !== undefined) return undefined;
  return voucherFor(vouchers, { ...tenant, requiredFactor: "none" });
}

/** Tells whether a login spoke for a tenant until it was over, and none does now: its person may sign in once more. */
export function isOverFor(vouchers: readonly Voucher[], tenant: TenantDoor): boolean {
  const untimed = vouchers.map((voucher) => ({ ...voucher, life: undefined, use: undefined }));
  return voucherFor(vouchers, tenant) === undefined && voucherFor(untimed, tenant) !== undefined;
}

/** Reads a stored method; one that cannot be read vouches for nothing. */
export function readVouchMethod(stored: unknown): VouchMethod | undefined {
  return vouchMethods.find((method) => method === stored);
}
