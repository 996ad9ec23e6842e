// An organization of one's own that is shut to one's sign-in: every reason, on every page that tells of it (an application's
// sign-in, a device's, the account, the portal), in words, with the way in and the event; and the passkey that is asked for first.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inviteUser } from "../../../src/admin/operations/invitation.ts";
import { addUserToTenant } from "../../../src/admin/operations/members.ts";
import { listUserSessions } from "../../../src/admin/operations/user_sessions.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { createLoginNames } from "../../../src/audit/login_names.ts";
import { personPlace } from "../../../src/console/pages/person.ts";
import type { Visit as PlaceVisit } from "../../../src/console/place.ts";
import { grantTypes } from "../../../src/grants_and_scopes.ts";
import { createAccountLink } from "../../../src/provider/accounts/account_link_store.ts";
import { type Account, findAccount } from "../../../src/provider/accounts/account_store.ts";
import { askForAddress } from "../../../src/provider/links/change_address.ts";
import { linkUrl, newAddressPath } from "../../../src/provider/links/link_addresses.ts";
import { addPasskey, offerEnrolment } from "../../../src/provider/passkeys/enrol_passkey.ts";
import { passkeysOf } from "../../../src/provider/passkeys/passkey_deps.ts";
import { readVouched, voucherOf } from "../../../src/provider/sessions/voucher.ts";
import type { Place } from "../../../src/provider/subjects/places.ts";
import { firstShut, toldPlaces, whyShut } from "../../../src/provider/subjects/shut_place.ts";
import { leavesNone, reachOfAddress } from "../../../src/provider/tenants/address_reach.ts";
import { createDomain, saveDomainVerified } from "../../../src/provider/tenants/domain_store.ts";
import {
  createMembership,
  deleteMembership,
  saveRole,
} from "../../../src/provider/tenants/membership_store.ts";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { eventsOf } from "../../audit/audit_world.ts";
import { cliContext } from "../../support/cli_context.ts";
import { exchange } from "../grants/mint_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getCode,
  getUserinfo,
  postToken,
  redeem,
} from "../support/authorization.ts";
import { askForDevice, deviceLetIn, goOnWithCode, pollForDevice } from "../support/device.ts";
import { addClient, addPerson, password, redirectUri, useProvider } from "../support/provider_fixture.ts";
import { type App, giveApp, typeCode } from "../support/second_factor.ts";
import { type Question, SoftwareAuthenticator } from "../support/software_authenticator.ts";
import { UserAgent, unescapeHtml, type Visit } from "../support/user_agent.ts";

let nowMs = Date.now();
const now = (): Date => new Date(nowMs);
const fixture = useProvider(
  { clock: now, writesMeanwhile: true, environment: { TTI_REQUIRE_VERIFIED_DOMAIN: "true" } },
  async () => {
    await addClient(fixture.db, {
      client_id: "app",
      grant_types: ["authorization_code", "refresh_token", grantTypes.deviceCode],
      redirect_uris: [redirectUri],
    });
  },
);

/** An administrator of an organization of their own. */
interface Owner {
  account: Account;
  email: string;
  tenant: string;
  app: App | undefined;
  device: SoftwareAuthenticator | undefined;
}

let made = 0;
async function owner(has: { app?: true; passkey?: true; proven?: false; verified?: false }): Promise<Owner> {
  made += 1;
  const tenant = `org${made}`;
  const email = `p${made}@${tenant}.example`;
  const { db } = fixture;
  const account = await addPerson(db, { email, tenants: [tenant], emailVerified: has.verified ?? true });
  await saveRole(db, { tenantId: tenant, accountId: account.id }, { was: "member", is: "admin" });
  if (has.proven !== false) {
    const claim = { tenantId: tenant, domain: `${tenant}.example` };
    await createDomain(db, { ...claim, challenge: "one" }, now());
    await saveDomainVerified(db, { ...claim, shared: false }, now());
  }
  nowMs += 600_000;
  const app = has.app && (await giveApp(fixture, account, now()));
  return { account, email, tenant, app, device: has.passkey && (await enrol(account.id)) };
}

