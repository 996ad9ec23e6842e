// Class: session fixation by a race. A request that holds a copy of a session's id is under way while its owner signs in
// anew, or out, at another instance; at the end it writes the session once more. The former id must open nothing then.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "../../src/db/connect.ts";
import { cookiesBut } from "../../src/provider/library/session_ids.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { authorizationUrl, codeOf } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { letSessionsSlide } from "../provider/support/stored_sessions.ts";
import { formsOf, UserAgent, type Visit } from "../provider/support/user_agent.ts";

const email = "ann@acme.example";
const mostSteps = 60;
let other: RunningServer;
let beforeStep: (act: { at: number; do(): Promise<unknown> }) => { reached(): Promise<boolean> };
const fixture = useProvider({ writesMeanwhile: true }, async () => {
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addPerson(fixture.db, { email: "bob@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  other = await fixture.startAnother();
  beforeStep = steps(fixture.server.db);
});

// Each use of the store by the first instance is a step.
function steps(db: Database): typeof beforeStep {
  const client = db.client as { acquireConnection(): Promise<unknown> };
  const acquire = client.acquireConnection.bind(client);
  let waiting: { left: number; do(): Promise<unknown> } | undefined;
  client.acquireConnection = async () => {
    if (waiting !== undefined) {
      waiting.left -= 1;
      if (waiting.left === 0) {
        const mine = waiting;
        waiting = undefined;
        await mine.do();
      }
    }
    return acquire();
  };
  return ({ at, do: act }) => {
    let acted: Promise<unknown> | undefined;
    const mine = {
      left: at,
      do() {
        acted = act();
        return acted;
      },
    };
    waiting = mine;
    return {
      async reached() {
        const over = waiting !== mine;
        waiting = undefined;
        // The step may have been one of work in the background, which the request does not wait for.
        await acted;
        return over;
      },
    };
  };
}

const sessionOf = (agent: UserAgent): [string, string][] =>
  ["tti_session", "tti_session.sig"].map((name) => {
    const [, cookie] = [...agent.cookies].find(([key]) => key.endsWith(` ${name}`)) ?? [];
    return [name, String(cookie)];
  });

function holding(cookies: readonly [string, string][]): UserAgent {
  const agent = new UserAgent();
  for (const [name, value] of cookies) agent.plant(fixture.issuer, name, value);
  return agent;
}

async function opens(cookies: readonly [string, string][]): Promise<boolean> {
  const { url } = await holding(cookies).follow(authorizationUrl(fixture, { prompt: "none" }));
  return url.searchParams.has("code");
}

const acts: Record<string, (owner: UserAgent) => Promise<unknown>> = {
  "signs in anew": async (owner) => {
    const page = await owner.follow(authorizationUrl(fixture, { prompt: "login" }));
    codeOf(await owner.submit(page, { email, password }, "/login"));
  },
  "signs in as another": async (owner) => {
    const page = await owner.follow(authorizationUrl(fixture, { prompt: "login" }));
    const leaving = await owner.submit(page, { email: "bob@acme.example", password }, "/login");
    codeOf(await owner.submit(leaving, {}, "/confirm"));
  },
  "signs out": async (owner) => {
    const page = await owner.follow(new URL("/session/end", fixture.issuer));
    await owner.submit(page, { logout: "yes" }, "/confirm");
  },
};

for (const [name, act] of Object.entries(acts)) {
  test(`the owner ${name} before any step of a request that holds a copy`, async () => {
    let step = 1;
    for (; step <= mostSteps; step += 1) {
      const owner = new UserAgent({}, { issuer: fixture.issuer, localUrl: other.localUrl });
      await signInAt(owner, authorizationUrl(fixture), email);
      const copied = sessionOf(owner);
      assert.equal(await opens(copied), true, "the copy works before");
      const thief = holding(copied);
      // So that the request writes the session, whatever it comes to.
      await letSessionsSlide(fixture.db);
      const watched = beforeStep({ at: step, do: () => act(owner) });
      await thief.follow(authorizationUrl(fixture, { prompt: "none" }));
      if (!(await watched.reached())) break;
      assert.equal(await opens(copied), false, `before step ${step}: the copy opens`);
      // What the thief's own request was given is no other id of the session, unless the owner's is dead by it.
      const given = sessionOf(thief);
      if (given[0]?.[1] !== copied[0]?.[1]) assert.equal(await opens(given), false, `before step ${step}`);
      if (name !== "signs out")
        assert.equal(await opens(sessionOf(owner)), true, `before step ${step}: the owner stays`);
    }
    assert.ok(step > 4 && step <= mostSteps, `${step} steps`);
  });
}

test("a session that is over leaves the other cookies of the answer alone, and an answer without any", () => {
  const [own, sig, other] = ["s=1; path=/", "s.sig=2; path=/", "ss=3; path=/"];
  assert.deepEqual(cookiesBut("s", [own, other, sig]), [other]);
  assert.deepEqual(cookiesBut("s", own), []);
  assert.deepEqual(cookiesBut("s", undefined), []);
});

// Posts the password; the address at which the session is given its new id is not visited yet.
async function proves(agent: UserAgent, page: Visit): Promise<URL> {
  const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
  assert.ok(form);
  const body = new URLSearchParams([...form.fields, ["email", email], ["password", password]]);
  const { headers } = await agent.visit(new URL(form.action, page.url), { method: "POST", body });
  return new URL(String(headers.get("location")), fixture.issuer);
}

test("of two sign-ins that began with one id, one is the session's, whichever step of it the other comes before", async () => {
  const url = authorizationUrl(fixture, { prompt: "login" });
  const first = new UserAgent();
  await signInAt(first, authorizationUrl(fixture), email);
  let session = sessionOf(first);
  let step = 1;
  const winners = new Set<string>();
  for (; step <= mostSteps; step += 1) {
    const thief = holding(session);
    const owner = holding(session).at({ issuer: fixture.issuer, localUrl: other.localUrl });
    const resumes = {
      owner: await proves(owner, await owner.follow(url)),
      thief: await proves(thief, await thief.follow(url)),
    };
    const given: string[] = [];
    const resume = async (who: "owner" | "thief", agent: UserAgent) => {
      const end = await agent.follow(resumes[who]);
      if (end.url.searchParams.has("code")) given.push(who);
    };
    const watched = beforeStep({ at: step, do: () => resume("owner", owner) });
    await resume("thief", thief);
    if (!(await watched.reached())) break;
    assert.equal(given.length, 1, `before step ${step}: ${given.join(" and ")} are given a code`);
    const open = await Promise.all([owner, thief].map((agent) => opens(sessionOf(agent))));
    assert.deepEqual(open, [given[0] === "owner", given[0] === "thief"], `before step ${step}`);
    winners.add(String(given[0]));
    session = sessionOf(open[0] === true ? owner : thief);
  }
  assert.ok(step > 4 && step <= mostSteps, `${step} steps`);
  assert.equal(winners.size, 2, "each of them comes first at some step");
});
