// Owns the demo's content in the provider's store: tenants, users, clients, what each customer handed over.
// It may run any number of times: what is there stays, and it tells how much it changed.
import { isDeepStrictEqual } from "node:util";
import type { SeedResultConnection } from "tti-sandbox";
import { createAccessor, deleteAccessor, listAccessors } from "../../admin/operations/accessors.ts";
import { createClient } from "../../admin/operations/clients.ts";
import { addUserToTenant } from "../../admin/operations/members.ts";
import type { OperationContext } from "../../admin/operations/operation.ts";
import { createTenant } from "../../admin/operations/tenants.ts";
import { createUser } from "../../admin/operations/users.ts";
import { demoClientAddresses } from "../../demo/start_demo.ts";
import { OperationError } from "../../errors.ts";
import { findAccountByLogin } from "../../provider/accounts/account_store.ts";
import { findClient, saveClientMetadata } from "../../provider/clients/client_store.ts";
import { hasOfflineConsent, saveOfflineConsent } from "../../provider/presence/offline_consent_store.ts";
import { findMembership } from "../../provider/tenants/membership_store.ts";
import { findTenant, saveTenant } from "../../provider/tenants/tenant_store.ts";
import { publicJwkOf } from "../client_key.ts";
import { type DemoPerson, demoPeople, demoTenants } from "./demo_content.ts";
import type { DevState } from "./dev_state.ts";
import { newcomer, newcomerPeople } from "./newcomer.ts";

// What every tenant of the demo is made with.
const made = { loginMethod: "local", presence: "offline" } as const;

/** What the seed is made from. */
export interface ProviderSeed {
  state: DevState;
  /** The audience registered with AWS; the demo application signs in with this client. */
  clientId: string;
  demoUrl: string;
  /** What the customers handed over, by tenant id. */
  connections: Readonly<Record<string, SeedResultConnection>>;
}

/**
 * Brings the demo's content into the store.
 * @returns how many things were not there, or not so
 */
export async function seedProvider(context: OperationContext, seed: ProviderSeed): Promise<number> {
  let changes = 0;
  for (const tenant of demoTenants) changes += await seedTenant(context, tenant);
  changes += await seedDemoClient(context, seed);
  changes += await seedCliClient(context, seed.state);
  // Who has left since does not come back with the next start.
  const open = await openTenants(context);
  for (const person of demoPeople) changes += await seedPerson(context, person, open, seed.state);
  for (const { id } of demoTenants) {
    if (open.has(id)) changes += await seedAccessor(context, id, seed.connections[id]);
  }
  return changes + (await seedNewcomer(context, seed.state));
}

async function openTenants({ db }: OperationContext): Promise<ReadonlySet<string>> {
  const found = await Promise.all(demoTenants.map(({ id }) => findTenant(db, id)));
  return new Set(found.flatMap((one) => (one?.disabledAtMs === null ? [one.id] : [])));
}

// The tenant and its people, as any customer begins: who deleted the tenant ended its story, and finds the rest unharmed.
async function seedNewcomer(context: OperationContext, state: DevState): Promise<number> {
  const { id: tenantId, name } = newcomer;
  let changes = 0;
  if ((await findTenant(context.db, tenantId)) === undefined) {
    try {
      await createTenant(context, { id: tenantId, name });
      changes += 1;
    } catch (error) {
      if (error instanceof OperationError && error.code === "tenant_id_used") return 0;
      throw error;
    }
  }
  const tenant = await findTenant(context.db, tenantId);
  if (tenant?.disabledAtMs !== null) return changes;
  for (const [place, person] of newcomerPeople.entries()) {
    const account = await seedAccount(context, person, state);
    changes += account.changes;
    if (await findMembership(context.db, tenantId, account.id)) continue;
    const role = place === 0 ? ("admin" as const) : ("member" as const);
    await addUserToTenant(context, { user: account.id, tenantId, role });
    changes += 1;
  }
  return changes;
}