async function enrol(id: string): Promise<SoftwareAuthenticator> {
  const { db, issuer, config } = fixture;
  const deps = passkeysOf({ db, issuer, clock: now, secrets: config.secrets }) ?? assert.fail();
  const device = new SoftwareAuthenticator(new URL(issuer).origin);
  const session = { account: (await findAccount(db, id)) ?? assert.fail(), sessionUid: "s" };
  const answer = device.create((await offerEnrolment(deps, session, "ISV")) as Question);
  await addPasskey(deps, session, { answer, name: "" }, async () => {});
  return device;
}

const change = (tenant: string, changes: Parameters<typeof saveTenant>[2]) =>
  saveTenant(fixture.db, tenant, changes, now());

/** Signs in at the account, with a code where one is asked for. */
async function signIn({ email, app }: Owner, agent = new UserAgent()): Promise<UserAgent> {
  const login = await agent.follow(`${fixture.issuer}/account`);
  const page = await agent.submit(login, { email, password }, "/login");
  if (page.url.pathname.endsWith("/factor")) await typeCode(agent, page, app?.codeAt(nowMs) ?? "");
  assert.equal((await agent.follow(`${fixture.issuer}/account`)).url.pathname, "/account");
  return agent;
}

/** Types the password again where a page asks for it, as a person would. */
async function onward(agent: UserAgent, page: Visit, { email, app }: Owner): Promise<Visit> {
  if (!/name="password"/.test(page.text)) return page;
  const next = await agent.submit(page, { email, password }, "/login");
  if (app === undefined || !/name="code"/.test(next.text)) return next;
  nowMs += 60_000;
  return typeCode(agent, next, app.codeAt(nowMs));
}

const pages = {
  account: async (agent: UserAgent) => agent.follow(`${fixture.issuer}/account`),
  portal: async (agent: UserAgent) => agent.follow(`${fixture.issuer}/portal`),
  application: async (agent: UserAgent, person: Owner) =>
    onward(agent, await agent.follow(authorizationUrl(fixture, { tenant: person.tenant })), person),
  device: async (agent: UserAgent, person: Owner) => {
    const { body } = await askForDevice(fixture, "app", { tenant: person.tenant });
    return onward(agent, await goOnWithCode(agent, fixture, body["user_code"]), person);
  },
};
type PageName = keyof typeof pages;

/** What a page says, and where it links to. */
type Told = [words: RegExp, link?: RegExp];
const again = /href="[^"]*\/auth\?[^"]*prompt=login[^"]*"[^>]*>Sign in once more/;
const addOne = /href="\/account\/passkeys"[^>]*>Add a passkey to your account/;
const prove = (tenant: string) => new RegExp(`href="/portal/${tenant}/domains"`);

/** Each reason: who, what becomes so after they signed in, what each page says, and what the trail says of the application's. */
interface Row {
  has: Parameters<typeof owner>[0];
  becomes?: (person: Owner) => Promise<unknown>;
  told: (person: Owner) => Record<PageName, Told>;
  /** Of the application's sign-in; absent: it leads on and refuses nothing. */
  refused?: { by: string; reason: string };
}

const passkeyAsked: Told = [/Your organization asks for a passkey\. A code does not do here\./];
const setUpAsked: Told = [/Set up a second step/];
const addedOnTheWay: Told = [/Add a passkey to go on/];
const elsewhere: Told = [/Your organization signs in elsewhere/];
const domainAsked = ({ tenant }: Owner): Told => [
  /has not yet proven that it owns the domain/,
  prove(tenant),
];
const addressAsked: Told = [/has not been confirmed/, /href="\/account\/email"/];

