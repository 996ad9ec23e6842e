// An instance that is cut off from its store, or killed, in the middle of a flow: before each of the flow's statements, and after each,
// its answer lost. The caller is told to come again; an honest second try succeeds, nothing is half-written, nothing is done twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { createCredential } from "../src/admin/operations/credentials.ts";
import { createBlockSeals } from "../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../src/audit/chain/seal.ts";
import { verifyChain } from "../src/audit/chain/verify.ts";
import { silentLog } from "../src/log.ts";
import { mailPolicy } from "../src/mail/attempts.ts";
import { startOutbox } from "../src/mail/outbox.ts";
import { createMail, findMail } from "../src/mail/outbox_store.ts";
import { rotateKeys } from "../src/provider/keys/rotate.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "./provider/grants/mint_support.ts";
import {
  addIsvClient,
  challengeOf,
  IsvBackEnd,
  isvId,
  loginUrl,
  redeem as redeemVisit,
} from "./provider/handoff/handoff_support.ts";
import { openKeyInstallation, signWith } from "./provider/keys/key_installation.ts";
import { authorizationUrl, codeOf, redeem, refresh } from "./provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  signInAt,
  useProvider,
} from "./provider/support/provider_fixture.ts";
import { formsOf, UserAgent, type Visit } from "./provider/support/user_agent.ts";
import { atNight } from "./support/at_night.ts";
import { cliContext } from "./support/cli_context.ts";
import { storeKinds } from "./support/databases.ts";
import { type DyingStore, type Ending, letDie } from "./support/dying_store.ts";
import { testDay } from "./support/share_of_day.ts";
import { useStore } from "./support/use_store.ts";

const mostStatements = 120;

/** One run of a flow, after what comes before it was done. */
interface Run {
  /** What is cut off. @returns the status its caller got, if any */
  attempt(): Promise<number | undefined>;
  /** What an honest caller does next, and what must be so then. */
  again(ending: Ending): Promise<void>;
}

let turn = testDay === "every" ? 0 : Date.parse(testDay) / 86_400_000;

/** Cuts a flow off at its statements, one after the other, until it comes to its end. */
async function cutOff(
  store: DyingStore,
  ending: Ending,
  stride: number,
  begin: () => Promise<Run>,
): Promise<void> {
  turn += 1;
  let statement = 1 + (turn % stride);
  for (; statement <= mostStatements; statement += stride) {
    const run = await begin();
    store.dieAt(statement, ending);
    const status = await run.attempt();
    const died = await store.revive();
    try {
      if (!died) {
        assert.ok(status === undefined || status < 400, `it fails by itself: ${status}`);
        break;
      }
      // What goes on in the background may be what was cut off.
      if (status !== undefined) assert.ok(status < 400 || status === 503, `answered ${status}`);
      await run.again(ending);
    } catch (error) {
      throw Object.assign(error as Error, {
        message: `${ending} statement ${statement}: ${(error as Error).message}`,
      });
    }
  }
  assert.ok(statement > 1 && statement < mostStatements, `${statement} statements`);
}

