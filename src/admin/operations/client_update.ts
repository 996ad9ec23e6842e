// Owns the change of a client: what of its registration may become another, and what ends with what is taken away. A
// client is read for every request, so what is committed here holds on every instance at once.
import { z } from "zod";
import type { StoredClientMetadata } from "../../provider/clients/client_store.ts";
import * as store from "../../provider/clients/client_store.ts";
import { saveFormerSecret } from "../../provider/clients/former_secret_store.ts";
import { tenantRights, tenantsMember } from "../../provider/clients/tenant_rights.ts";
import { findRightsOfClients } from "../../provider/resources/client_rights_store.ts";
import { type EndedRights, noRightsEnded } from "../../provider/sessions/end_rights_store.ts";
import { adminChange } from "../administrators/roles.ts";
import { adviseOnClient } from "./client_advice.ts";
import { assertKeysFit, assertPurposesFit, type NewClient, newClient, refuse } from "./client_input.ts";
import { type ChangedKeys, changeKeys } from "./client_keys.ts";
import { buildMetadata, registrationOf } from "./client_metadata.ts";
import { changeProof } from "./client_proof.ts";
import { endWhatIsTaken, whatIsTaken } from "./client_taken.ts";
import { type ClientView, holdClient, viewClient } from "./client_view.ts";
import { operation } from "./entry.ts";
import { clientShape, endedRightsShape, unchanged } from "./shapes.ts";

/** A client that was changed, and what ended with what was taken from it. */
export interface ChangedClient {
  client: ClientView;
  ended: EndedRights;
  warnings: string[];
  /** If it proves itself with a secret from now on; no other answer has it. */
  clientSecret?: string | undefined;
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
  authMethod: shape.authMethod.describe(
    "How it proves who it is. A secret it had counts no more where it has none any more; for one it has not yet, a secret is made. To none: all that was made for it ends.",
  ),
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
  deviceAuthorization: shape.deviceAuthorization.describe(
    "Whether a device without a browser may have people sign in elsewhere, by a code (RFC 8628). Turned off, codes that are under way end.",
  ),
  dpop: shape.dpop.describe(
    "Whether its access tokens may be bound to a key it holds (RFC 9449), or must. Tokens that are otherwise end.",
  ),
  mintTenants: shape.mintTenants.describe('For whom it may mint: all of them; ["*"]: every tenant.'),
  handoffTenants: shape.handoffTenants.describe("For whom it may answer login challenges; as above."),
  searchTenants: shape.searchTenants.describe("For whom it may search; as above."),
  clientUri: removable(shape.clientUri),
  logoUri: removable(shape.logoUri),
  policyUri: removable(shape.policyUri),
  tosUri: removable(shape.tosUri),
  color: removable(shape.color),
  supportUri: removable(shape.supportUri),
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
 * acted for, what people there agreed to. With `firstParty`, all that was made for it ends: nobody had been asked; so it is
 * where it proves itself no more. What it proved itself with before proves nothing, and its own access tokens end. With `dpop`
 * end the tokens that are not bound and must be, or are and may not.
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
    clientSecret: z.string().optional().describe("If one was made; shown this once."),
    unchanged,
  }),
  http: [{ method: "patch", path: "/v1/clients/:client", params: { client: "clientId" } }],
  revises: { hold: (trx, { clientId }) => holdClient(trx, clientId), after: ({ client }) => client },
  async run(trx, { clientId, dryRun, ...changes }, act): Promise<ChangedClient> {
    if (Object.values(changes).every((value) => value === undefined)) {
      throw refuse("clientId", "is named, but nothing to change", "Give what is to be another.");
    }
    // What is not given is written again as it was read.
    await store.lockClient(trx, clientId);
    const { metadata: before } = await store.getClient(trx, clientId);
    const keys = await changeKeys(before, changes as Parameters<typeof changeKeys>[1]);
    const registered = changedMetadata(before, changes, keys);
    const rights = (await findRightsOfClients(trx, [clientId])).get(clientId) ?? [];
    const { metadata, clientSecret, forgets } = changeProof(before, registered, rights);
    const changed = changedMembers(before, metadata);
    const taken = whatIsTaken(before, metadata, keys);
    const warnings = await adviseOnClient(trx, metadata, act);
    if (changed.length === 0 && taken.ends === "nothing") {
      const client = await viewClient(trx, clientId);
      return { client, ended: noRightsEnded, warnings, unchanged: true };
    }
    await store.saveClientMetadata(trx, metadata, act.now, taken.ends);
    if (forgets) await saveFormerSecret(trx, clientId, null);
    const ended = await endWhatIsTaken(trx, clientId, taken, act.now);
    const details = { changed: changed.join(" ") || "jwks_uri read anew", ...ended };
    await act.record({ type: "client.updated", clientId, details });
    // One that is taken back with a trial would prove nothing.
    const secret = clientSecret === undefined || dryRun === true ? {} : { clientSecret };
    return { client: await viewClient(trx, clientId), ended, warnings, ...secret };
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
  const built = buildMetadata(was, was.purposes ?? [], was.authMethod ?? "client_secret_basic", undefined);
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
