// Class: what was ended comes back, because a request that was under way writes it once more. Each flow runs with the
// ending put before each of its steps at the store in turn, from another instance's connection; whatever the flow
// hands out or leaves behind must open nothing then, also after the person has signed in anew in the same browser.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addUserToTenant, removeMember } from "../../src/admin/operations/members.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { setUserPassword, signUserOut } from "../../src/admin/operations/user_access.ts";
import { resetUserFactors } from "../../src/admin/operations/user_factors.ts";
import { listUserGrants, revokeGrant } from "../../src/admin/operations/user_grants.ts";
import { listUserSessions, revokeSession } from "../../src/admin/operations/user_sessions.ts";
import type { Database } from "../../src/db/connect.ts";
import { endConsent } from "../../src/provider/sessions/grant_store.ts";
import { saveLastLogin } from "../../src/provider/tenants/last_login_store.ts";
import { setTenant } from "../provider/grants/mint_support.ts";
import {
  addIsvClient,
  challengeOf,
  IsvBackEnd,
  isvId,
  loginUrl,
} from "../provider/handoff/handoff_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getUserinfo,
  type JsonAnswer,
  postToken,
  redeem,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { giveApp } from "../provider/support/second_factor.ts";
import { formsOf, UserAgent } from "../provider/support/user_agent.ts";
import { atNight } from "../support/at_night.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const newPassword = "another pass phrase of several words";
const mostSteps = 80;
const firstFactor = "a first second factor";

// A step is the same on both stores, what it does to the rows of one it does to the other's: before every step on SQLite,
// on PostgreSQL before each third, another third for each flow. Every step of both each night.

interface Person {
  email: string;
  id: string;
  agent: UserAgent;
}

/** What a flow handed out. */
interface Got {
  code?: string | undefined;
  tokens?: Record<string, unknown>;
}

