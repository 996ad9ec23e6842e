// Class: a right that was taken away and still works (S2). Each act that ends a right, against each thing a person
// holds: on another instance than the one that gave it, at once, on both stores. Nothing waits for an expiry.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { updateClient } from "../../src/admin/operations/client_update.ts";
import { addUserToTenant, removeMember } from "../../src/admin/operations/members.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import {
  disableUser,
  enableUser,
  setUserPassword,
  signUserOut,
} from "../../src/admin/operations/user_access.ts";
import { resetUserFactors } from "../../src/admin/operations/user_factors.ts";
import { listUserGrants, revokeGrant } from "../../src/admin/operations/user_grants.ts";
import { removeUserPasskey } from "../../src/admin/operations/user_passkeys.ts";
import { listUserSessions, revokeSession } from "../../src/admin/operations/user_sessions.ts";
import { updateUser } from "../../src/admin/operations/user_update.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { createAccountLink } from "../../src/provider/accounts/account_link_store.ts";
import { findAccountByLogin } from "../../src/provider/accounts/account_store.ts";
import { enrolTotp, offerTotp } from "../../src/provider/factors/enrol_totp.ts";
import { createFactorSeals } from "../../src/provider/factors/factor_seals.ts";
import { removeTotp, renewRecoveryCodes } from "../../src/provider/factors/keep_factors.ts";
import { readLink, setPasswordByLink } from "../../src/provider/links/use_link.ts";
import { createPasskey } from "../../src/provider/passkeys/passkey_store.ts";
import { noSignInsEnded } from "../../src/provider/sessions/end_sign_ins_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { addMintingClients, backEndId, setTenant } from "../provider/grants/mint_support.ts";
import { addApis, isActive, opaqueApi } from "../provider/resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getUserinfo,
  postToken,
  redeem,
} from "../provider/support/authorization.ts";
import { deviceLetIn, pollForDevice } from "../provider/support/device.ts";
import { addPerson, password, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { appOf, giveApp } from "../provider/support/second_factor.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const newPassword = "another pass phrase of several words";
const scopes = ["email", "offline_access", "openid", "profile"];
const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

interface Held {
  email: string;
  agent: UserAgent;
  accessToken: string;
  refreshToken: string;
  /** A code that was given and not redeemed. */
  code: string;
  /** Of a device that was let in and has not polled. */
  deviceCode: string;
  /** The back end's own access token of the person. */
  backEndToken: string;
  /** An opaque one for an API of the ISV's. */
  apiToken: string;
  /** Of a mail, by which they may choose a new password. */
  link: string;
  /** A sign-in whose password was accepted; the browser has yet to follow to `/auth/<uid>`. */
  resume: { agent: UserAgent; url: URL };
}

async function mailedLinkOf({ db, clock }: OperationContext, user: string): Promise<string> {
  const account = await findAccountByLogin(db, user);
  const of = { id: "", signInGeneration: -1, ...account, email: user };
  return (await createAccountLink(db, "password_reset", of, clock())).secret;
}

/** What an act leaves to the person. */
const left: Readonly<Record<string, readonly string[]>> = {
  // Of one session: whoever sits at another browser has proven themselves there, and so has whoever reads their mail.
  "ending the browser session": ["sign-in under way", "mailed link"],
  // It signs nobody in, and into that organization least of all.
  "removing, then adding the member": ["mailed link"],
};

/** A passkey, as it stands in the store. */
async function givePasskey({ db, clock }: OperationContext, user: string): Promise<string> {
  const account = await findAccountByLogin(db, user);
  assert.ok(account);
  const key = {
    credentialId: user,
    publicKey: "x",
    counter: 1,
    transports: [],
    synced: false,
    backedUp: false,
  };
  const made = await createPasskey(
    db,
    { ...key, accountId: account.id, userHandle: account.id, name: "Phone" },
    clock(),
  );
  assert.ok(made);
  return made.id;
}

const acts = {
  "a new password": (context: OperationContext, user: string) =>
    setUserPassword(context, { user, password: newPassword }),
  "a new password, by a link from a mail": async (context: OperationContext, user: string) => {
    const account = await findAccountByLogin(context.db, user);
    assert.ok(account);
    const secret = await mailedLinkOf(context, user);
    return { user: account, ended: await setPasswordByLink(context, secret, newPassword) };
  },
  "signing out": (context: OperationContext, user: string) => signUserOut(context, { user }),
  "disabling, then enabling": async (context: OperationContext, user: string) => {
    const disabled = await disableUser(context, { user });
    await enableUser(context, { user });
    return disabled;
  },
  "ending every browser session": async (context: OperationContext, user: string) => {
    const { user: id, ended } = await revokeSession(context, { user });
    return { user: { id }, ended };
  },
  "ending the browser session": async (context: OperationContext, user: string) => {
    const { sessions } = await listUserSessions(context, { user });
    const [session] = sessions.filter(({ clients }) => clients.length > 0);
    assert.deepEqual([session?.tenants, session?.clients], [["acme"], ["app", backEndId].sort()]);
    const { user: id, ended } = await revokeSession(context, { session: session?.id });
    const left = (await listUserSessions(context, { user })).sessions;
    assert.equal(left.filter(({ id }) => id === session?.id).length, 0);
    return { user: { id }, ended };
  },
  "another address, then vouching for it": async (context: OperationContext, user: string) => {
    const { id, ended } = await updateUser(context, { user, email: `new-${user}` });
    await updateUser(context, { user: id, emailVerified: true });
    return { user: { id }, ended: ended ?? noSignInsEnded };
  },
  "vouching no longer, then again": async (context: OperationContext, user: string) => {
    const { id, ended } = await updateUser(context, { user, emailVerified: false });
    await updateUser(context, { user: id, emailVerified: true });
    return { user: { id }, ended: ended ?? noSignInsEnded };
  },
  "removing a passkey": async (context: OperationContext, user: string) => {
    const passkey = await givePasskey(context, user);
    const { user: id, ended } = await removeUserPasskey(context, { user, passkey });
    return { user: { id }, ended };
  },
  "resetting the factors": async (context: OperationContext, user: string) => {
    await givePasskey(context, user);
    return resetUserFactors(context, { user });
  },
  "removing, then adding the member": async (context: OperationContext, user: string) => {
    const removed = await removeMember(context, { user, tenantId: "acme" });
    await addUserToTenant(context, { user, tenantId: "acme" });
    return removed;
  },
};

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let people = 0;
    const fixture = useProvider({ kind }, async () => {
      other = await fixture.startAnother();
      context = cliContext(fixture.db);
      await addApis(fixture);
      await addMintingClients(fixture.db);
      const backchannelLogoutUri = "https://app.example/logout";
      await updateClient(context, { clientId: "app", deviceAuthorization: true, backchannelLogoutUri });
      await addPerson(fixture.db, { email: "other@acme.example", tenants: ["acme", "globex"] });
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 12 } });
      await addPerson(fixture.db, { email: "strict@acme.example", tenants: ["globex"] });
    });

    const elsewhere = () => ({ issuer: other.localUrl });

    async function hold(): Promise<Held> {
      people += 1;
      const email = `person${people}@acme.example`;
      await addPerson(fixture.db, { email, name: "Pat", tenants: ["acme"] });
      return holdAs(email, "acme");
    }

    async function holdAs(email: string, tenant: string): Promise<Held> {
      const agent = new UserAgent();
      const params = { scope: "openid offline_access", prompt: "consent", tenant };
      const first = await redeem(
        fixture,
        codeOf(await signInAt(agent, authorizationUrl(fixture, params), email)),
      );
      const again = codeOf(await agent.follow(authorizationUrl(fixture, { tenant })));
      const atApi = { tenant, scope: "openid read", resource: opaqueApi };
      const forApi = await redeem(fixture, codeOf(await agent.follow(authorizationUrl(fixture, atApi))));
      const url = authorizationUrl(fixture, { client_id: backEndId, tenant });
      const forBackEnd = await redeem(fixture, codeOf(await agent.follow(url)), {}, basic(backEndId));
      return {
        email,
        agent,
        code: again,
        deviceCode: await deviceLetIn(agent, fixture, "app", { tenant }),
        accessToken: String(first.body["access_token"]),
        refreshToken: String(first.body["refresh_token"]),
        apiToken: String(forApi.body["access_token"]),
        backEndToken: String(forBackEnd.body["access_token"]),
        link: await mailedLinkOf(context, email),
        resume: await halfSignedIn(email, tenant),
      };
    }

    async function halfSignedIn(email: string, tenant: string): Promise<Held["resume"]> {
      const agent = new UserAgent();
      const page = await agent.follow(authorizationUrl(fixture, { tenant }));
      const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
      const body = new URLSearchParams([...(form?.fields ?? []), ["email", email], ["password", password]]);
      const answer = await agent.visit(new URL(form?.action ?? "", page.url), { method: "POST", body });
      return { agent, url: new URL(answer.headers.get("location") ?? "", page.url) };
    }

    const opened: Record<string, (held: Held) => Promise<boolean>> = {
      "browser session": async ({ agent }) => signedIn(await silently(agent)),
      "access token": async ({ accessToken }) => (await getUserinfo(elsewhere(), accessToken)).status === 200,
      "access token for an API": async ({ apiToken }) => isActive(elsewhere(), apiToken),
      "refresh token": async ({ refreshToken: refresh_token }) =>
        (await postToken(elsewhere(), { grant_type: "refresh_token", refresh_token })).status === 200,
      "device code": async ({ deviceCode }) =>
        (await pollForDevice(elsewhere(), "app", deviceCode)).status === 200,
      code: async ({ code }) => (await redeem(elsewhere(), code)).status === 200,
      "access token as subject token": async ({ backEndToken: subject_token }) => {
        const subject_token_type = "urn:ietf:params:oauth:token-type:access_token";
        const params = { grant_type: tokenExchange, subject_token, subject_token_type };
        return (await postToken(elsewhere(), params, basic(backEndId))).status === 200;
      },
      "sign-in under way": async ({ resume }) => signedIn(await resume.agent.follow(resume.url)),
      "mailed link": ({ link }) =>
        readLink(context, link, ["password_reset"]).then(
          () => true,
          ({ code }) => code !== "link_over",
        ),
    };

    const silently = (agent: UserAgent, tenant = "acme") =>
      agent.follow(authorizationUrl(fixture, { prompt: "none", tenant }));
    const signedIn = (visit: Visit) => visit.url.searchParams.has("code");

    test("without an act everything a person holds opens", async () => {
      const held = await hold();
      for (const [what, opens] of Object.entries(opened)) assert.ok(await opens(held), what);
    });

    for (const [act, run] of Object.entries(acts)) {
      test(`${act} ends what is held, says so, and touches nobody else`, async () => {
        const [held, neighbour] = [await hold(), await hold()];
        const { user, ended } = await run(context, held.email);
        const still: string[] = [];
        for (const [what, opens] of Object.entries(opened)) if (await opens(held)) still.push(what);
        assert.deepEqual(still, left[act] ?? []);
        assert.equal(ended.grants, 2);
        // A browser session speaks for other tenants too, and stays; it does not speak for the later membership.
        assert.equal(ended.sessions, act.startsWith("removing, then") ? 0 : 1);
        assert.ok(ended.tokens >= 4, `${ended.tokens} tokens`);
        for (const [what, opens] of Object.entries(opened))
          assert.ok(await opens(neighbour), `neighbour: ${what}`);
        // The application is to be told, whose server nobody reaches here; the neighbour's session goes on.
        const told = async (of: object) => fixture.db("logouts").where(of).pluck("client_id");
        assert.deepEqual(await told({ account_id: user.id }), ["app"]);
        const { id: next } = (await findAccountByLogin(fixture.db, neighbour.email)) ?? { id: "" };
        assert.deepEqual(await told({ account_id: next }), []);
        const events = await listAuditEvents(fixture.db, { tenantId: "acme", type: "session.ended" });
        const event = events.find(({ accountId }) => accountId === user.id);
        assert.equal(event?.actor, act.includes("from a mail") ? `account:${user.id}` : "cli:test");
        assert.equal(event?.details["grants"], 2);
      });
    }

    test("a second factor that an organization comes to require shuts what a password alone holds of it", async () => {
      const [held, neighbour] = [await holdAs("strict@acme.example", "globex"), await hold()];
      await updateTenant(context, { id: "globex", requiredFactor: "any" });
      try {
        const still: string[] = [];
        for (const [what, opens] of Object.entries(opened)) {
          const open =
            what === "browser session" ? signedIn(await silently(held.agent, "globex")) : await opens(held);
          if (open) still.push(what);
        }
        // A mailed link signs nobody in.
        assert.deepEqual(still, ["mailed link"]);
        for (const [what, opens] of Object.entries(opened))
          assert.ok(await opens(neighbour), `neighbour: ${what}`);
      } finally {
        await updateTenant(context, { id: "globex", requiredFactor: "none" });
      }
    });

    test("a first factor ends what a password alone holds, and touches nobody else", async () => {
      const [held, neighbour] = [await hold(), await hold()];
      const account = await findAccountByLogin(fixture.db, held.email);
      assert.ok(account);
      await giveApp(fixture, account);
      for (const [what, opens] of Object.entries(opened)) assert.equal(await opens(held), false, what);
      for (const [what, opens] of Object.entries(opened))
        assert.ok(await opens(neighbour), `neighbour: ${what}`);
    });

    /** What takes a factor of a person's away; what was proven by it stays, but for the two that end sign-ins. */
    const factorsTaken: Record<
      string,
      (user: string, account: { id: string; email: string }) => Promise<unknown>
    > = {
      "moving to another app": (_user, account) =>
        fixture.db.transaction(async (trx) => {
          await removeTotp(trx, { account }, new Date(), { another: true });
          const seals = createFactorSeals(fixture.config.secrets);
          const offer = offerTotp(seals, account.id, new Date());
          const confirmed = { offer, code: appOf(offer.secret).codeAt(Date.now()), replaces: true };
          await enrolTotp(trx, seals, { account, place: {} }, confirmed, new Date());
        }),
      "removing the app": (_user, account) =>
        fixture.db.transaction((trx) => removeTotp(trx, { account }, new Date())),
      "new recovery codes": (_user, account) =>
        fixture.db.transaction((trx) => renewRecoveryCodes(trx, { account }, new Date())),
      "resetting the factors": (user) => resetUserFactors(context, { user }),
    };
    for (const [act, take] of Object.entries(factorsTaken)) {
      test(`${act}, while a second step waits: the factor of before completes it at no instance`, async () => {
        people += 1;
        const email = `person${people}@acme.example`;
        const { id } = await addPerson(fixture.db, { email, tenants: ["acme"] });
        const app = await giveApp(fixture, { id, email });
        const agent = new UserAgent();
        const page = await signInAt(agent, authorizationUrl(fixture, { tenant: "acme" }), email);
        assert.match(page.url.pathname, /\/factor$/);
        await take(email, { id, email });
        const [recovery = ""] = app.recoveryCodes;
        const typed = [{ use: "recovery_code", code: recovery }];
        if (act !== "new recovery codes") typed.push({ use: "totp", code: app.codeAt(Date.now()) });
        const there = agent.at(other);
        for (const fields of typed) {
          const body = new URLSearchParams(fields);
          const answer = await there.follow(page.url, { method: "POST", body });
          assert.equal(answer.url.searchParams.has("code"), false, fields.use);
        }
        assert.equal(signedIn(await silently(there)), false);
        assert.deepEqual(await fixture.db("session_vouchers").where("account_id", id), []);
      });
    }

    test("revoking a grant ends its codes and tokens, and nothing of another application", async () => {
      const held = await hold();
      const { grants } = await listUserGrants(context, { user: held.email });
      assert.deepEqual(grants.map(({ clientId }) => clientId).sort(), ["app", backEndId].sort());
      const grant = grants.find(({ clientId }) => clientId === "app");
      // One refresh token of the sign-in, one of the sign-in for an API.
      const told = [grant?.tenantId, grant?.refreshTokens, grant?.scopes];
      assert.deepEqual(told, ["acme", 2, [...scopes, "read"]]);
      assert.ok((grant?.lastUsedAtMs ?? 0) >= (grant?.sinceMs ?? 1), "when it was used");
      const revoked = await revokeGrant(context, { user: held.email, grant: grant?.id });
      // Of each sign-in its code, access and refresh token; and a code that waits.
      assert.equal(revoked.tokens, 7);
      const still: string[] = [];
      for (const [what, opens] of Object.entries(opened)) if (await opens(held)) still.push(what);
      const others = ["browser session", "access token as subject token", "sign-in under way", "mailed link"];
      assert.deepEqual(still, others);
      const again = { user: held.email, grant: grant?.id };
      await assert.rejects(revokeGrant(context, again), { code: "grant_not_found" });
    });

    test("one who is not there, or is another's, ends nothing and is told", async () => {
      const [held, other] = [await hold(), await hold()];
      const [session] = (await listUserSessions(context, { user: held.email })).sessions;
      const [grant] = (await listUserGrants(context, { user: held.email })).grants;
      const ofOther = { user: other.email, session: session?.id };
      await assert.rejects(revokeSession(context, ofOther), { code: "session_not_found", field: "session" });
      const grantOfOther = { user: other.email, grant: grant?.id };
      await assert.rejects(revokeGrant(context, grantOfOther), { code: "grant_not_found", field: "grant" });
      await assert.rejects(revokeSession(context, {}), { code: "invalid_input", field: "session" });
      await assert.rejects(revokeSession(context, { session: "s_none" }), { code: "session_not_found" });
      await assert.rejects(revokeSession(context, { user: "nobody" }), { code: "account_not_found" });
      for (const [what, opens] of Object.entries(opened)) assert.ok(await opens(held), what);
    });

    test("of two who end a session at once one does", async () => {
      const held = await hold();
      const [session] = (await listUserSessions(context, { user: held.email })).sessions;
      const both = await Promise.allSettled(
        [1, 2].map(() => revokeSession(context, { session: session?.id })),
      );
      assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    });

    test("removing a member ends nothing of another tenant", async () => {
      const held = await holdAs("other@acme.example", "globex");
      await holdAs("other@acme.example", "acme");
      const { ended } = await removeMember(context, { user: held.email, tenantId: "acme" });
      assert.equal(ended.grants, 2);
      for (const [what, opens] of Object.entries(opened)) {
        const open =
          what === "browser session" ? signedIn(await silently(held.agent, "globex")) : await opens(held);
        assert.ok(open, what);
      }
    });
  });
}