for (const kind of storeKinds) {
  // What is begun anew at each statement adds up: a day takes a share of them, another one each day.
  const stride = atNight || testDay === "every" ? 1 : { sqlite: 5, postgres: 9 }[kind];
  describe(`a provider cut off on ${kind}`, () => {
    let dying: DyingStore;
    let key: string;
    let people = 0;
    let offMs = 0;
    const clock = () => new Date(Date.now() + offMs);
    const fixture = useProvider(
      { kind, clock, environment: { TTI_LOGIN_URL: loginUrl }, writesMeanwhile: true },
      async () => {
        await addMintingClients(fixture.db);
        await addClient(fixture.db, { client_id: "app" });
        await addIsvClient(fixture, isvId, ["acme", "hooli"]);
        await addPerson(fixture.db, { email: "first@acme.example", tenants: ["acme", "hooli"] });
        await addPerson(fixture.db, { email: "first@globex.example", tenants: ["globex"] });
        await setTenant(fixture.db, "globex", {
          loginMethod: "both",
          presencePolicy: { name: "within", hours: 12 },
        });
        await setTenant(fixture.db, "hooli", { loginMethod: "handoff" });
        key = (await createCredential(cliContext(fixture.db), { name: "ops", role: "owner" })).key;
        dying = letDie(fixture.server.db);
      },
    );

    const url = (more: Record<string, string> = {}) =>
      authorizationUrl(fixture, { client_id: "app", tenant: "acme", ...more });
    const codeIn = (visit: Visit) => visit.url.searchParams.get("code") ?? undefined;
    const silently = async (agent: UserAgent) => agent.follow(url({ prompt: "none" }));
    async function newPerson(tenant = "acme") {
      people += 1;
      const email = `person${people}@acme.example`;
      const { id } = await addPerson(fixture.db, { email, tenants: [tenant] });
      return { email, id, agent: new UserAgent() };
    }
    const signedIn = async () => {
      const person = await newPerson();
      return { ...person, code: codeOf(await signInAt(person.agent, url(), person.email)) };
    };
    const opens = async (code: string | undefined) => {
      const { status, body } = await redeem(fixture, code ?? "none");
      assert.equal(status, 200, `the new code opens: ${JSON.stringify(body)}`);
    };

    const flows: Record<string, () => Promise<Run>> = {
      "a password": async () => {
        const { email, agent } = await newPerson();
        const page = await agent.follow(url());
        const sent = () => {
          const form = formsOf(page).find(({ action }) => action.endsWith("/login"));
          const body = new URLSearchParams([
            ...(form?.fields ?? []),
            ["email", email],
            ["password", password],
          ]);
          return agent.follow(new URL(form?.action ?? "", page.url), { method: "POST", body });
        };
        return {
          attempt: async () => (await sent()).status,
          async again() {
            const visit = await agent.follow(url());
            const done =
              codeIn(visit) === undefined ? await agent.submit(visit, { email, password }, "/login") : visit;
            await opens(codeIn(done));
          },
        };
      },
      "a session that goes on": async () => {
        const { agent } = await signedIn();
        return {
          attempt: async () => (await silently(agent)).status,
          again: async () => opens(codeIn(await silently(agent))),
        };
      },
      "a code": async () => {
        const { agent, code } = await signedIn();
        return {
          attempt: async () => (await redeem(fixture, code)).status,
          async again(ending) {
            const { status, body } = await redeem(fixture, code);
            if (status === 200) {
              assert.equal((await refresh(fixture, body["refresh_token"])).status, 200);
              return;
            }
            // It stood, and nobody knew: the session in the browser gives another.
            assert.deepEqual([ending, status, body["error"]], ["after", 400, "invalid_grant"]);
            await opens(codeIn(await silently(agent)));
          },
        };
      },
      "a refresh": async () => {
        const { code } = await signedIn();
        const { refresh_token: token } = (await redeem(fixture, code)).body;
        return {
          attempt: async () => (await refresh(fixture, token)).status,
          async again() {
            const { status, body } = await refresh(fixture, token);
            assert.equal(status, 200, JSON.stringify(body));
            assert.equal((await refresh(fixture, body["refresh_token"])).status, 200);
          },
        };
      },
      "a mint": async () => {
        const { id: sub } = await newPerson("globex");
        const { issuer } = fixture;
        const mint = async () =>
          exchange(
            issuer,
            await signSubject(issuer, {
              sub,
              tenant: "globex",
              auth_time: Math.floor(clock().getTime() / 1000),
            }),
          );
        return {
          attempt: async () => (await mint()).status,
          again: async () => assert.equal((await mint()).status, 200),
        };
      },
      "the answer of the ISV's page": async () => {
        const { email, id, agent } = await newPerson("hooli");
        const challenge = await challengeOf(agent, fixture, { tenant: "hooli" });
        const isv = new IsvBackEnd(fixture);
        // It gets its access token now.
        await isv.call("none");
        const now = Math.floor(clock().getTime() / 1000);
        const login = { subject: id, tenant: "hooli", email, auth_time: now, amr: ["pwd"] };
        const accept = () => isv.call(`${challenge}/accept`, login);
        return {
          attempt: async () => (await accept()).status,
          async again(ending) {
            const { status, body } = await accept();
            const back = status === 200 ? String(body["redirect_to"]) : undefined;
            if (back === undefined) assert.equal(ending, "after", JSON.stringify(body));
            const anew = async () =>
              isv.accept(await challengeOf(agent, fixture, { tenant: "hooli" }), login);
            const given = await redeemVisit(fixture, await agent.follow(back ?? (await anew())));
            assert.ok(given["id_token"], JSON.stringify(given));
          },
        };
      },
      "signing out": async () => {
        const { agent, code } = await signedIn();
        const { id_token: hint } = (await redeem(fixture, code)).body;
        const out = new URL("/session/end", fixture.issuer);
        out.searchParams.set("id_token_hint", String(hint));
        return {
          attempt: async () => (await agent.follow(out)).status,
          async again() {
            const page = await agent.follow(out);
            if (formsOf(page).some(({ action }) => action.endsWith("/confirm")))
              await agent.submit(page, { logout: "yes" }, "/confirm");
            assert.equal((await silently(agent)).url.searchParams.get("error"), "login_required");
          },
        };
      },
      "a call with Idempotency-Key": async () => {
        const named = randomUUID();
        const id = `t${named.slice(0, 8)}`;
        const call = async () => {
          const response = await fetch(`${fixture.server.adminUrl}/v1/tenants`, {
            method: "POST",
            headers: {
              authorization: `Bearer ${key}`,
              "idempotency-key": named,
              "content-type": "application/json",
            },
            body: JSON.stringify({ id }),
          });
          await response.arrayBuffer();
          return response.status;
        };
        return {
          attempt: call,
          async again() {
            let status = await call();
            // Whoever had it may still be at it, for a minute.
            if (status === 409) {
              offMs += 61_000;
              status = await call();
            }
            assert.equal(status, 201);
            assert.equal((await fixture.db("tenants").where({ id })).length, 1);
            const events = await fixture.db("audit_events").where({ type: "tenant.created", tenant_id: id });
            assert.equal(events.length, 1);
          },
        };
      },
    };

    for (const [name, begin] of Object.entries(flows)) {
      for (const ending of ["before", "after"] as const)
        test(`${ending} any statement of ${name}`, () => cutOff(dying, ending, stride, begin));
    }
  });

  describe(`work in the background cut off on ${kind}`, () => {
    const store = useStore(kind);
    const nowMs = 1_800_000_000_000;
    let passedMs = 0;
    const clock = () => new Date(nowMs + passedMs);

    for (const ending of ["before", "after"] as const) {
      test(`a mail is sent, ${ending} any statement of the outbox`, async () => {
        const db = store.openAnother();
        const dying = letDie(db);
        await cutOff(dying, ending, stride > 1 ? 2 : 1, async () => {
          let sent = 0;
          const transport = {
            async send() {
              sent += 1;
            },
            close() {},
          };
          const id = await createMail(
            store.db,
            { kind: "password_changed", recipient: "ann@acme.example" },
            clock(),
          );
          const write = async () => ({ id, to: "ann@acme.example", subject: "s", text: "t", html: "h" });
          const policy = { ...mailPolicy, intervalMs: 3_600_000, atOnce: 1 };
          const outbox = startOutbox({ db, clock, log: silentLog, transport, write }, policy);
          return {
            async attempt() {
              await outbox.work().catch(() => undefined);
              return undefined;
            },
            async again() {
              passedMs += mailPolicy.leaseMs;
              await outbox.work();
              await outbox.stop();
              assert.equal((await findMail(store.db, id))?.state, "sent");
              assert.ok(sent === 1 || sent === 2, `${sent} times`);
            },
          };
        });
      });

      test(`the trail is sealed whole, ${ending} any statement of sealing`, async () => {
        const db = store.openAnother();
        const dying = letDie(db);
        const seals = createBlockSeals([new Uint8Array(32).fill(1)]);
        await cutOff(dying, ending, stride > 1 ? 2 : 1, async () => {
          passedMs += 3_600_000;
          await createCredential(cliContext(store.db), { name: randomUUID(), role: "auditor" });
          const later = () => new Date(Date.now() + 24 * 3_600_000 + passedMs);
          return {
            async attempt() {
              await sealNextBlock(db, seals, later()).catch(() => undefined);
              return undefined;
            },
            async again() {
              while ((await sealNextBlock(db, seals, later())) > 0);
              const report = await verifyChain(store.db, seals);
              assert.deepEqual([report.intact, report.unsealed.events, report.faults], [true, 0, []]);
            },
          };
        });
      });
    }

    test("a rotation of the keys stands or does not, and all is signed on", async () => {
      const installation = await openKeyInstallation(kind);
      const db = installation.openAnother();
      const dying = letDie(db);
      const ring = await installation.openInstance();
      await ring.poll();
      try {
        for (const ending of ["before", "after"] as const) {
          await cutOff(dying, ending, stride > 1 ? 2 : 1, async () => ({
            async attempt() {
              await rotateKeys({ ...installation.context, db }).catch(() => undefined);
              return undefined;
            },
            async again() {
              await installation.pass(24 * 3600, ring);
              const before = await signWith(ring);
              await rotateKeys({ ...installation.context, db });
              await installation.pass(24 * 3600 + 1, ring);
              assert.notEqual(await signWith(ring), before);
              assert.equal(ring.health().ready, true);
            },
          }));
        }
      } finally {
        await installation.close();
      }
    });
  });
}
