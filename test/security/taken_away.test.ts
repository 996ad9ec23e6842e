// Class: a right that was taken away and still works (S2). Each act that ends a right, against each thing a person
// holds: on another instance than the one that gave it, at once, on both stores. Nothing waits for an expiry.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addUserToTenant, removeMember } from "../../src/admin/operations/members.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import {
  disableUser,
  enableUser,
  setUserPassword,
  signUserOut,
} from "../../src/admin/operations/user_access.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { RunningServer } from "../../src/server.ts";
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
import { addPerson, password, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { storeKinds } from "../support/databases.ts";

const newPassword = "another pass phrase of several words";
const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

interface Held {
  email: string;
  agent: UserAgent;
  accessToken: string;
  refreshToken: string;
  /** A code that was given and not redeemed. */
  code: string;
  /** The back end's own access token of the person. */
  backEndToken: string;
  /** An opaque one for an API of the ISV's. */
  apiToken: string;
  /** A sign-in whose password was accepted; the browser has yet to follow to `/auth/<uid>`. */
  resume: { agent: UserAgent; url: URL };
}

const acts = {
  "a new password": (context: OperationContext, user: string) =>
    setUserPassword(context, { user, password: newPassword }),
  "signing out": (context: OperationContext, user: string) => signUserOut(context, { user }),
  "disabling, then enabling": async (context: OperationContext, user: string) => {
    const disabled = await disableUser(context, { user });
    await enableUser(context, { user });
    return disabled;
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
      context = {
        db: fixture.db,
        clock: systemClock,
        passwords: createPasswords(),
        actor: "cli:test",
        may: () => true,
      };
      await addApis(fixture);
      await addMintingClients(fixture.db);
      await addPerson(fixture.db, { email: "other@acme.example", tenants: ["acme", "globex"] });
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 12 } });
    });

    const elsewhere = () => ({ issuer: other.publicUrl });

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
        accessToken: String(first.body["access_token"]),
        refreshToken: String(first.body["refresh_token"]),
        apiToken: String(forApi.body["access_token"]),
        backEndToken: String(forBackEnd.body["access_token"]),
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
      code: async ({ code }) => (await redeem(elsewhere(), code)).status === 200,
      "access token as subject token": async ({ backEndToken: subject_token }) => {
        const subject_token_type = "urn:ietf:params:oauth:token-type:access_token";
        const params = { grant_type: tokenExchange, subject_token, subject_token_type };
        return (await postToken(elsewhere(), params, basic(backEndId))).status === 200;
      },
      "sign-in under way": async ({ resume }) => signedIn(await resume.agent.follow(resume.url)),
    };

    const silently = (agent: UserAgent, tenant = "acme") =>
      agent.follow(authorizationUrl(fixture, { prompt: "none", tenant }));
    const signedIn = (visit: Visit) => visit.url.searchParams.has("code");

    test("without an act everything a person holds opens", async () => {
      const held = await hold();
      for (const [what, opens] of Object.entries(opened)) assert.ok(await opens(held), what);
    });

    for (const [act, run] of Object.entries(acts)) {
      // A browser session speaks for other tenants too: for this one the membership is asked, and it is back.
      const kept = act.startsWith("removing") ? ["browser session", "sign-in under way"] : [];
      test(`${act} ends what is held, says so, and touches nobody else`, async () => {
        const [held, neighbour] = [await hold(), await hold()];
        const { user, ended } = await run(context, held.email);
        const still: string[] = [];
        for (const [what, opens] of Object.entries(opened)) if (await opens(held)) still.push(what);
        assert.deepEqual(still, kept);
        assert.equal(ended.grants, 2);
        assert.equal(ended.sessions, kept.length === 0 ? 1 : 0);
        assert.ok(ended.tokens >= 4, `${ended.tokens} tokens`);
        for (const [what, opens] of Object.entries(opened))
          assert.ok(await opens(neighbour), `neighbour: ${what}`);
        const events = await listAuditEvents(fixture.db, { tenantId: "acme", type: "session.ended" });
        const event = events.find(({ accountId }) => accountId === user.id);
        assert.equal(event?.actor, "cli:test");
        assert.equal(event?.details["grants"], 2);
      });
    }

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