const rows: Record<string, Row> = {
  "a code where a passkey is required, of who has one": {
    has: { app: true, passkey: true },
    becomes: ({ tenant }) => change(tenant, { requiredFactor: "passkey" }),
    told: () => ({
      application: passkeyAsked,
      device: passkeyAsked,
      account: [/It asks for a passkey, and this sign-in was made without one/, again],
      portal: [/It asks for a passkey/, again],
    }),
  },
  "a code where a passkey is required, of who has none": {
    has: { app: true },
    becomes: ({ tenant }) => change(tenant, { requiredFactor: "passkey" }),
    told: () => ({
      application: addedOnTheWay,
      device: addedOnTheWay,
      account: [/It asks for a passkey, and this sign-in was made without one/, addOne],
      portal: [/It asks for a passkey/, addOne],
    }),
  },
  "a password where a second step is required": {
    has: {},
    becomes: ({ tenant }) => change(tenant, { requiredFactor: "any" }),
    told: () => ({
      application: setUpAsked,
      device: setUpAsked,
      account: [/It asks for a second step, and this sign-in has none/, again],
      portal: [/It asks for a second step/, again],
    }),
  },
  "a domain that is not proven": {
    has: { proven: false },
    told: (person) => ({
      application: domainAsked(person),
      device: domainAsked(person),
      account: [/It has not yet proven the domain of your e-mail address/, prove(person.tenant)],
      portal: [/<h1>People<\/h1>/],
    }),
    refused: { by: "password", reason: "email_domain_not_verified" },
  },
  "an address that is not confirmed": {
    has: { verified: false },
    told: () => ({
      application: addressAsked,
      device: addressAsked,
      account: [/Your e-mail address is not confirmed\. Until then/, /href="\/account\/email"/],
      portal: [/<h1>People<\/h1>/],
    }),
    refused: { by: "password", reason: "email_not_verified" },
  },
  "an organization that signs in elsewhere": {
    has: {},
    becomes: ({ tenant }) => change(tenant, { loginMethod: "handoff" }),
    told: () => ({
      application: elsewhere,
      device: elsewhere,
      account: [/You sign in to it elsewhere/],
      portal: [/You sign in to it elsewhere/],
    }),
    refused: { by: "password", reason: "login_method_not_allowed" },
  },
  "a sign-in that is older than the organization has it": {
    has: {},
    becomes: async ({ tenant }) => {
      await change(tenant, { sessionLifeMs: 60_000 });
      nowMs += 60_000;
    },
    told: () => ({
      application: [/callback\?code=/],
      device: [/Device connected/],
      account: [/Your sign-in for it is over/, again],
      portal: [/Your sign-in for it is over/, again],
    }),
  },
  "no membership at all": {
    has: {},
    becomes: ({ tenant, account }) => deleteMembership(fixture.db, tenant, account.id, now()),
    told: () => ({
      application: [/Your account has no access here/, /\/interaction\/[^"]*\/login/],
      device: [/Your account has no access here/],
      account: [/You belong to none yet/],
      portal: [/You administer no organization/],
    }),
    refused: { by: "password", reason: "not_a_member" },
  },
};

describe("a shut organization is told with its reason", () => {
  for (const [name, { has, becomes, told, refused }] of Object.entries(rows)) {
    test(name, async () => {
      const person = await owner(has);
      const agent = await signIn(person);
      await becomes?.(person);
      for (const page of Object.keys(pages) as PageName[]) {
        const [words, link] = told(person)[page];
        const shown = await pages[page](agent, person);
        assert.match(shown.text, words, `${page}: ${shown.url} ${shown.text}`);
        if (link !== undefined) assert.match(unescapeHtml(shown.text), link, `${page}: ${shown.text}`);
      }
      const events = await eventsOf(fixture.db, "sign_in.refused", { clientId: "app" });
      const own = events.filter(({ accountId }) => accountId === person.account.id);
      assert.deepEqual(own[0]?.details, refused, JSON.stringify(own));
    });
  }
});

/** What becomes of an organization, and what everything that came of a password before answers from then on. */
const shutToTokens: Record<string, [becomes: (person: Owner) => Promise<unknown>, code: string]> = {
  "a second step is required": [({ tenant }) => change(tenant, { requiredFactor: "any" }), "factor_required"],
  "a passkey is required": [
    ({ tenant }) => change(tenant, { requiredFactor: "passkey" }),
    "passkey_required",
  ],
  "its people sign in elsewhere": [
    ({ tenant }) => change(tenant, { loginMethod: "handoff" }),
    "login_method_not_allowed",
  ],
  "the sign-in was ended, and a second step is required": [
    async ({ tenant, account }) => {
      await fixture.db("accounts").where({ id: account.id }).increment("sign_in_generation");
      await change(tenant, { requiredFactor: "any" });
    },
    "tenant_not_vouched",
  ],
};

describe("what came of a sign-in that opens the organization no longer is refused with the same reason", () => {
  for (const [name, [becomes, code]] of Object.entries(shutToTokens)) {
    test(name, async () => {
      const person = await owner({});
      const client = `held-by-${person.tenant}`;
      await addClient(fixture.db, {
        client_id: client,
        grant_types: ["authorization_code", "refresh_token", grantTypes.deviceCode, grantTypes.tokenExchange],
        allowed_tenants: [person.tenant],
      });
      const agent = new UserAgent();
      const asked = { client_id: client, tenant: person.tenant };
      const first = await getCode(fixture, person.email, asked, agent);
      const { body: held } = await redeem(fixture, first, {}, basic(client));
      const another = codeOf(await agent.follow(authorizationUrl(fixture, asked)));
      const device = await deviceLetIn(agent, fixture, client, { tenant: person.tenant });
      await becomes(person);

      const token = String(held["access_token"]);
      const subject = { subject_token_type: "urn:ietf:params:oauth:token-type:access_token" };
      const renewal = { grant_type: "refresh_token", refresh_token: String(held["refresh_token"]) };
      const answers = {
        code: await redeem(fixture, another, {}, basic(client)),
        refresh: await postToken(fixture, renewal, basic(client)),
        device: await pollForDevice(fixture, client, device),
        exchange: await exchange(fixture.issuer, token, subject, client),
        userinfo: await getUserinfo(fixture, token),
      };
      const told = Object.entries(answers).map(([way, { body }]) => [
        ...[way, body["error"], String(body["error_description"]).split(":")[0]],
      ]);
      const expected = Object.keys(answers).map((way) => [
        ...[way, way === "userinfo" ? "invalid_token" : "invalid_grant", code],
      ]);
      assert.deepEqual(told, expected, JSON.stringify(answers));
      const events = await eventsOf(fixture.db, "token.refused", { clientId: client });
      assert.deepEqual(
        events.map(({ details }) => details["reason"]),
        events.map(() => code),
      );
      assert.equal(events.length, 4, JSON.stringify(events));
    });
  }
});

const questionOf = (page: Visit): Question => {
  const question = /data-question="([^"]*)"/.exec(page.text)?.[1] ?? assert.fail(`no question: ${page.text}`);
  return JSON.parse(unescapeHtml(question)) as Question;
};