/** A flow, after what comes before it has been done. */
type Flow = (person: Person) => Promise<() => Promise<Got>>;

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let isv: IsvBackEnd;
    let context: OperationContext;
    let steps: StoreSteps;
    let people = 0;
    let turn = 0;
    const fixture = useProvider(
      {
        kind,
        environment: { TTI_LOGIN_URL: loginUrl },
        writesMeanwhile: true,
      },
      async () => {
        context = cliContext(fixture.db);
        await addClient(fixture.db, { client_id: "app" });
        await addIsvClient(fixture, isvId, ["acme", "hooli"]);
        await addPerson(fixture.db, { email: "first@acme.example", tenants: ["acme", "hooli"] });
        await setTenant(fixture.db, "hooli", { loginMethod: "handoff" });
        isv = new IsvBackEnd(fixture);
        steps = watchSteps(fixture.server.db);
      },
    );

    async function newPerson(tenant: string): Promise<Person> {
      people += 1;
      const email = `person${people}@acme.example`;
      const { id } = await addPerson(fixture.db, { email, tenants: [tenant] });
      return { email, id, agent: new UserAgent() };
    }

    const url = (more: Record<string, string> = {}) =>
      authorizationUrl(fixture, {
        tenant: "acme",
        scope: "openid offline_access",
        prompt: "consent",
        ...more,
      });
    const silently = (agent: UserAgent, tenant: string) =>
      agent.follow(authorizationUrl(fixture, { tenant, prompt: "none" }));
    const tokensOf = ({ status, body }: JsonAnswer): Got => (status === 200 ? { tokens: body } : {});
    const refreshed = (token: unknown) =>
      postToken(fixture, { grant_type: "refresh_token", refresh_token: String(token) });

    const flows: Record<string, Flow> = {
      "the old password": async ({ email, agent }) => {
        const page = await agent.follow(url());
        return async () => {
          const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
          const body = new URLSearchParams([
            ...(form?.fields ?? []),
            ["email", email],
            ["password", password],
          ]);
          const at = new URL(form?.action ?? "", page.url);
          const answer = await agent.visit(at, { method: "POST", body });
          const location = answer.headers.get("location");
          if (location === null) return {};
          const last = await agent.follow(new URL(location, page.url));
          return { code: last.url.searchParams.get("code") ?? undefined };
        };
      },
      "the code of an app": async (person) => {
        const { agent, email } = person;
        const app = await giveApp(fixture, person);
        const page = await signInAt(agent, url(), email);
        return async () => {
          const last = await agent.submit(page, { code: app.codeAt(Date.now()) }, "/factor");
          return { code: last.url.searchParams.get("code") ?? undefined };
        };
      },
      "prompt=none": async ({ email, agent }) => {
        await signInAt(agent, url(), email);
        return async () => {
          const visit = await silently(agent, "acme");
          return { code: visit.url.searchParams.get("code") ?? undefined };
        };
      },
      "the redemption of a code": async ({ email, agent }) => {
        const code = codeOf(await signInAt(agent, url(), email));
        return async () => tokensOf(await redeem(fixture, code));
      },
      "a refresh": async ({ email, agent }) => {
        const { body } = await redeem(fixture, codeOf(await signInAt(agent, url(), email)));
        return async () => tokensOf(await refreshed(body["refresh_token"]));
      },
      "the return from the ISV's page": async (person) => {
        const { agent, email, id } = person;
        const challenge = await challengeOf(agent, fixture, { tenant: "hooli" });
        const now = Math.floor(Date.now() / 1000);
        const login = { subject: id, tenant: "hooli", email, auth_time: now, amr: ["pwd"] };
        const back = await isv.accept(challenge, login);
        return async () => ({ code: (await agent.follow(back)).url.searchParams.get("code") ?? undefined });
      },
    };

    /** Asserts that what a flow came to opens nothing. */
    async function assertNothingOpens({ tokens }: Got, when: string): Promise<void> {
      if (tokens === undefined) return;
      const userinfo = await getUserinfo(fixture, String(tokens["access_token"]));
      assert.equal(userinfo.status, 401, `${when}: the access token opens`);
      if (tokens["refresh_token"] === undefined) return;
      const { status } = await refreshed(tokens["refresh_token"]);
      assert.equal(status, 400, `${when}: the refresh token opens`);
    }

    const endings: Record<string, (person: Person, tenantId: string) => Promise<unknown>> = {
      "a new password": ({ id }) => setUserPassword(context, { user: id, password: newPassword }),
      "signing out": ({ id }) => signUserOut(context, { user: id }),
      // Of a password-only sign-in nothing may be left: whoever stole the password keeps nothing by it.
      [firstFactor]: (person) => giveApp(fixture, person),
      "resetting the factors": ({ id }) => resetUserFactors(context, { user: id }),
      "removing, then adding the member": async ({ id }, tenantId) => {
        await removeMember(context, { user: id, tenantId });
        await addUserToTenant(context, { user: id, tenantId });
      },
      "ending each browser session": async ({ id }) => {
        const { sessions } = await listUserSessions(context, { user: id });
        for (const { id: session } of sessions) await revokeSession(context, { session });
      },
      "revoking each grant": async ({ id }) => {
        const { grants } = await listUserGrants(context, { user: id });
        for (const { id: grant } of grants) await revokeGrant(context, { user: id, grant });
      },
    };
    const member = "removing, then adding the member";

    /** One flow, one ending, before each step in turn. */
    function tried(name: string, ending: string, tenant = "acme", byDay = kind === "sqlite" ? 1 : 3): void {
      turn += 1;
      const stride = atNight ? 1 : byDay;
      const first = 1 + (turn % stride);
      test(`${ending} during ${name} leaves nothing that opens`, async () => {
        let reached = true;
        let step = first;
        let tries = 0;
        for (; reached && step <= mostSteps; step += stride) {
          tries += 1;
          const when = `before step ${step}`;
          const person = await newPerson(tenant);
          const run = await flows[name]?.(person);
          assert.ok(run);
          const watched = steps.before(step, () => endings[ending]?.(person, tenant));
          const got = await run();
          reached = await watched.done();
          if (!reached) break;
          if (got.code !== undefined) {
            const { status } = await redeem(fixture, got.code);
            assert.equal(status, 400, `${when}: the code opens`);
          }
          await assertNothingOpens(got, when);
          // A session stays where an application loses what it holds.
          if (ending !== "revoking each grant") {
            const visit = await silently(person.agent, tenant);
            assert.equal(visit.url.searchParams.get("code"), null, `${when}: the browser session opens`);
            const page = await person.agent.follow(new URL("/account", fixture.issuer));
            // It is for other tenants, too.
            const shown = ending === member && tenant !== "hooli";
            assert.ok(shown || !page.text.includes(person.email), `${when}: the account page opens`);
          }
          // Some are enough: what a password verification costs adds up.
          if (tenant === "hooli" || ending === firstFactor || tries % 4 !== 0) continue;
          const anew = await person.agent.follow(url({ prompt: "login consent" }));
          const secretWord = ending === "a new password" ? newPassword : password;
          const done = await person.agent.submit(
            anew,
            { email: person.email, password: secretWord },
            "/login",
          );
          assert.equal((await redeem(fixture, codeOf(done))).status, 200, `${when}: signing in anew`);
          await assertNothingOpens(got, `${when}, after signing in anew`);
        }
        assert.ok(step > 3 && !reached, `${step} steps`);
      });
    }

    tried("the old password", "a new password");
    tried("the old password", firstFactor, "acme", 3);
    tried("the code of an app", "resetting the factors", "acme", 3);
    for (const name of ["prompt=none", "the redemption of a code", "a refresh"]) {
      tried(name, "signing out");
      tried(name, "ending each browser session");
    }
    for (const name of ["the redemption of a code", "a refresh"]) {
      tried(name, member);
      tried(name, "revoking each grant");
    }
    test("what was ended opens nothing if it stands in the store once more", async () => {
      const { email, id, agent } = await newPerson("acme");
      const got = tokensOf(await redeem(fixture, codeOf(await signInAt(agent, url(), email))));
      const code = codeOf(await silently(agent, "acme"));
      const kept: [string, Record<string, unknown>[]][] = [];
      for (const table of ["oidc_records", "session_vouchers"]) {
        kept.push([table, await fixture.db(table).where("account_id", id)]);
      }
      await signUserOut(context, { user: id });
      for (const [table, rows] of kept) await fixture.db(table).insert(rows);
      assert.equal((await silently(agent, "acme")).url.searchParams.get("error"), "login_required");
      const done = await agent.submit(await agent.follow(url({ prompt: "login consent" })), {
        email,
        password,
      });
      assert.equal((await redeem(fixture, codeOf(done))).status, 200);
      await assertNothingOpens(got, "after signing in anew");
      assert.equal((await redeem(fixture, code)).status, 400);
    });

    test("of each browser session that was ended nothing opens that stands in the store once more", async () => {
      const person = await newPerson("acme");
      const { email, id, agent } = person;
      const got = tokensOf(await redeem(fixture, codeOf(await signInAt(agent, url(), email))));
      const code = codeOf(await silently(agent, "acme"));
      const kept = await fixture.db("oidc_records").where("account_id", id);
      await endings["ending each browser session"]?.(person, "acme");
      await fixture.db("oidc_records").where("account_id", id).delete();
      await fixture.db("oidc_records").insert(kept);
      await assertNothingOpens(got, "once more");
      assert.equal((await redeem(fixture, code)).status, 400);
      assert.equal((await silently(agent, "acme")).url.searchParams.get("error"), "login_required");
    });

    test("a login that was ended meanwhile is not recorded as the last one", async () => {
      const { id } = await newPerson("acme");
      const lastLogin = () => fixture.db("memberships").where("account_id", id).first("last_login_at_ms");
      await signUserOut(context, { user: id });
      const key = { tenantId: "acme", accountId: id };
      for (const of of [
        { signIns: 0, tenant: 0 },
        { signIns: 1, tenant: 1 },
      ])
        await saveLastLogin(fixture.db, key, 1_000, new Date(), of);
      assert.deepEqual(await lastLogin(), { last_login_at_ms: null });
      await saveLastLogin(fixture.db, key, 1_000, new Date(), { signIns: 1, tenant: 0 });
      assert.deepEqual(await lastLogin(), { last_login_at_ms: 1_000 });
    });

    test("a consent taken back while the sign-in goes on with it leaves nothing that opens", async () => {
      await addClient(fixture.db, { client_id: "third", first_party: false });
      let reached = true;
      let step = 1;
      for (; reached && step <= mostSteps; step += kind === "sqlite" || atNight ? 1 : 3) {
        const when = `before step ${step}`;
        const { email, id, agent } = await newPerson("acme");
        const page = await signInAt(agent, url({ client_id: "third" }), email);
        const form = formsOf(page).find(({ action }) => action.endsWith("/consent"));
        const body = new URLSearchParams([...(form?.fields ?? []), ["decision", "allow"]]);
        const allowed = await agent.visit(new URL(form?.action ?? "", page.url), { method: "POST", body });
        const on = new URL(allowed.headers.get("location") ?? "", page.url);
        const key = { accountId: id, clientId: "third", tenantId: "acme" };
        const watched = steps.before(step, () =>
          fixture.db.transaction((trx) => endConsent(trx, key, new Date())),
        );
        const visit = await agent.follow(on);
        reached = await watched.done();
        const left = await fixture.db("consents").where({ account_id: id });
        const of = { account_id: id, client_id: "third", model: "Grant" };
        const grants = await fixture.db("oidc_records").where(of);
        assert.deepEqual([left.length, grants.length], reached ? [0, 0] : [1, 1], when);
        const code = visit.url.searchParams.get("code");
        if (code === null) assert.ok(reached, when);
        else
          assert.equal((await redeem(fixture, code, {}, basic("third"))).status, reached ? 400 : 200, when);
      }
      assert.ok(step > 5 && !reached, `${step} steps`);
    });

    for (const ending of ["signing out", member]) tried("the return from the ISV's page", ending, "hooli");
  });
}

interface StoreSteps {
  /** Runs something before the n-th step from now on. */
  before(step: number, act: () => Promise<unknown> | undefined): { done(): Promise<boolean> };
}

// A step is whatever takes a connection: a statement, or a transaction. It takes none yet when the act runs.
function watchSteps(db: Database): StoreSteps {
  const client = db.client as { acquireConnection(): Promise<unknown> };
  const acquire = client.acquireConnection.bind(client);
  let waiting: { left: number; act(): Promise<unknown> | undefined } | undefined;
  client.acquireConnection = async () => {
    if (waiting !== undefined) {
      waiting.left -= 1;
      if (waiting.left === 0) {
        const { act } = waiting;
        waiting = undefined;
        await act();
      }
    }
    return acquire();
  };
  return {
    before(left, act) {
      let ending: Promise<unknown> | undefined;
      const mine = {
        left,
        act() {
          ending = act();
          return ending;
        },
      };
      waiting = mine;
      return {
        async done() {
          const over = waiting !== mine;
          waiting = undefined;
          // The step may have been one of work in the background, which the flow does not wait for.
          await ending;
          return over;
        },
      };
    },
  };
}
