// Owns the change of a client: what of its registration may become another, and what ends with what is taken away. A
// client is read for every request, so what is committed here holds on every instance at once.
import { z } from "zod";
import type { Database } from "../../db/connect.ts";
import { grantTypes } from "../../grants_and_scopes.ts";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import * as store from "../../provider/clients/client_store.ts";
import { tenantRights, tenantsMember, tenantsOfRight } from "../../provider/clients/tenant_rights.ts";
import {
  type EndedRights,
  endAgreements,
  endOwnTokensOfClient,
  endReturnsTo,
  endRightsOfClient,
  endVouchedLogins,
  noRightsEnded,
} from "../../provider/sessions/end_rights_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { adviseOnClient } from "./client_advice.ts";
import { assertKeysFit, assertPurposesFit, type NewClient, newClient, refuse } from "./client_input.ts";
import { type ChangedKeys, changeKeys } from "./client_keys.ts";
import { buildMetadata, registrationOf } from "./client_metadata.ts";
import { type ClientView, holdClient, viewClient } from "./client_view.ts";
import { operation } from "./entry.ts";
import { clientShape, endedRightsShape, unchanged } from "./shapes.ts";

/** A client that was changed, and what ended with what was taken from it. */
export interface ChangedClient {
  client: ClientView;
  ended: EndedRights;
  warnings: string[];
  unchanged?: true | undefined;
}

const { shape } = newClient;
const removable = <Inner extends z.ZodType>(member: z.ZodOptional<Inner>) =>
  z.nullable(member.unwrap()).optional().describe(`${member.description} Null: none of its own.`);

/** What may change, each member as at registration; what is left out stays. */
const clientChanges = z.strictObject({
  clientId: z.string().describe("The client's id."),
  name: removable(shape.name),
  purposes: shape.purposes.describe("All it may do; what is missing here is taken from it."),
  redirectUris: shape.redirectUris.describe("Where users come back to: all addresses."),
  postLogoutRedirectUris: shape.postLogoutRedirectUris.describe("Where they come back to after logout: all."),
  backchannelLogoutUri: removable(shape.backchannelLogoutUri),
  backchannelLogoutSessionRequired: shape.backchannelLogoutSessionRequired.describe(
    "Whether it is told which session, by `sid`.",
  ),
  applicationType: shape.applicationType.describe("What kind of application it is."),
  jwks: shape.jwks.describe("Its public keys, in place of all it has, or of its `jwksUri`."),
  jwksUri: shape.jwksUri.describe(
    "Where its public keys are, in place of those it has. Given as it is: they are read anew at once.",
  ),
  addKeys: shape.jwks.describe("Public keys to add to those it has."),
  retireKeys: z
    .array(z.string())
    .min(1)
    .max(50)
    .optional()
    .describe("Keys that count no more, at once, each by its `kid` (or its RFC 7638 thumbprint)."),
  firstParty: shape.firstParty.describe(
    "Yours: users are not asked for consent. Taken, all that was made for it ends.",
  ),
  requirePkce: shape.requirePkce.describe("Only a confidential client may go without."),
  rotateRefreshToken: shape.rotateRefreshToken.describe("Only a confidential client may keep one."),
  pushedRequests: shape.pushedRequests.describe(
    "Whether it may push its authorization requests (RFC 9126), or must.",
  ),
  mintTenants: shape.mintTenants.describe('For whom it may mint: all of them; ["*"]: every tenant.'),
  handoffTenants: shape.handoffTenants.describe("For whom it may answer login challenges; as above."),
  searchTenants: shape.searchTenants.describe("For whom it may search; as above."),
  clientUri: removable(shape.clientUri),
  logoUri: removable(shape.logoUri),
  policyUri: removable(shape.policyUri),
  tosUri: removable(shape.tosUri),
  accessTokenSeconds: removable(shape.accessTokenSeconds),
  idTokenSeconds: removable(shape.idTokenSeconds),
  refreshTokenSeconds: removable(shape.refreshTokenSeconds),
  dryRun: z.boolean().optional().describe("Only say what would end with what is taken away."),
});
type ClientChanges = Omit<z.output<typeof clientChanges>, "clientId" | "dryRun">;

/**
 * Changes a client. What is taken from it counts no more, at once: an address is returned to no more, also by sign-ins under
 * way and codes that were given; a key proves nothing; for a tenant nothing is done. With a key, a tenant or a purpose the
 * access tokens it got for itself end; with a tenant it answered logins for, the logins it vouched for there; with one it
 * acted for, what people there agreed to. With `firstParty`, all that was made for it ends: nobody had been asked.
 * @throws OperationError client_not_found, invalid_input, precondition_failed
 */
export const updateClient = operation({
  name: "client update",
  summary: "Change a client's registration; `dryRun: true` only counts",
  permission: adminChange,
  events: ["client.updated"],
  input: clientChanges,
  output: z.strictObject({
    client: clientShape,
    ended: endedRightsShape,
    warnings: z.array(z.string()).describe("What is registered but will not work as things stand."),
    unchanged,
  }),
  http: [{ method: "patch", path: "/v1/clients/:client", params: { client: "clientId" } }],
  revises: { hold: (trx, { clientId }) => holdClient(trx, clientId), after: ({ client }) => client },
  async run(trx, { clientId, dryRun: _tried, ...changes }, act): Promise<ChangedClient> {
    if (Object.values(changes).every((value) => value === undefined)) {
      throw refuse("clientId", "is named, but nothing to change", "Give what is to be another.");
    }
    // What is not given is written again as it was read.
    await store.lockClient(trx, clientId);
    const { metadata: before } = await store.getClient(trx, clientId);
    const keys = await changeKeys(before, changes as Parameters<typeof changeKeys>[1]);
    const metadata = changedMetadata(before, changes, keys);
    const changed = changedMembers(before, metadata);
    const taken = whatIsTaken(before, metadata, keys);
    const warnings = await adviseOnClient(trx, metadata);
    if (changed.length === 0 && taken.ends === "nothing") {
      const client = await viewClient(trx, clientId);
      return { client, ended: noRightsEnded, warnings, unchanged: true };
    }
    await store.saveClientMetadata(trx, metadata, act.now, taken.ends);
    const ended = await endWhatIsTaken(trx, clientId, taken, act.now);
    const details = { changed: changed.join(" ") || "jwks_uri read anew", ...ended };
    await act.record({ type: "client.updated", clientId, details });
    return { client: await viewClient(trx, clientId), ended, warnings };
  },
});