test("where a passkey is required a code is not asked for, and none that is sent all the same does", async () => {
  const person = await owner({ app: true, passkey: true });
  await change(person.tenant, { requiredFactor: "passkey" });
  const agent = new UserAgent();
  const begun = await agent.follow(authorizationUrl(fixture, { tenant: person.tenant }));
  const page = await agent.submit(begun, { email: person.email, password }, "/login");
  assert.match(page.text, /A code does not do here/);
  assert.doesNotMatch(page.text, /name="code"|use=recovery_code/);
  const [recovery = ""] = person.app?.recoveryCodes ?? [];
  for (const [use, code] of [
    ["totp", person.app?.codeAt(nowMs) ?? ""],
    ["recovery_code", recovery],
  ] as const) {
    const body = new URLSearchParams({ use, code });
    const refused = await agent.follow(page.url, { method: "POST", body });
    assert.equal(refused.status, 403);
    assert.match(refused.text, /Your organization asks for a passkey, and a code does not do/);
    const events = await eventsOf(fixture.db, "sign_in.refused", { clientId: "app" });
    // Both are of one moment.
    const event = events.find(
      ({ accountId, details }) => accountId === person.account.id && details["by"] === use,
    );
    assert.deepEqual(event?.details, { by: use, reason: "passkey_required" });
    assert.equal(event?.tenantId, person.tenant);
  }
  assert.equal((await fixture.db("recovery_codes").where("account_id", person.account.id)).length, 10);
  const anew = await agent.follow(page.url);
  const answer = person.device?.get(questionOf(anew)) ?? assert.fail();
  codeOf(await agent.submit(anew, { answer }, "/passkey"));
});

