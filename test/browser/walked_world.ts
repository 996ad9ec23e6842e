// Owns the world that every_address.test.ts walks: an installation in which each page of console, portal and account has
// something to show and a link that leads to it. A page that is new and needs something more gets it here.
import { createAccessor } from "../../src/admin/operations/accessors.ts";
import { createAdministrator } from "../../src/admin/operations/administrators.ts";
import { disableClient } from "../../src/admin/operations/client_access.ts";
import { rotateClientSecret } from "../../src/admin/operations/client_secrets.ts";
import { createCredential } from "../../src/admin/operations/credentials.ts";
import { addDomain } from "../../src/admin/operations/domains.ts";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { createResource } from "../../src/admin/operations/resources.ts";
import { disableTenant } from "../../src/admin/operations/tenant_access.ts";
import { createTenant, updateTenant } from "../../src/admin/operations/tenants.ts";
import { disableUser } from "../../src/admin/operations/user_access.ts";
import { createMail, saveMailGivenUp } from "../../src/mail/outbox_store.ts";
import { createLink, generateSecret } from "../../src/onboarding/link/link_store.ts";
import { createAccountLink } from "../../src/provider/accounts/account_link_store.ts";
import { createAccount, findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { createFactorSeals } from "../../src/provider/factors/factor_seals.ts";
import { keyPolicyOf } from "../../src/provider/keys/policy.ts";
import { rotateKeys } from "../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { createPasskey } from "../../src/provider/passkeys/passkey_store.ts";
import { saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { addMintingClients } from "../provider/grants/mint_support.ts";
import { getCode, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, type ProviderFixture } from "../provider/support/provider_fixture.ts";
import { cliContext } from "../support/cli_context.ts";

const accessor = {
  applicationId: "11111111-2222-3333-4444-555555555555",
  retrieverId: "66666666-7777-8888-9999-000000000000",
  qRegion: "us-east-1",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "us-east-1",
};

/** Fills an installation that has an owner, who comes to administer two of its organizations as well. */
export async function furnish(world: ProviderFixture, ownerEmail: string): Promise<void> {
  const { db } = world;
  const context = cliContext(db);
  for (const id of ["acme", "globex", "closed"]) await createTenant(context, { id, name: `Customer ${id}` });
  await updateTenant(context, { id: "acme", presence: "offline" });
  const owner = await findAccountByLogin(db, ownerEmail);
  for (const tenantId of ["acme", "globex"]) {
    await createMembership(db, { tenantId, accountId: owner?.id ?? "", role: "admin" }, new Date());
  }
  for (const domain of ["acme.example", "unproven.example"])
    await addDomain(context, { tenantId: "acme", domain });
  await saveDomainVerified(db, { tenantId: "acme", domain: "acme.example", shared: false }, new Date());
  await createAccessor(context, { tenantId: "acme", ...accessor });
  // An onboarding under way: its link may be revoked.
  await createLink(
    db,
    { tenantId: "globex", secret: generateSecret(), expiresAtMs: Date.now() + 86_400_000 },
    new Date(),
  );
  await addMintingClients(db, ["acme"]);
  for (const client_id of ["app", "stopped"]) await addClient(db, { client_id });
  await addPerson(db, { email: "ann@acme.example", name: "Ann Ames", tenants: ["acme"] });
  await addPerson(db, { email: "dis@acme.example", name: "Dis Abled", tenants: ["acme"] });
  await createAdministrator(context, { email: "second@isv.example", role: "owner" });
  await createCredential(context, { name: "Nightly import", role: "auditor" });
  await createResource(context, {
    identifier: "https://api.example.com",
    name: "Reports",
    scopes: { "reports:read": "Read reports" },
  });
  await allowResource(context, {
    identifier: "https://api.example.com",
    clientId: "app",
    scopes: ["reports:read"],
  });
  await rotateClientSecret(context, { clientId: "app", overlapSeconds: 86_400 });
  await addPerson(db, { email: "new@acme.example", name: "Not Proven", emailVerified: false });
  // What applications hold of a person, and a session in which they do.
  await redeem(world, await getCode(world, "ann@acme.example"));
  await disableUser(context, { user: "dis@acme.example" });
  await disableClient(context, { clientId: "stopped" });
  await disableTenant(context, { id: "closed" });
  for (const email of ["ann@acme.example", ownerEmail]) await addPasskey(world, email);
  await writeMail(world);
  await inviteSomebody(world);
  await makeNextKey(world);
}

/** One mail that was given up, and one that waits. */
async function writeMail({ db }: ProviderFixture): Promise<void> {
  const nowMs = Date.now();
  const mail = { kind: "new_device", recipient: "ann@acme.example" } as const;
  const given = await createMail(db, mail, new Date(nowMs));
  await saveMailGivenUp(db, given, {
    nowMs,
    keepMs: 86_400_000,
    fault: "the mail server refuses it: 550 5.1.1",
  });
  await createMail(db, mail, new Date(nowMs));
}

/** Somebody who is invited, and has chosen no password yet. */
async function inviteSomebody({ db }: ProviderFixture): Promise<void> {
  const now = new Date();
  const { id, email } = await createAccount(db, { email: "invited@acme.example", emailVerified: false }, now);
  await createMembership(db, { tenantId: "acme", accountId: id, role: "member" }, now);
  await createAccountLink(db, "invitation", { id, email: email ?? "", signInGeneration: 0 }, now);
}

/** A passkey as it is stored: nobody signs in by it. */
async function addPasskey({ db }: ProviderFixture, email: string): Promise<void> {
  const account = await findAccountByLogin(db, email);
  const key = { credentialId: `key of ${email}`, publicKey: "none", counter: 0, transports: [] };
  const of = { accountId: account?.id ?? "", userHandle: `handle of ${email}`, name: "Phone" };
  await createPasskey(db, { ...key, ...of, synced: true, backedUp: true }, new Date());
}

/** Sees to a next key now: the instance makes one by itself, at a moment of its own. */
async function makeNextKey({ db, config }: ProviderFixture): Promise<void> {
  const keys = {
    policy: keyPolicyOf(config),
    sealer: createKeySealer(config.secrets),
    factorSeals: createFactorSeals(config.secrets),
  };
  try {
    await rotateKeys({ ...cliContext(db), ...keys });
  } catch (error) {
    // The instance was faster.
    if ((error as { code?: string }).code !== "key_in_use") throw error;
  }
}
