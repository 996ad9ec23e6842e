// Owns what is known of a person while they are signed in: the logins of the session, and the tenants they belong to.
import type { Account as OidcAccount } from "oidc-provider";
import type { KeptVouched, Voucher } from "../sessions/voucher.ts";
import { isOpen, type OpenPlace, type Place } from "./places.ts";

/** What an interaction's result says of a login, beside the library's own `login`. */
export interface LoginResult {
  /** Who vouched for the login, and for what. */
  voucher?: KeptVouched;
}

/** An account while a person is being signed in. */
export interface SigningInAccount extends OidcAccount {
  vouchers: readonly Voucher[];
  places: readonly Place[];
}

/** The tenants of the person of an authorization request; none for any other request. */
export function placesOf(account: OidcAccount | undefined): readonly Place[] {
  return (account as SigningInAccount | undefined)?.places ?? [];
}

/** Those of them that the session speaks for. */
export function openPlacesOf(account: OidcAccount | undefined): readonly OpenPlace[] {
  return placesOf(account).filter(isOpen);
}

/** The logins of the session of an authorization request. */
export function vouchersOf(account: OidcAccount | undefined): readonly Voucher[] {
  return (account as SigningInAccount | undefined)?.vouchers ?? [];
}