test("where one of several organizations requires a passkey it is asked for first, and a code opens the others", async () => {
  const person = await owner({ app: true, passkey: true });
  const other = await owner({});
  await change(person.tenant, { requiredFactor: "passkey" });
  const claim = { tenantId: other.tenant, accountId: person.account.id, role: "member" } as const;
  await createMembership(fixture.db, claim, now());
  await fixture
    .db("memberships")
    .where({ tenant_id: other.tenant, account_id: person.account.id })
    .update({ email: `p@${other.tenant}.example` });
  const agent = new UserAgent();
  const begun = await agent.follow(authorizationUrl(fixture));
  const page = await agent.submit(begun, { email: person.email, password }, "/login");
  assert.match(page.text, /A code opens only what asks for none/);
  const at = (what: string) => page.text.indexOf(what);
  assert.ok(at("data-passkey") > 0 && at("data-passkey") < at('name="code"'));
  codeOf(await typeCode(agent, page, person.app?.codeAt(nowMs) ?? ""));
});

describe("the word of an application about one organization", () => {
  const place = (id: string, changes: Partial<Place> = {}): Place =>
    ({
      tenant: { id, loginMethod: "handoff", requiredFactor: "any" },
      ...{ membership: { role: "member" }, voucher: undefined, lacking: undefined, isOver: false },
      refusal: undefined,
      ...changes,
    }) as Place;
  const word = voucherOf(readVouched({ method: "handoff", tenantId: "acme", clientId: "isv" }), {
    ...{ amr: ["pwd"], acr: undefined, authTimeMs: 1 },
  });

  test("tells of none of the person's others", () => {
    const both = [place("acme"), place("globex")];
    assert.deepEqual(
      toldPlaces(both, [word]).map(({ tenant }) => tenant.id),
      ["acme"],
    );
    const own = { ...word, method: "password", tenantId: null } as const;
    assert.equal(toldPlaces(both, [word, own]).length, 2);
    assert.equal(toldPlaces(both, []).length, 0);
  });

  test("is refused for what it lacks, and what is soonest mended is told first", () => {
    assert.equal(whyShut(place("acme", { lacking: word })), "factor_required");
    assert.equal(whyShut(place("acme")), "login_method_not_allowed");
    assert.equal(whyShut(place("acme", { isOver: true })), "tenant_not_vouched");
    assert.equal(whyShut(place("acme", { voucher: word })), undefined);
    const several = [place("acme"), place("globex", { lacking: word })];
    assert.equal(firstShut(several)?.place.tenant.id, "globex");
    assert.equal(firstShut([place("acme", { voucher: word })]), undefined);
  });
});

