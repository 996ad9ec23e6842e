// Owns who is signed in at our own pages, by one browser session: the account, and the tenants the session speaks for.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { InstallationPart } from "../../installation.ts";
import type { Account } from "../accounts/account_store.ts";
import { sessionOf } from "../library/internals.ts";
import type { ProviderHost } from "../library/provider_host.ts";
import type { Voucher } from "../sessions/voucher.ts";
import { listVouchers, noteUse, type SessionKey } from "../sessions/voucher_store.ts";
import { isOpen, type Place, readPlaces } from "../subjects/places.ts";
import { toldPlaces } from "../subjects/shut_place.ts";

/** A person who is signed in. */
export interface SignedInPerson {
  session: SessionKey;
  account: Account;
  /** The logins of the session. */
  vouchers: readonly Voucher[];
  /** Tenants the session speaks for, in the order of their ids. */
  places: readonly Place[];
  /** Those the person belongs to and that are shut to the session, as far as it may be told of them; with some, it speaks for them. */
  shut: readonly Place[];
}

/** Finds who is signed in in the browser that asks. */
export async function findSignedIn(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain"> & { host: ProviderHost },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<SignedInPerson | undefined> {
  const session = await sessionOf(deps.host.current(), request, response);
  const person = session && (await readSignedIn(deps, session));
  if (person !== undefined) await noteUse(deps.db, person.session.sessionUid, person.vouchers, deps.clock());
  return person;
}

/**
 * Reads whom a session signs in, as the store says now. A session that nobody vouched for is none; one that the ISV
 * vouched for speaks for that tenant, and no other.
 */
export async function readSignedIn(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain">,
  session: SessionKey,
): Promise<SignedInPerson | undefined> {
  const vouchers = await listVouchers(deps.db, session, deps.clock());
  if (vouchers.length === 0) return undefined;
  const { account, places } = await readPlaces(deps, session.accountId, vouchers);
  if (account === undefined || account.disabledAtMs !== null) return undefined;
  return {
    ...{ session, account, vouchers },
    places: places.filter(({ voucher }) => voucher !== undefined),
    shut: toldPlaces(places, vouchers).filter((place) => !isOpen(place)),
  };
}