/** The `tti` commands that give the demo's tenants the login and presence they were made with, where they differ. */
export async function commandsBack(context: OperationContext): Promise<string[]> {
  const commands: string[] = [];
  for (const { id } of demoTenants) {
    const tenant = await findTenant(context.db, id);
    if (tenant === undefined) continue;
    if (tenant.disabledAtMs !== null) commands.push(`tenant enable ${id}`);
    const changed = tenant.loginMethod !== made.loginMethod || tenant.presencePolicy.name !== made.presence;
    if (changed) commands.push(`tenant update ${id} --login ${made.loginMethod} --presence ${made.presence}`);
  }
  return commands;
}

async function seedTenant(
  context: OperationContext,
  { id, name }: { id: string; name: string },
): Promise<number> {
  if (await findTenant(context.db, id)) return 0;
  await createTenant(context, { id, name });
  // The command line searches as users who are not signed in; they agreed to it (seedPerson).
  await saveTenant(context.db, id, { presencePolicy: { name: made.presence } }, context.clock());
  return 1;
}

async function seedPerson(
  context: OperationContext,
  person: DemoPerson,
  open: ReadonlySet<string>,
  state: DevState,
): Promise<number> {
  const account = await seedAccount(context, person, state);
  const accountId = account.id;
  let changes = account.changes;
  for (const { tenantId } of person.memberships.filter((one) => open.has(one.tenantId))) {
    if (!(await findMembership(context.db, tenantId, accountId))) {
      await addUserToTenant(context, { user: accountId, tenantId });
      changes += 1;
    }
    const consent = { tenantId, accountId, clientId: state.cliClient.clientId };
    if (!(await hasOfflineConsent(context.db, consent))) {
      await saveOfflineConsent(context.db, consent, context.clock());
      changes += 1;
    }
  }
  return changes;
}

async function seedAccount(
  context: OperationContext,
  { email, name }: DemoPerson,
  state: DevState,
): Promise<{ id: string; changes: number }> {
  const known = await findAccountByLogin(context.db, email);
  if (known !== undefined) return { id: known.id, changes: 0 };
  const { id } = await createUser(context, { email, name, password: state.demoPassword });
  return { id, changes: 1 };
}

async function seedDemoClient(context: OperationContext, seed: ProviderSeed): Promise<number> {
  const addresses = demoClientAddresses(seed.demoUrl);
  const known = await findClient(context.db, seed.clientId);
  if (!known) {
    await createClient(context, {
      clientId: seed.clientId,
      name: "Sample ISV",
      firstParty: true,
      secret: seed.state.demoClientSecret,
      ...addresses,
    });
    return 1;
  }
  // The demo may have moved to another port.
  const metadata = {
    ...known.metadata,
    redirect_uris: [...addresses.redirectUris],
    post_logout_redirect_uris: [...addresses.postLogoutRedirectUris],
  };
  if (isDeepStrictEqual(metadata, known.metadata)) return 0;
  await saveClientMetadata(context.db, metadata, context.clock());
  return 1;
}

async function seedCliClient(context: OperationContext, state: DevState): Promise<number> {
  const { clientId, privateJwk } = state.cliClient;
  if (await findClient(context.db, clientId)) return 0;
  await createClient(context, {
    clientId,
    name: "tti command line",
    purposes: ["mint"],
    authMethod: "private_key_jwt",
    jwks: { keys: [publicJwkOf(privateJwk)] },
    mintTenants: ["*"],
  });
  return 1;
}

// The local AWS may have been made anew, with other ids; what stands here must lead there.
async function seedAccessor(
  context: OperationContext,
  tenantId: string,
  connection: SeedResultConnection | undefined,
): Promise<number> {
  if (connection === undefined) return 0;
  const wanted = {
    tenantId,
    name: "default",
    applicationId: connection.applicationId,
    retrieverId: connection.retrieverId,
    qRegion: connection.applicationRegion,
    idcApplicationArn: connection.idcApplicationArn,
    idcRegion: connection.idcRegion,
  };
  const { accessors } = await listAccessors(context, { tenantId });
  const known = accessors.find(({ name }) => name === wanted.name);
  if (known !== undefined) {
    const same = Object.entries(wanted).every(([field, value]) => Reflect.get(known, field) === value);
    if (same) return 0;
    await deleteAccessor(context, { tenantId, name: wanted.name });
  }
  await createAccessor(context, wanted);
  return 1;
}
