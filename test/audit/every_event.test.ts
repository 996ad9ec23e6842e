// Every type of audit event, performed by its real path and found: parties, details, address and request. The table is
// complete by its type, so that a type nobody writes, or nobody tests, fails.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as accessors from "../../src/admin/operations/accessors.ts";
import * as administrators from "../../src/admin/operations/administrators.ts";
import { pruneEvents } from "../../src/admin/operations/audit_chain.ts";
import * as clientAccess from "../../src/admin/operations/client_access.ts";
import * as clientSecrets from "../../src/admin/operations/client_secrets.ts";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import * as credentials from "../../src/admin/operations/credentials.ts";
import * as domains from "../../src/admin/operations/domains.ts";
import { makeFirstLink } from "../../src/admin/operations/first_link.ts";
import { inviteUser, withdrawInvitation } from "../../src/admin/operations/invitation.ts";
import * as keys from "../../src/admin/operations/keys.ts";
import { listMails, type MailContext, retryMail } from "../../src/admin/operations/mail.ts";
import * as members from "../../src/admin/operations/members.ts";
import { offboardTenant } from "../../src/admin/operations/offboarding.ts";
import * as onboardingLinks from "../../src/admin/operations/onboarding_links.ts";
import * as resourceRights from "../../src/admin/operations/resource_rights.ts";
import * as resources from "../../src/admin/operations/resources.ts";
import * as tenantAccess from "../../src/admin/operations/tenant_access.ts";
import { setTenantBrand } from "../../src/admin/operations/tenant_brand.ts";
import { deleteTenant } from "../../src/admin/operations/tenant_deletion.ts";
import * as tenants from "../../src/admin/operations/tenants.ts";
import * as access from "../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../src/admin/operations/user_deletion.ts";
import { resetUserFactors } from "../../src/admin/operations/user_factors.ts";
import { listUserGrants, revokeGrant } from "../../src/admin/operations/user_grants.ts";
import { updateUser } from "../../src/admin/operations/user_update.ts";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../src/audit/chain/seal.ts";
import { type AuditEventType, auditEventTypes } from "../../src/audit/event_types.ts";
import type { EventParty } from "../../src/audit/events/event_type.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { systemClock } from "../../src/clock.ts";
import { mailPolicy } from "../../src/mail/attempts.ts";
import { MailNotTaken } from "../../src/mail/transport.ts";
import { createAccountLink } from "../../src/provider/accounts/account_link_store.ts";
import { findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { noticedRates, noticeGuess } from "../../src/provider/accounts/attack_watch.ts";
import { attemptKeysOf } from "../../src/provider/accounts/attempt_rates.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { createFactorSeals } from "../../src/provider/factors/factor_seals.ts";
import { keyPolicyOf } from "../../src/provider/keys/policy.ts";
import { rotateKeysInEmergency } from "../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { addPasskey, offerEnrolment } from "../../src/provider/passkeys/enrol_passkey.ts";
import { namePasskey, removePasskey } from "../../src/provider/passkeys/keep_passkeys.ts";
import { passkeysOf } from "../../src/provider/passkeys/passkey_deps.ts";
import { offerPasskey, provePasskey } from "../../src/provider/passkeys/use_passkey.ts";
import { logoutLife, putLogouts } from "../../src/provider/storage/logout_store.ts";
import { afterRestore } from "../../src/upkeep/after_restore.ts";
import { makeBackup } from "../../src/upkeep/backup.ts";
import { recordMove } from "../../src/upkeep/move.ts";
import { signInToConsole } from "../console/console_world.ts";
import { addMintingClients, exchange, signSubject } from "../provider/grants/mint_support.ts";
import { appId, challengeOf, IsvBackEnd, isvId, loginUrl } from "../provider/handoff/handoff_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getCode,
  postForm,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  clientSecret,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { type App, appOnPage, codesOnPage, typeCode } from "../provider/support/second_factor.ts";
import { type Question, SoftwareAuthenticator } from "../provider/support/software_authenticator.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { eventsOf } from "./audit_world.ts";

const email = "ann@acme.example";
const metricsKey = "TheKeyOfWhoeverReadsTheMetrics-0123456789";
let operator: domains.DomainContext & MailContext;
let txt: string[][] = [];
const fixture = useProvider(
  {
    environment: { TTI_LOGIN_URL: loginUrl, TTI_REFRESH_GRACE: "0", TTI_METRICS: metricsKey },
    mail: {
      async send({ to }) {
        if (to.startsWith("refused"))
          throw new MailNotTaken("the mail server refuses it: 550 5.1.1", true, to.includes("first"));
      },
      close() {},
    },
    mailPolicy: { ...mailPolicy, intervalMs: 20 },
    awsAccess: () => ({
      roleArn: "arn:aws:iam::111122223333:role/isv",
      baseCredentials: async () => ({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x", sessionToken: "y" }),
      awsClientOptions: { sts: { endpoint: "http://127.0.0.1:9", maxAttempts: 1 } },
    }),
  },
  async () => {
    operator = {
      db: fixture.db,
      clock: systemClock,
      passwords: createPasswords(),
      actor: "cli:op",
      may: () => true,
      resolveTxt: async () => txt,
      sendsMail: true,
      mailPut: () => undefined,
    };
    await addPerson(fixture.db, { email, tenants: ["acme"] });
    await addMintingClients(fixture.db, ["acme", "ext"]);
    await addClient(fixture.db, { client_id: appId });
    await addClient(fixture.db, { client_id: "third", first_party: false });
    for (const [clientId, scope] of [
      [isvId, "tti:handoff"],
      ["admin", "tti:admin"],
      ["search", "tti:search"],
    ] as const) {
      await addClient(fixture.db, {
        client_id: clientId,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        scope: `openid ${scope}`,
        allowed_tenants: ["acme", "ext"],
      });
    }
    await tenants.createTenant(operator, { id: "ext" });
    await tenants.updateTenant(operator, { id: "ext", loginMethod: "handoff", presence: "within 12" });
  },
);

const signIn = (agent = new UserAgent()) => getCode(fixture, email, { tenant: "acme" }, agent);

async function accessToken(clientId: string, scope: string): Promise<string> {
  const answer = await postForm(
    new URL("/token", fixture.issuer),
    { grant_type: "client_credentials", scope },
    basic(clientId, clientSecret),
  );
  return String(answer.body["access_token"]);
}

async function callApi(path: string, token: string, body?: unknown): Promise<Response> {
  return fetch(new URL(path, fixture.server.adminUrl), {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function handoff(subject: string, more: Record<string, unknown> = {}): Promise<void> {
  const agent = new UserAgent();
  const challenge = await challengeOf(agent, fixture, { tenant: "ext" });
  const login = { subject, tenant: "ext", email: `${subject}@ext.example`, ...more };
  codeOf(await agent.follow(await new IsvBackEnd(fixture).accept(challenge, login)));
}

async function mintFor(sub: string, more: Record<string, unknown> = {}): Promise<void> {
  await exchange(fixture.issuer, await signSubject(fixture.issuer, { sub, tenant: "ext", ...more }));
}

async function decideOffline(decision: "allow" | "revoke"): Promise<void> {
  await tenants.updateTenant(operator, { id: "acme", presence: "offline" });
  const agent = new UserAgent();
  await signIn(agent);
  const page = await agent.follow(`${fixture.issuer}/account/applications`);
  await agent.submit(page, { decision }, "/account/applications");
}

async function sendOnFactors(act: string): Promise<void> {
  const url = `${fixture.issuer}/account/factors`;
  await withApp.submit(await withApp.follow(url), { act }, "/account/factors");
}

const passkeys = () =>
  passkeysOf({
    db: fixture.db,
    clock: systemClock,
    issuer: fixture.issuer,
    secrets: fixture.config.secrets,
  }) ?? assert.fail("passkeys work at the fixture's issuer");

async function addAPasskey() {
  const account = (await findAccountByLogin(fixture.db, email)) ?? assert.fail();
  const session = { account, sessionUid: "s" };
  const device = new SoftwareAuthenticator(new URL(fixture.issuer).origin);
  const answer = device.create((await offerEnrolment(passkeys(), session, "ISV")) as Question);
  const { passkey: added } = await addPasskey(passkeys(), session, { answer, name: "" }, async () => {});
  return { id: added.id, accountId: account.id, actor: `account:${account.id}`, device };
}

const keyContext = () => ({
  ...operator,
  policy: keyPolicyOf(fixture.config),
  sealer: createKeySealer(fixture.config.secrets),
  factorSeals: createFactorSeals(fixture.config.secrets),
  kms: undefined,
});

// The instance makes its next key by itself; where that comes between, the operator is told to run it again.
async function emergency(left = 5): Promise<void> {
  try {
    await rotateKeysInEmergency(keyContext());
  } catch (error) {
    if ((error as { code?: string }).code !== "key_in_use" || left === 0) throw error;
    await emergency(left - 1);
  }
}

const api = "https://api.example";
const newAccessor = {
  tenantId: "acme",
  applicationId: "11111111-2222-4333-8444-555555555555",
  retrieverId: "11111111-2222-4333-8444-666666666666",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  idcRegion: "us-east-1",
  qRegion: "us-east-1",
};

const ownRegistration = () => ({
  ownIssuer: "https://login.example.com",
  clientId: "isv-client",
  roleArn: "arn:aws:iam::111122223333:role/isv",
});
let onboarding: URL;
let app: App;
// The browser that signed in by it.
let withApp: UserAgent;
let onboarded: { agent: UserAgent; at: string };

/** An act, and whether it comes by HTTP: then its event carries address and request. */
type Act = { http: boolean; bySystem?: true; perform: () => Promise<unknown> };
const byHttp = (perform: Act["perform"]): Act => ({ http: true, perform });
const byOperation = (perform: Act["perform"]): Act => ({ http: false, perform });
/** What an instance does by itself, because somebody had caused it before. */
const bySystem = (perform: Act["perform"]): Act => ({ http: false, bySystem: true, perform });

// The outbox works beside.
async function untilAnother(type: AuditEventType, cause: () => Promise<unknown>): Promise<void> {
  const before = (await eventsOf(fixture.db, type)).length;
  await cause();
  while ((await eventsOf(fixture.db, type)).length === before)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

// In an order in which each finds what it needs.
const acts: Record<AuditEventType, Act> = {
  "sign_in.succeeded": byHttp(() => signIn()),
  "sign_in.continued": byHttp(async () => {
    const agent = new UserAgent();
    await signIn(agent);
    codeOf(await agent.follow(authorizationUrl(fixture, { prompt: "none", tenant: "acme" })));
  }),
  "sign_in.refused": byHttp(() =>
    signInAt(new UserAgent(), authorizationUrl(fixture, { tenant: "acme" }), email, "a wrong password"),
  ),
  "sign_in.attacked": byHttp(async () => {
    const login = "guessed@acme.example";
    const { keyHash, rate } = attemptKeysOf(login, { clientAddress: "192.0.2.1" }).account;
    // As others left it. A slow machine may pay an attempt off meanwhile: then they try again.
    for (let tries = 0; tries < 5; tries += 1) {
      const until_ms = Date.now() + rate.intervalMs * rate.burst - 1;
      await fixture
        .db("sign_in_attempts")
        .insert({ key_hash: keyHash, until_ms })
        .onConflict("key_hash")
        .merge();
      await signInAt(new UserAgent(), authorizationUrl(fixture, { tenant: "acme" }), login, "a guess");
      if ((await eventsOf(fixture.db, "sign_in.attacked")).length > 0) return;
    }
  }),
  "attack.noticed": byHttp(async () => {
    const deps = { db: fixture.db, clock: systemClock };
    for (let n = 0; n < noticedRates.client.burst; n += 1)
      await noticeGuess(deps, "client", "client third", { clientId: "third" });
    // A slow machine may pay a guess off meanwhile: then they go on. Refusals of one client are counted in one event, so
    // that of client.refused is another client's.
    while ((await eventsOf(fixture.db, "attack.noticed")).length === 0)
      await redeem(fixture, "x", {}, basic("third", "a-wrong-secret"));
  }),
  "sign_in.vouched": byHttp(() => handoff("eve")),
  "sign_in.rejected": byHttp(async () => {
    const challenge = await challengeOf(new UserAgent(), fixture, { tenant: "ext" });
    await new IsvBackEnd(fixture).call(`${challenge}/reject`, {});
  }),
  sign_out: byHttp(async () => {
    const agent = new UserAgent();
    await signIn(agent);
    const page = await agent.follow(`${fixture.issuer}/session/end?client_id=app`);
    await agent.submit(page, { logout: "yes" }, "/confirm");
  }),
  "token.issued": byHttp(async () => redeem(fixture, await signIn())),
  "token.minted": byHttp(() =>
    mintFor("mia", { email: "mia@ext.example", auth_time: Math.floor(Date.now() / 1000) }),
  ),
  "token.refused": byHttp(() => mintFor("noa", { tenant: "nowhere" })),
  "token.revoked": byHttp(async () => {
    const { body } = await redeem(fixture, await signIn());
    const url = new URL("/token/revocation", fixture.issuer);
    await postForm(url, { token: String(body["refresh_token"]) }, basic("app"));
  }),
  "code.reused": byHttp(async () => {
    const code = await signIn();
    await redeem(fixture, code);
    await redeem(fixture, code);
  }),
  "refresh_token.reused": byHttp(async () => {
    const { body } = await redeem(fixture, await signIn());
    await refresh(fixture, body["refresh_token"]);
    await refresh(fixture, body["refresh_token"]);
  }),
  "client.refused": byHttp(() => redeem(fixture, "x", {}, basic("app", "a-wrong-secret"))),
  "consent.granted": byHttp(async () => {
    const agent = new UserAgent();
    const page = await signInAt(
      agent,
      authorizationUrl(fixture, { client_id: "third", tenant: "acme" }),
      email,
    );
    await agent.submit(page, { decision: "allow" }, "/consent");
    await decideOffline("allow");
  }),
  "consent.revoked": byHttp(() => decideOffline("revoke")),
  "account.created": byHttp(() => handoff("zoe")),
  "account.email_set": byHttp(() => handoff("zoe", { email: "zoe.new@ext.example" })),
  "account.email_verified": byOperation(async () => {
    await updateUser(operator, { user: email, emailVerified: false });
    await updateUser(operator, { user: email, emailVerified: true });
  }),
  "account.email_proven": byHttp(async () => {
    const account = await addPerson(fixture.db, { email: "proof@acme.example", emailVerified: false });
    const { secret } = await createAccountLink(
      fixture.db,
      "address_proof",
      { ...account, email: "proof@acme.example" },
      new Date(),
    );
    const agent = new UserAgent();
    await agent.submit(
      await agent.follow(`${fixture.issuer}/account/address?token=${secret}`),
      {},
      "/address",
    );
  }),
  "account.invited": byOperation(() =>
    inviteUser(operator, { email: "invited@acme.example", tenantId: "acme" }),
  ),
  "account.invitation_withdrawn": byOperation(async () => {
    await inviteUser(operator, { email: "withdrawn@acme.example" });
    await withdrawInvitation(operator, { user: "withdrawn@acme.example" });
  }),
  "account.mail_returned": bySystem(() =>
    untilAnother("account.mail_returned", () =>
      inviteUser(operator, { email: "refused.first@acme.example" }),
    ),
  ),
  "account.link_made": bySystem(() =>
    untilAnother("account.link_made", () => inviteUser(operator, { email: "linked@acme.example" })),
  ),
  "mail.failed": bySystem(() =>
    untilAnother("mail.failed", () => inviteUser(operator, { email: "refused@acme.example" })),
  ),
  "logout.failed": bySystem(() =>
    untilAnother("logout.failed", async () => {
      const { id: accountId } = (await findAccountByLogin(fixture.db, email)) as { id: string };
      const client_id = "deaf";
      await addClient(fixture.db, { client_id, backchannel_logout_uri: "https://deaf.invalid/out" });
      const ended = { clientId: client_id, accountId, sessionUid: "gone", sid: "s" };
      // A day ago: the instance takes it, and gives it up.
      await putLogouts(fixture.db, [ended], new Date(Date.now() - logoutLife.worthMs));
    }),
  ),
  "mail.retried": byOperation(async () => {
    const [failed] = (await listMails(operator, { state: "failed" })).mails;
    await retryMail(operator, { mail: failed?.id });
  }),
  "account.name_set": byHttp(() => handoff("zoe", { name: "Zoe" })),
  "account.password_set": byOperation(() => access.setUserPassword(operator, { user: email, password })),
  // Set up while signing in, because the application asks for it.
  "factor.added": byHttp(async () => {
    const agent = new UserAgent();
    const url = authorizationUrl(fixture, { tenant: "acme", acr_values: "urn:tti:acr:mfa" });
    const page = await signInAt(agent, url, email);
    app = appOnPage(page);
    const shown = await typeCode(agent, page, app.codeAt(Date.now()));
    app = { ...app, recoveryCodes: codesOnPage(shown) };
    codeOf(await agent.submit(shown, {}, "/factor"));
  }),
  "factor.recovery_used": byHttp(async () => {
    const agent = new UserAgent();
    const page = await signInAt(agent, authorizationUrl(fixture, { tenant: "acme" }), email);
    const recovery = await agent.follow(`${page.url}?use=recovery_code`);
    codeOf(await typeCode(agent, recovery, app.recoveryCodes[0] ?? ""));
    withApp = agent;
  }),
  "factor.codes_renewed": byHttp(async () => {
    await sendOnFactors("codes");
  }),
  "factor.removed": byHttp(async () => {
    await sendOnFactors("remove");
  }),
  "account.disabled": byOperation(() => access.disableUser(operator, { user: email })),
  "account.enabled": byOperation(() => access.enableUser(operator, { user: email })),
  "account.deleted": byOperation(() => deleteUser(operator, { user: "zoe" })),
  "passkey.added": byOperation(async () => {
    await addAPasskey();
  }),
  "passkey.renamed": byOperation(async () => {
    const act = await addAPasskey();
    await fixture.db.transaction((trx) => namePasskey(trx, { ...act, name: "Phone" }, new Date()));
  }),
  "passkey.removed": byOperation(async () => {
    const act = { ...(await addAPasskey()), notice: { by: "administration" } } as const;
    await fixture.db.transaction((trx) => removePasskey(trx, act, new Date()));
  }),
  "passkey.cloned": byOperation(async () => {
    const { device } = await addAPasskey();
    const copy = device.copied();
    const signIn = { interactionUid: "i", browserKey: "b" };
    const use = async (by: SoftwareAuthenticator) =>
      provePasskey(passkeys(), signIn, by.get((await offerPasskey(passkeys(), signIn)) as Question));
    await use(device);
    await use(copy).catch(() => undefined);
  }),
  // Takes the passkeys of above as well: from here on the password is enough again.
  "factor.reset": byOperation(() => resetUserFactors(operator, { user: email })),
  "session.ended": byOperation(async () => {
    await redeem(fixture, await signIn());
    await access.signUserOut(operator, { user: email });
  }),
  "grant.revoked": byOperation(async () => {
    await redeem(fixture, await signIn());
    const [grant] = (await listUserGrants(operator, { user: email })).grants;
    await revokeGrant(operator, { user: email, grant: grant?.id });
  }),
  "tenant.created": byOperation(() => tenants.createTenant(operator, { id: "newco" })),
  "tenant.updated": byOperation(() => tenants.updateTenant(operator, { id: "newco", name: "New Co" })),
  "tenant.branded": byOperation(() => setTenantBrand(operator, { id: "newco", color: "#0b6b53" })),
  "tenant.disabled": byOperation(() => tenantAccess.disableTenant(operator, { id: "newco" })),
  "tenant.enabled": byOperation(() => tenantAccess.enableTenant(operator, { id: "newco" })),
  "tenant.offboarded": byOperation(async () => {
    await tenants.createTenant(operator, { id: "leaving" });
    await offboardTenant({ ...operator, ownRegistration }, { tenantId: "leaving", displayName: "ISV" });
  }),
  "tenant.deleted": byOperation(async () => {
    await tenants.createTenant(operator, { id: "gone" });
    await deleteTenant(operator, { id: "gone" });
  }),
  "membership.created": byOperation(() =>
    members.addUserToTenant(operator, { user: email, tenantId: "newco" }),
  ),
  "membership.updated": byOperation(() =>
    members.updateMember(operator, { user: email, tenantId: "newco", role: "admin" }),
  ),
  "membership.deleted": byOperation(() =>
    members.removeMember(operator, { user: email, tenantId: "newco", allowNoAdmin: true }),
  ),
  "domain.added": byOperation(async () => {
    const claim = await domains.addDomain(operator, { tenantId: "acme", domain: "acme.example" });
    txt = [[claim.record.value]];
  }),
  "domain.verified": byOperation(() =>
    domains.verifyDomain(operator, { tenantId: "acme", domain: "acme.example", shared: true }),
  ),
  "domain.removed": byOperation(() =>
    domains.removeDomain(operator, { tenantId: "acme", domain: "acme.example" }),
  ),
  "client.created": byOperation(() =>
    createClient(operator, { clientId: "made", redirectUris: ["https://made.example/cb"] }),
  ),
  "client.updated": byOperation(() => updateClient(operator, { clientId: "made", name: "Made" })),
  "client.secret_rotated": byOperation(() =>
    clientSecrets.rotateClientSecret(operator, { clientId: "made" }),
  ),
  "client.old_secret_ended": byOperation(async () => {
    await clientSecrets.rotateClientSecret(operator, { clientId: "made", overlapSeconds: 60 });
    return clientSecrets.endOldSecret(operator, { clientId: "made" });
  }),
  "client.disabled": byOperation(() => clientAccess.disableClient(operator, { clientId: "made" })),
  "client.enabled": byOperation(() => clientAccess.enableClient(operator, { clientId: "made" })),
  "client.deleted": byOperation(() => clientAccess.deleteClient(operator, { clientId: "made" })),
  "resource.created": byOperation(() =>
    resources.createResource(operator, { identifier: api, name: "API", scopes: { read: "Read" } }),
  ),
  "resource.updated": byOperation(() =>
    resources.updateResource(operator, { identifier: api, name: "An API" }),
  ),
  "resource.allowed": byOperation(async () => {
    await resourceRights.allowResource(operator, {
      identifier: api,
      clientId: "search",
      ownScopes: ["read"],
    });
    await resourceRights.allowResource(operator, { identifier: api, clientId: appId, scopes: ["read"] });
  }),
  "token.issued_to_client": byHttp(async () => {
    const asked = { grant_type: "client_credentials", scope: "read", resource: api };
    await postForm(new URL("/token", fixture.issuer), asked, basic("search", clientSecret));
  }),
  "resource.disallowed": byOperation(() =>
    resourceRights.disallowResource(operator, { identifier: api, clientId: appId }),
  ),
  "resource.deleted": byOperation(() => resources.deleteResource(operator, { identifier: api })),
  "accessor.created": byOperation(() => accessors.createAccessor(operator, newAccessor)),
  "search.made": byHttp(async () => {
    await tenants.updateTenant(operator, { id: "acme", presence: "within 12" });
    await signIn();
    const body = { user: email, query: "q" };
    await callApi("/v1/tenants/acme/search", await accessToken("search", "tti:search"), body);
  }),
  "accessor.tried": byHttp(async () => {
    const token = await accessToken("admin", "tti:admin");
    await callApi("/v1/tenants/acme/accessors/default/trials", token, { user: email });
  }),
  "installation.examined": byHttp(async () =>
    callApi("/v1/doctor", await accessToken("admin", "tti:admin"), {}),
  ),
  "accessor.deleted": byOperation(() => accessors.deleteAccessor(operator, { tenantId: "acme" })),
  "audit.pruned": byOperation(async () => {
    const seals = createBlockSeals(fixture.config.secrets);
    await sealNextBlock(fixture.db, seals, systemClock());
    const clock = () => new Date(Date.now() + 2 * 86_400_000);
    const chain = { loginNames: createLoginNames([]), blockSeals: seals, auditRetentionDays: 1 };
    await pruneEvents({ ...operator, ...chain, clock }, {});
  }),
  "onboarding.link_made": byOperation(async () => {
    onboarding = new URL(
      (await onboardingLinks.makeLink({ ...operator, ownRegistration }, { tenantId: "acme" })).url,
    );
  }),
  "onboarding.link_opened": byHttp(async () => {
    const agent = new UserAgent();
    const question = await agent.follow(`${fixture.issuer}${onboarding.pathname}${onboarding.search}`);
    const page = await agent.submit(question, {});
    onboarded = { agent, at: page.url.href };
  }),
  "onboarding.downloaded": byHttp(() => onboarded.agent.follow(`${onboarded.at}/pack.zip`)),
  "onboarding.tested": byHttp(async () => {
    await accessors.createAccessor(operator, newAccessor);
    const asked = await onboarded.agent.follow(`${onboarded.at}/test`);
    await onboarded.agent.submit(asked, { person: email });
  }),
  "onboarding.link_revoked": byOperation(() => onboardingLinks.revokeLink(operator, { tenantId: "acme" })),
  "admin.first_link_made": byOperation(() => makeFirstLink(operator)),
  "admin.created": byOperation(async () => {
    await administrators.createAdministrator(operator, { email: "own@isv.example", role: "owner" });
    await administrators.createAdministrator(operator, { email: "ops@isv.example", role: "operator" });
  }),
  "admin.updated": byOperation(() =>
    administrators.updateAdministrator(operator, { user: "ops@isv.example", role: "auditor" }),
  ),
  "admin.removed": byOperation(() =>
    administrators.removeAdministrator(operator, { user: "ops@isv.example" }),
  ),
  "admin.signed_in": byHttp(async () => {
    const email = "console@isv.example";
    await administrators.createAdministrator(operator, { email, role: "auditor", password });
    await signInToConsole({ origin: fixture.server.adminUrl }, new UserAgent(), email);
  }),
  "credential.created": byOperation(() =>
    credentials.createCredential(operator, { name: "report", role: "auditor", tenantId: "acme" }),
  ),
  "credential.revoked": byOperation(async () => {
    const { id } = await credentials.createCredential(operator, { name: "short", role: "owner" });
    await credentials.revokeCredential(operator, { credential: id });
  }),
  "admin.refused": byHttp(async () => callApi("/v1/users", await accessToken("search", "tti:search"))),
  "admin.read": byHttp(async () => callApi("/v1/users", await accessToken("admin", "tti:admin"))),
  "people.exported": byHttp(async () =>
    callApi("/v1/exports/users", await accessToken("admin", "tti:admin")),
  ),
  "key.rotated": byOperation(emergency),
  "key.resealed": byOperation(async () => {
    const [secret = ""] = fixture.config.secrets;
    await keys.reseal({
      ...keyContext(),
      sealer: createKeySealer([Buffer.alloc(32, 9), secret as Uint8Array]),
    });
    await keys.reseal({
      ...keyContext(),
      sealer: createKeySealer([secret as Uint8Array, Buffer.alloc(32, 9)]),
    });
  }),
  "key.revoked": byOperation(emergency),
  "key.destroyed": byOperation(emergency),
  "store.backed_up": byOperation(async () => {
    const folder = mkdtempSync(join(tmpdir(), "tti-backup-"));
    const { dataDir, secrets } = fixture.config;
    const note = { madeAtMs: Date.now(), version: "1" };
    const out = join(folder, "tti.backup");
    await makeBackup({ dataDir, secrets, out, note, actor: "cli:test", say: () => undefined });
    rmSync(folder, { recursive: true });
  }),
  "store.moved": byOperation(() =>
    recordMove(
      fixture.db,
      { id: "m1", place: "data", schema: "s" },
      { actor: "cli:test", now: systemClock, tables: [] },
      { from: "data", rows: 1, anchor: "1:00", tables: {} },
    ),
  ),
  "store.restored": byOperation(() =>
    afterRestore(fixture.db, { actor: "cli:test", keep: false, backupMadeAtMs: 1 }, systemClock()),
  ),
};

/** What is counted of an act, beside its event. */
const counted: Partial<Record<AuditEventType, readonly string[]>> = {
  "sign_in.succeeded": ['tti_sign_ins_total{outcome="succeeded",method="password"}'],
  "sign_in.continued": ['tti_sign_ins_total{outcome="continued",method="session"}'],
  "sign_in.refused": [
    'tti_sign_ins_total{outcome="refused",method="password"}',
    'tti_refusals_total{at="sign_in",code="invalid_credentials"}',
  ],
  "sign_in.attacked": ['tti_attacks_total{kind="account"}'],
  "attack.noticed": ['tti_attacks_total{kind="client"}'],
  "sign_in.vouched": ['tti_sign_ins_total{outcome="succeeded",method="handoff"}'],
  "sign_in.rejected": ['tti_sign_ins_total{outcome="refused",method="handoff"}'],
  "token.issued": ['tti_tokens_issued_total{grant="authorization_code"}'],
  "token.issued_to_client": ['tti_tokens_issued_total{grant="client_credentials"}'],
  "token.minted": ['tti_tokens_minted_total{by="assertion"}'],
  "token.refused": ['tti_refusals_total{at="token",code="tenant_not_allowed"}'],
  "search.made": ['tti_search_pages_total{outcome="refused",step="assume-role-with-tag"}'],
  "code.reused": ['tti_token_reuses_total{kind="code"}'],
  "refresh_token.reused": [
    'tti_token_reuses_total{kind="refresh_token"}',
    'tti_tokens_issued_total{grant="refresh_token"}',
  ],
  "client.refused": ['tti_refusals_total{at="client",code="other"}'],
  "admin.refused": ['tti_refusals_total{at="administration",code="forbidden"}'],
  "mail.failed": ['tti_mails_total{outcome="failed"}'],
  "account.link_made": ['tti_mails_total{outcome="sent"}'],
  "factor.recovery_used": ['tti_second_steps_total{outcome="succeeded",method="recovery_code"}'],
};

async function countOf(series: string): Promise<number> {
  const answer = await fetch(new URL("/metrics", fixture.server.adminUrl), {
    headers: { authorization: `Bearer ${metricsKey}` },
  });
  const line = (await answer.text()).split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
}

const partyField = { tenant: "tenantId", account: "accountId", client: "clientId" } as const;

for (const [name, { http, perform, bySystem: itself = false }] of Object.entries(acts)) {
  const type = name as AuditEventType;
  const entry: {
    always?: readonly EventParty[];
    sometimes?: readonly EventParty[];
    details: Readonly<Record<string, string>>;
  } = auditEventTypes[type];

  test(`${type} is written by the act itself, and says what the list says`, async () => {
    const known = new Set((await eventsOf(fixture.db, type, { limit: 9999 })).map(({ id }) => id));
    const series = counted[type] ?? [];
    const before = await Promise.all(series.map(countOf));
    await perform();
    // Beside the act the instance looks after its keys by itself; key_events.test.ts judges what it writes.
    const fresh = (await eventsOf(fixture.db, type, { limit: 9999 })).filter(
      ({ id, actor }) => !known.has(id) && (actor === "system") === itself,
    );
    assert.ok(fresh.length > 0, "the act left no event");
    for (const [place, one] of series.entries()) {
      // What the outbox does comes a moment after its event.
      while (itself && (await countOf(one)) === before[place])
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok((await countOf(one)) > (before[place] ?? 0), `${one} counted nothing`);
    }
    for (const event of fresh) {
      for (const party of entry.always ?? []) assert.ok(event[partyField[party]], `${party} is missing`);
      const named = Object.entries(partyField).filter(([, field]) => event[field] !== undefined);
      const allowed: readonly string[] = [...(entry.always ?? []), ...(entry.sometimes ?? [])];
      assert.deepEqual(
        named.filter(([party]) => !allowed.includes(party)),
        [],
      );
      assert.deepEqual(
        Object.keys(event.details).filter((detail) => !(detail in entry.details)),
        [],
      );
      assert.match(event.actor, itself ? /^system$/ : /^(cli:|client:|account:|onboarding:|nobody$)/);
      assert.equal(event.address !== undefined, http, "address");
      assert.equal(event.requestId !== undefined, http, "request id");
    }
  });
}

test("the table holds every type there is", () => {
  assert.deepEqual(Object.keys(acts).sort(), Object.keys(auditEventTypes).sort());
});
