// Owns what a change takes from a client, and ends it: told from the registration before and after. Where a right may be
// given back, nothing of before may come back with it.
import type { Database } from "../../db/connect.ts";
import { grantTypes, signInGrants } from "../../grants_and_scopes.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import { tenantRights, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";
import {
  type EndedRights,
  endAgreements,
  endDeviceCodes,
  endOwnTokensOfClient,
  endReturnsTo,
  endRightsOfClient,
  endTokensByBinding,
  endVouchedLogins,
  noRightsEnded,
} from "../../provider/sessions/end_rights_store.ts";
import type { ChangedKeys } from "./client_keys.ts";

/** What is taken from a client. */
export interface Taken {
  ends: "nothing" | "own tokens" | "everything";
  /** Tenants whose logins it may vouch for no more, or may again. */
  vouched: readonly string[];
  /** Addresses that are its no more. */
  addresses: readonly string[];
  /** Tenants it may act for less, or may again while their people are away. */
  agreements: Parameters<typeof endAgreements>[2];
  /** Access and refresh tokens that no longer are as they must be: bound to a key, or not. */
  tokens: { bound: boolean; refreshToo: boolean } | undefined;
  /** Whether devices that wait for somebody to sign in wait in vain. */
  devices: boolean;
}

/** Tells what a change takes. @param keys what becomes of its keys; undefined: they stay */
export function whatIsTaken(
  before: StoredClientMetadata,
  after: StoredClientMetadata,
  keys: ChangedKeys | undefined,
): Taken {
  const [had, has] = [before, after].map((metadata) => tenantsOfRight(metadata, "handoff")) as [
    string[],
    string[],
  ];
  const differ = (some: readonly string[], others: readonly string[]) =>
    others.includes("*") ? [] : some.filter((one) => one !== "*" && !others.includes(one));
  const grants = (metadata: StoredClientMetadata) => metadata.grant_types ?? [];
  const login = (metadata: StoredClientMetadata) =>
    signInGrants.some((grant) => grants(metadata).includes(grant));
  // While it was the ISV's own, nobody was asked: what it was let do passes for nobody's consent.
  const isForeign = before.first_party === true && after.first_party !== true;
  // What was given to who proved themselves would be anybody's who has a copy.
  const isOpened = proofOf(before) !== "none" && proofOf(after) === "none";
  const ended = isForeign || isOpened || (login(before) && !login(after));
  // Every tenant but some: nobody counts them, so all that it vouched for ends.
  if (ended || (had.includes("*") && !has.includes("*"))) {
    const all = { ends: "everything", vouched: [], addresses: [], agreements: { tenants: [] } } as const;
    return { ...all, tokens: undefined, devices: true };
  }
  const isLess = tenantRights.some((right) => {
    const [were, are] = [tenantsOfRight(before, right), tenantsOfRight(after, right)];
    return !are.includes("*") && were.some((tenant) => !are.includes(tenant));
  });
  const scopes = (metadata: StoredClientMetadata) => (metadata.scope ?? "").split(" ");
  const isNarrower =
    grants(before).some((grant) => !grants(after).includes(grant)) ||
    scopes(before).some((scope) => !scopes(after).includes(scope));
  const tokens = tokensTaken(before, after);
  const isLost = isLess || isNarrower || proofOf(before) !== proofOf(after) || tokens !== undefined;
  const ends = keys?.taken || isLost ? "own tokens" : "nothing";
  const addresses = (before.redirect_uris ?? []).filter((uri) => !after.redirect_uris?.includes(uri));
  const vouched = [...differ(had, has), ...differ(has, had)];
  const hasDevices = (metadata: StoredClientMetadata) => grants(metadata).includes(grantTypes.deviceCode);
  const devices = hasDevices(before) && !hasDevices(after);
  return { ends, vouched, addresses, agreements: agreementsTaken(before, after), tokens, devices };
}

// The same secret may go in a header or in the form.
function proofOf({ token_endpoint_auth_method: method = "client_secret_basic" }: StoredClientMetadata) {
  return method.startsWith("client_secret_") ? "secret" : method;
}

// As clients/key_bound_tokens.ts judges each token when it is used: what would be refused goes, and does not come back when
// the choice does.
function tokensTaken(before: StoredClientMetadata, after: StoredClientMetadata): Taken["tokens"] {
  if (before.dpop === after.dpop || after.dpop === "allowed") return undefined;
  if (after.dpop === undefined) return { bound: true, refreshToo: true };
  return { bound: false, refreshToo: proofOf(after) === "none" };
}

// People agreed to what it could do for them then. Where it may act again, what was written late goes before.
function agreementsTaken(before: StoredClientMetadata, after: StoredClientMetadata): Taken["agreements"] {
  const lists = (metadata: StoredClientMetadata) =>
    (["mint", "search"] as const).map((right) => tenantsOfRight(metadata, right));
  const [were, are] = [lists(before), lists(after)];
  const may = (all: readonly (readonly string[])[], at: number, tenant: string) =>
    all[at]?.includes("*") === true || all[at]?.includes(tenant) === true;
  const acts = (all: readonly (readonly string[])[], tenant: string) =>
    all.some((_, at) => may(all, at, tenant));
  const isTaken = (tenant: string) =>
    were.some((_, at) => may(were, at, tenant) && !may(are, at, tenant)) ||
    (!acts(were, tenant) && acts(are, tenant));
  const named = [...new Set([...were, ...are].flat())].filter((tenant) => tenant !== "*");
  // One that stands for every tenant that is not named.
  if (isTaken("*")) return { allBut: named.filter((tenant) => !isTaken(tenant)) };
  return { tenants: named.filter(isTaken) };
}

/** Ends it. @returns how much of each kind */
export async function endWhatIsTaken(
  trx: Database,
  clientId: string,
  { ends, vouched, addresses, agreements, tokens, devices }: Taken,
  now: Date,
): Promise<EndedRights> {
  if (ends === "everything") return endRightsOfClient(trx, clientId, now);
  const own = ends === "nothing" ? 0 : await endOwnTokensOfClient(trx, clientId);
  const logins = await endVouchedLogins(trx, clientId, vouched, now);
  const codes = await endReturnsTo(trx, clientId, addresses);
  const unfit = tokens === undefined ? 0 : await endTokensByBinding(trx, clientId, tokens);
  if (devices) await endDeviceCodes(trx, clientId);
  const consents = await endAgreements(trx, clientId, agreements, now);
  return { ...noRightsEnded, ...logins, tokens: own + codes + unfit + logins.tokens, consents };
}
