// Owns why one of a person's own tenants is shut to their session, by one stable code that pages, refusals and the trail share,
// and what opens it. Pure. It reads what the one judge said (places.ts) and decides nothing anew.
import { type ErrorCode, OperationError } from "../../errors.ts";
import type { TenantDoor, Voucher } from "../sessions/voucher.ts";
import type { Place } from "./places.ts";

/** A place as far as it is told why it is shut. */
export type ToldPlace = Pick<Place, "tenant" | "membership" | "voucher" | "lacking" | "isOver" | "refusal">;

/** What opens a place that is shut: signing in once more, a passkey that is added first, or an act elsewhere. */
export type WayIn = "sign_in" | "add_passkey" | "prove_domain" | "prove_address";

/**
 * Tells why a place is shut to the session.
 * @returns undefined: it is open
 */
export function whyShut({ tenant, voucher, lacking, isOver, refusal }: ToldPlace): ErrorCode | undefined {
  // First what no login would mend.
  if (refusal !== undefined) return refusal.code;
  if (voucher !== undefined) return undefined;
  if (lacking !== undefined) return lackOf(tenant);
  if (!isOver && tenant.loginMethod === "handoff") return "login_method_not_allowed";
  return "tenant_not_vouched";
}

/**
 * Tells why a tenant is shut to the login that a code or token came of, as the pages tell it: what it lacks only if it opens the
 * tenant otherwise, so that nobody is sent for a second factor whose login is over.
 * @param door that the login does not open
 * @param opens whether it opens the tenant, if that asked what another door asks
 */
export function whyLoginShut(door: TenantDoor, opens: (door: TenantDoor) => boolean): ErrorCode {
  const asksLess: TenantDoor = { ...door, requiredFactor: "none" };
  if (opens(asksLess)) return lackOf(door);
  if (opens({ ...asksLess, loginMethod: "both" })) return "login_method_not_allowed";
  return "tenant_not_vouched";
}

const lackOf = ({ requiredFactor }: Pick<TenantDoor, "requiredFactor">): ErrorCode =>
  requiredFactor === "passkey" ? "passkey_required" : "factor_required";

/**
 * What opens a place that is shut.
 * @param hasPasskey whether the person has one
 * @returns undefined: the person can do nothing about it here
 */
export function wayInto(place: ToldPlace, code: ErrorCode, hasPasskey: boolean): WayIn | undefined {
  switch (code) {
    case "factor_required":
    case "tenant_not_vouched":
      return "sign_in";
    case "passkey_required":
      return hasPasskey ? "sign_in" : "add_passkey";
    case "email_domain_not_verified":
      return place.voucher !== undefined && place.membership.role === "admin" ? "prove_domain" : undefined;
    case "email_not_verified":
      return "prove_address";
    default:
      return undefined;
  }
}

/**
 * The places that a session may be told of: all of the person's, if they proved themselves here; of what an application
 * vouched for, the tenant that it is about.
 */
export function toldPlaces(places: readonly Place[], vouchers: readonly Voucher[]): readonly Place[] {
  if (vouchers.some(({ method }) => method === "password")) return places;
  return places.filter(({ tenant }) => vouchers.some(({ tenantId }) => tenantId === tenant.id));
}

// What is soonest mended is told first, where several are shut.
const order: readonly ErrorCode[] = [
  "passkey_required",
  "factor_required",
  "tenant_not_vouched",
  "email_not_verified",
  "email_domain_not_verified",
];

/** Of several that are shut, the one to tell of. @returns undefined where none is shut */
export function firstShut<Told extends ToldPlace>(
  places: readonly Told[],
): { place: Told; code: ErrorCode } | undefined {
  const rank = (code: ErrorCode): number => (order.includes(code) ? order.indexOf(code) : order.length);
  return places
    .flatMap((place) => {
      const code = whyShut(place);
      return code === undefined ? [] : { place, code };
    })
    .toSorted((one, other) => rank(one.code) - rank(other.code))[0];
}

const said: Partial<Record<ErrorCode, (tenantId: string) => string>> = {
  passkey_required: (id) => `The tenant ${id} requires a passkey, and the login has none.`,
  factor_required: (id) => `The tenant ${id} requires a second factor, and the login has none.`,
  tenant_not_vouched: (id) => `The sign-in does not open the tenant ${id}.`,
  login_method_not_allowed: (id) => `People of the tenant ${id} sign in elsewhere.`,
};

/** A place that is shut, as a refusal. */
export class PlaceShut extends OperationError {
  readonly tenantId: string;
  /** Whether the person administers the place: what is asked of its administrators they can do themselves. */
  readonly administers: boolean;

  constructor(
    { tenant, membership, refusal }: Pick<ToldPlace, "tenant" | "membership" | "refusal">,
    code: ErrorCode,
  ) {
    super(code, refusal?.message ?? said[code]?.(tenant.id) ?? `The tenant ${tenant.id} is shut.`);
    this.tenantId = tenant.id;
    this.administers = membership.role === "admin";
  }
}