// What the registration makes of the change is told from what it makes of the client as it is, and only that is written:
// what else stands in the metadata is not the registration's to change.
function changedMetadata(
  before: StoredClientMetadata,
  changes: ClientChanges,
  keys: ChangedKeys | undefined,
): StoredClientMetadata {
  const was = registrationOf(before);
  const wanted = changedRegistration(was, changes, keys);
  const purposes = wanted.purposes ?? [];
  const authMethod = wanted.authMethod ?? "client_secret_basic";
  assertKeysFit(wanted, authMethod);
  assertPurposesFit(wanted, purposes, authMethod);
  const after = buildMetadata(wanted, purposes, authMethod, undefined);
  const built = buildMetadata(was, was.purposes ?? [], authMethod, undefined);
  const changed = changedMembers(built, after);
  // Clients of before the lists were apart have one for all rights.
  const lists: readonly string[] = Object.values(tenantsMember);
  const apart = before.allowed_tenants !== undefined && changed.some((name) => lists.includes(name));
  const written = apart ? [...changed, ...lists, "allowed_tenants"] : changed;
  const members = written.map((name) => [name, Reflect.get(after, name)] as const);
  return withoutEmpty({ ...before, ...Object.fromEntries(members) }) as StoredClientMetadata;
}

function changedRegistration(
  was: NewClient,
  changes: ClientChanges,
  keys: ChangedKeys | undefined,
): NewClient {
  const { addKeys: _added, retireKeys: _retired, jwks: _jwks, jwksUri: _uri, ...plain } = changes;
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const itsKeys = keys === undefined ? {} : { jwks: keys.jwks, jwksUri: keys.jwksUri };
  const wanted = withoutEmpty({ ...was, ...given, ...itsKeys }) as NewClient;
  for (const right of tenantRights) {
    // What it has for a purpose goes with the purpose; what is given for one it has not is a fault.
    const given = plain[`${right}Tenants`] !== undefined;
    if (!given && !wanted.purposes?.includes(right)) delete wanted[`${right}Tenants`];
  }
  const told = plain.backchannelLogoutSessionRequired !== undefined;
  if (plain.backchannelLogoutUri === null && !told) delete wanted.backchannelLogoutSessionRequired;
  return wanted;
}

const withoutEmpty = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));

function changedMembers(before: StoredClientMetadata, after: StoredClientMetadata): string[] {
  const text = (metadata: StoredClientMetadata, name: string) => JSON.stringify(Reflect.get(metadata, name));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => text(before, name) !== text(after, name))
    .sort();
}

interface Taken {
  ends: "nothing" | "own tokens" | "everything";
  /** Tenants whose logins it may vouch for no more, or may again. */
  vouched: readonly string[];
  /** Addresses that are its no more. */
  addresses: readonly string[];
  /** Tenants it may act for less, or may again while their people are away. */
  agreements: Parameters<typeof endAgreements>[2];
}

function whatIsTaken(
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
  const login = (metadata: StoredClientMetadata) => grants(metadata).includes(grantTypes.authorizationCode);
  // While it was the ISV's own, nobody was asked: what it was let do passes for nobody's consent.
  const isForeign = before.first_party === true && after.first_party !== true;
  // Every tenant but some: nobody counts them, so all that it vouched for ends.
  if (isForeign || (login(before) && !login(after)) || (had.includes("*") && !has.includes("*"))) {
    return { ends: "everything", vouched: [], addresses: [], agreements: { tenants: [] } };
  }
  const isLess = tenantRights.some((right) => {
    const [were, are] = [tenantsOfRight(before, right), tenantsOfRight(after, right)];
    return !are.includes("*") && were.some((tenant) => !are.includes(tenant));
  });
  const scopes = (metadata: StoredClientMetadata) => (metadata.scope ?? "").split(" ");
  const isNarrower =
    grants(before).some((grant) => !grants(after).includes(grant)) ||
    scopes(before).some((scope) => !scopes(after).includes(scope));
  const ends = keys?.taken || isLess || isNarrower ? "own tokens" : "nothing";
  // Where a right is given back, nothing of before may come back with it.
  const addresses = (before.redirect_uris ?? []).filter((uri) => !after.redirect_uris?.includes(uri));
  const vouched = [...differ(had, has), ...differ(has, had)];
  return { ends, vouched, addresses, agreements: agreementsTaken(before, after) };
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

async function endWhatIsTaken(
  trx: Database,
  clientId: string,
  { ends, vouched, addresses, agreements }: Taken,
  now: Date,
): Promise<EndedRights> {
  if (ends === "everything") return endRightsOfClient(trx, clientId, now);
  const own = ends === "nothing" ? 0 : await endOwnTokensOfClient(trx, clientId);
  const logins = await endVouchedLogins(trx, clientId, vouched);
  const codes = await endReturnsTo(trx, clientId, addresses);
  const consents = await endAgreements(trx, clientId, agreements, now);
  return { ...noRightsEnded, ...logins, tokens: own + codes + logins.tokens, consents };
}