describe("who would be shut out is warned by whatever does it", () => {
  const context = () => ({
    ...cliContext(fixture.db),
    warnsBy: { requireVerifiedDomain: true, allowNetworks: [] },
  });

  test("a person who is invited, made or added without a proven domain", async () => {
    const { tenant } = await owner({});
    const warned = /has not proven gmail\.example, so the user cannot sign in to it/;
    const invited = await inviteUser(context(), { email: `a@gmail.example`, tenantId: tenant });
    assert.match(invited.warnings?.[0] ?? "", warned);
    const memberships = [{ tenantId: tenant }];
    const words = "three blue kettles whistle";
    const created = await createUser(context(), { email: "b@gmail.example", password: words, memberships });
    assert.match(created.warnings?.[0] ?? "", warned);
    const other = await owner({});
    const added = await addUserToTenant(context(), { user: "b@gmail.example", tenantId: other.tenant });
    assert.match(added.warnings?.[0] ?? "", warned);
    const fine = await inviteUser(context(), { email: `c@${tenant}.example`, tenantId: tenant });
    assert.equal(fine.warnings, undefined);
  });

  test("a person who asks for an address that opens none of theirs, or confirms one", async () => {
    const { account, tenant, email } = await owner({});
    const ask = (wanted: string, requireVerifiedDomain = true) =>
      fixture.db.transaction((trx) =>
        askForAddress(trx, account, { email: wanted, requireVerifiedDomain }, now()),
      );
    await assert.rejects(ask("p@gmail.example"), { code: "email_domain_not_verified", field: "email" });
    assert.equal((await fixture.db("mails").where({ account_id: account.id })).length, 0);
    await ask("p@gmail.example", false);
    await ask(`other@${tenant}.example`);
    const agent = await signIn({ account, tenant, email, app: undefined, device: undefined });
    const of = { id: account.id, email, signInGeneration: account.signInGeneration };
    const link = await createAccountLink(
      fixture.db,
      "address_change",
      { ...of, newEmail: "p@gmail.example" },
      now(),
    );
    const page = await agent.follow(linkUrl(fixture.issuer, newAddressPath, link.secret));
    assert.match(page.text, /could not sign in any more: its domain is not proven at Tenant org\d+/);
    assert.doesNotMatch(page.text, /Yes, change it/);
    const body = new URLSearchParams({ token: link.secret });
    const sent = await agent.follow(`${fixture.issuer}${newAddressPath}`, { method: "POST", body });
    assert.match(sent.text, /This address would shut you out/);
    assert.equal((await findAccount(fixture.db, account.id))?.email, email);
  });

  test("what opens one of several is named, and not refused", async () => {
    const [{ account, tenant, email }, other] = [await owner({}), await owner({})];
    const membership = { tenantId: other.tenant, accountId: account.id, role: "member" } as const;
    await createMembership(fixture.db, membership, now());
    const wanted = `p@${other.tenant}.example`;
    const reach = await reachOfAddress(fixture.db, { id: account.id, email }, wanted, true);
    assert.deepEqual(reach, { lost: [`Tenant ${tenant}`], kept: 1 });
    assert.equal(leavesNone(reach), false);
  });
});

test("a session ends, as its list says, when the organizations it speaks for have it", async () => {
  const person = await owner({});
  await change(person.tenant, { sessionIdleMs: 900_000, sessionLifeMs: 8 * 3_600_000 });
  await signIn(person);
  const asked = { ...cliContext(fixture.db), clock: now };
  const { sessions } = await listUserSessions(asked, { user: person.email });
  assert.equal(sessions[0]?.endsAtMs, nowMs + 900_000);
});

test("who cannot sign in because of their address's domain stands so on the organization's and the console's pages of people", async () => {
  const admin = await owner({});
  const { tenant } = admin;
  const words = "Cannot sign in: domain not proven";
  const list = async () =>
    (await (await signIn(admin)).follow(`${fixture.issuer}/portal/${tenant}/people`)).text;
  assert.ok(!(await list()).includes(words));
  const email = `guest@elsewhere${made}.example`;
  const { id } = await addPerson(fixture.db, { email, name: "Guest", tenants: [tenant] });
  const rows = (await list()).split("</tr>").filter((row) => row.includes(words));
  assert.equal(rows.length, 1);
  assert.match(rows[0] ?? "", /Guest/);

  const loginNames = createLoginNames(fixture.config.secrets);
  const badgesOf = async (user: string, requireVerifiedDomain = true) => {
    const context = {
      ...cliContext(fixture.db),
      loginNames,
      requireVerifiedDomain,
    } as unknown as PlaceVisit["context"];
    const visit = { context, accountId: "", role: "owner", params: { user }, query: new Map(), now: now() };
    const { cards = [] } = await personPlace.show({ ...visit, installation: {} } as unknown as PlaceVisit);
    const parts = cards.find(({ title }) => title === "Organizations")?.parts ?? [];
    return parts.flatMap((part) => ("rows" in part ? (part.rows ?? []) : [])).map(({ badge }) => badge?.text);
  };
  assert.deepEqual(await badgesOf(id), [words]);
  assert.deepEqual(await badgesOf(admin.account.id), [undefined]);
  assert.deepEqual(await badgesOf(id, false), [undefined], "an installation that asks for no domain");
});
