// A call that names an Idempotency-Key is done once, however often and wherever it is sent: the same answer again,
// secrets included, which rest sealed; a person's answers go with the person; another call under the key is refused; one that failed may be sent again.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { apiRoutes, mayRepeat } from "../../../src/admin/api_routes.ts";
import { deleteClient } from "../../../src/admin/operations/client_access.ts";
import { createCredential, revokeCredential } from "../../../src/admin/operations/credentials.ts";
import { addUserToTenant } from "../../../src/admin/operations/members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { updateUser } from "../../../src/admin/operations/user_update.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { createAnswerSeals } from "../../../src/admin/repeats/answer_seals.ts";
import { type NamedCall, takeUp } from "../../../src/admin/repeats/repeated_call.ts";
import { rememberedMs } from "../../../src/admin/repeats/repeated_call_store.ts";
import { silentLog } from "../../../src/log.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";
import { type AdminWorld, startAdminWorld } from "../admin_world.ts";

describe("a call over HTTP that names itself", () => {
  let world: AdminWorld;
  let token: string;
  before(async () => {
    world = await startAdminWorld();
    token = (await createCredential(world.context, { name: "ops", role: "owner" })).key;
  });
  after(() => world.close());

  async function send(
    key: string,
    path: string,
    body: unknown,
    { method = "POST", by = token }: { method?: string; by?: string } = {},
  ) {
    const response = await fetch(`${world.server.adminUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${by}`,
        "idempotency-key": key,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const told = (await response.json()) as Record<string, unknown>;
    const replayed = response.headers.get("idempotency-replayed") === "true";
    return { status: response.status, replayed, told };
  }
  const rows = (table: string, where: object) => world.server.db(table).where(where);

  it("answers the same again, with the secret it made, and did it once", async () => {
    const wanted = { clientId: "twice", redirectUris: ["https://app.example/cb"], name: "Twice" };
    const first = await send('"k-1"', "/v1/clients", wanted);
    const { name, clientId, redirectUris } = wanted;
    const again = await send("k-1", "/v1/clients", { name, redirectUris, clientId });
    assert.deepEqual([first.status, first.replayed, again.status, again.replayed], [201, false, 201, true]);
    assert.match(String(first.told["clientSecret"]), /^[\w-]{43}$/);
    assert.deepEqual(again.told, first.told);
    assert.equal((await rows("audit_events", { type: "client.created", client_id: "twice" })).length, 1);
    const kept = JSON.stringify(await world.server.db("repeated_calls").select());
    for (const plain of [first.told["clientSecret"], "twice", "k-1"])
      assert.ok(!kept.includes(String(plain)));
  });

  it("of many at once does one; the others are told the same, or that it is under way", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send("many", "/v1/tenants", { id: "many" })),
    );
    assert.equal(answers.filter(({ status, replayed }) => status === 201 && !replayed).length, 1);
    for (const { status, replayed, told } of answers.filter(({ status }) => status !== 201)) {
      assert.deepEqual([status, replayed, told["error"]], [409, false, "repeat_in_progress"]);
    }
  });

  it("refuses another call under the key, whatever differs", async () => {
    assert.equal((await send("one", "/v1/tenants", { id: "one" })).status, 201);
    for (const [path, body] of [
      ["/v1/tenants", { id: "two" }],
      ["/v1/tenants", { id: "one", name: "One" }],
      ["/v1/credentials", { id: "one" }],
    ] as const) {
      const { status, told } = await send("one", path, body);
      assert.deepEqual([status, told["error"], told["field"]], [422, "repeat_differs", "Idempotency-Key"]);
    }
  });

  it("remembers no call that failed", async () => {
    const failed = await send("later", "/v1/tenants/later/users", { user: "ann@later.example" });
    assert.equal(failed.status, 404);
    assert.equal((await send("later", "/v1/tenants", { id: "later" })).status, 201);
  });

  it("has each caller's keys apart, and answers nobody whose right has ended", async () => {
    const other = await createCredential(world.context, { name: "other", role: "owner" });
    assert.equal((await send("apart", "/v1/tenants", { id: "apart" })).status, 201);
    const theirs = await send("apart", "/v1/tenants", { id: "apart" }, { by: other.key });
    assert.deepEqual([theirs.status, theirs.told["error"]], [409, "tenant_exists"]);
    assert.equal((await send("mine", "/v1/tenants", { id: "mine" }, { by: other.key })).status, 201);
    await revokeCredential(world.context, { credential: other.id });
    assert.equal((await send("mine", "/v1/tenants", { id: "mine" }, { by: other.key })).status, 401);
  });

  it("tells a client that was opened again, or registered anew under the id, nothing that the one before was told", async () => {
    const client = { clientId: "ops-client", purposes: ["admin"] as ["admin"] };
    const call = (by: string) => send("kept", "/v1/users", { email: "kim@acme.example" }, { by });
    const first = await call(await world.accessToken(client, "tti:admin"));
    assert.deepEqual([first.status, first.replayed], [201, false]);
    await deleteClient(world.context, { clientId: client.clientId });
    const anew = await call(await world.accessToken(client, "tti:admin"));
    assert.deepEqual([anew.status, anew.replayed, anew.told["error"]], [409, false, "account_exists"]);
    assert.ok(!JSON.stringify(anew.told).includes(String(first.told["id"])));
  });

  it("makes nobody anew who was erased: the same call answers that it was done, and tells nothing of them", async () => {
    const wanted = { email: "erased@acme.example", name: "Erased" };
    const { told } = await send("erased", "/v1/users", wanted);
    assert.equal((await send("of-another", "/v1/users", { email: "stays@acme.example" })).status, 201);
    const gone = await fetch(`${world.server.adminUrl}/v1/users/${told["id"]}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(gone.status, 200);
    const again = await send("erased", "/v1/users", wanted);
    assert.deepEqual(
      [again.status, again.replayed, again.told["error"], again.told["field"]],
      [410, false, "repeat_forgotten", "Idempotency-Key"],
    );
    assert.doesNotMatch(JSON.stringify(again.told), /erased@|Erased/);
    assert.equal((await rows("accounts", { login_key: wanted.email })).length, 0);
    const other = await send("of-another", "/v1/users", { email: "stays@acme.example" });
    assert.deepEqual([other.status, other.replayed], [201, true]);
    assert.equal((await send("anew", "/v1/users", wanted)).status, 201);
  });

  it("is refused where nothing is created, and where the key is none", async () => {
    for (const { method, path } of apiRoutes.filter(
      (route) => !mayRepeat(route) && route.permission === "tti:admin",
    )) {
      const address = path.replaceAll(/:(\w+)/g, "some-$1");
      const body = method === "get" || method === "delete" ? undefined : {};
      const { status, told } = await send("k", address, body, { method: method.toUpperCase() });
      assert.deepEqual([status, told["field"]], [400, "Idempotency-Key"], `${method} ${path}`);
    }
    for (const key of ['""', '"a"b"', "a b", "x".repeat(256), "ü"]) {
      const { status, told } = await send(encodeURI(key) === key ? key : "\xfc", "/v1/tenants", {
        id: "bad",
      });
      assert.deepEqual([status, told["field"]], [400, "Idempotency-Key"], key);
    }
  });
});

it("a sealed answer opens under its own call alone, by any of the secrets, and shows nothing", async () => {
  const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const sealed = await createAnswerSeals([one]).seal("call", { clientSecret: "told-once" });
  const seals = createAnswerSeals([other, one]);
  assert.deepEqual(await seals.open("call", sealed), { answer: { clientSecret: "told-once" } });
  assert.equal(await seals.open("another call", sealed), undefined);
  assert.equal(await createAnswerSeals([other]).open("call", sealed), undefined);
  const readable = sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
  assert.doesNotMatch(readable.join(" "), /told-once/);
});

for (const kind of storeKinds) {
  describe(`a key on ${kind}`, () => {
    const store = useStore(kind);
    let nowMs = 1_800_000_000_000;
    const clock = () => new Date(nowMs);
    const deps = () => ({
      db: store.db,
      clock,
      answerSeals: createAnswerSeals([new Uint8Array(32).fill(1)]),
    });
    const call = {
      actor: "client:ops",
      generation: 0,
      key: "k",
      method: "POST",
      path: "/v1/tenants",
      body: { id: "a" },
    };
    const settled = async (taken: Awaited<ReturnType<typeof takeUp>>, answer: unknown) => {
      assert.ok("settle" in taken);
      await store.db.transaction((trx) => taken.settle(trx, answer));
    };

    it("has one who takes it up, of fifty at once; the others hear that it is under way", async () => {
      const all = await Promise.allSettled(Array.from({ length: 50 }, () => takeUp(deps(), call)));
      const taken = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      assert.equal(taken.length, 1);
      for (const one of all) {
        if (one.status === "rejected") assert.equal(one.reason.code, "repeat_in_progress");
      }
      await settled(taken[0] as (typeof taken)[0], { id: "a" });
      assert.deepEqual(await takeUp(deps(), call), { answered: { id: "a" } });
    });

    it("is free after a minute if who took it up is gone, whose act then does not stand", async () => {
      const lost = await takeUp(deps(), { ...call, key: "lost" });
      nowMs += 59_000;
      await assert.rejects(takeUp(deps(), { ...call, key: "lost" }), { code: "repeat_in_progress" });
      nowMs += 2_000;
      const next = await takeUp(deps(), { ...call, key: "lost" });
      await assert.rejects(settled(lost, { id: "late" }), { code: "repeat_in_progress" });
      await settled(next, { id: "next" });
      assert.deepEqual(await takeUp(deps(), { ...call, key: "lost" }), { answered: { id: "next" } });
    });

    it("is given back once the store takes it, though it did not when the call failed", async () => {
      const named = { ...call, key: "later" };
      // The store fails for as long as the act does, and for the first attempt to give the call back.
      let fails = false;
      const failing = new Proxy(store.db, {
        apply: (target, self, words) => {
          if (fails) throw new Error("the store is gone");
          return Reflect.apply(target, self, words) as unknown;
        },
      });
      const taken = await takeUp({ ...deps(), db: failing }, named);
      assert.ok("release" in taken);
      fails = true;
      await taken.release();
      await assert.rejects(takeUp(deps(), named), { code: "repeat_in_progress" });
      fails = false;
      let again: unknown;
      for (let look = 0; again === undefined && look < 400; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        again = await takeUp(deps(), named).catch(() => undefined);
      }
      assert.ok(again !== undefined, "it can be taken up again");
    });

    it("keeps nothing of an act that was taken back", async () => {
      const taken = await takeUp(deps(), { ...call, key: "back" });
      assert.ok("settle" in taken);
      await assert.rejects(
        store.db.transaction(async (trx) => {
          await taken.settle(trx, {});
          throw new Error("taken back");
        }),
      );
      await taken.release();
      assert.ok("settle" in (await takeUp(deps(), { ...call, key: "back" })));
    });

    describe("whose answer tells of a person", () => {
      const context = () => ({ ...cliContext(store.db), clock });
      let people = 0;
      let email = "";
      beforeEach(async () => {
        people += 1;
        email = `kept${people}@acme.example`;
        if (people === 1) await createTenant(context(), { id: "acme" });
      });

      /** Does an act under a key, and asserts that it is told again. */
      async function keep(named: NamedCall, act: (told: OperationContext) => Promise<unknown>) {
        const taken = await takeUp(deps(), named);
        assert.ok("settle" in taken);
        const answer = await act({ ...context(), settled: taken.settle });
        assert.deepEqual(await takeUp(deps(), named), { answered: answer });
      }
      const kept = () => store.db("repeated_calls").whereNot("sealed_answer", "").pluck("id_hash");

      it("forgets it with the person, and is no key to do it anew by", async () => {
        const created = { ...call, key: email, path: "/v1/users", body: { email } };
        await keep(created, (told) => createUser(told, { email }));
        const before = await kept();
        // Who belongs to the tenant already is told all the same, and no event names them.
        const input = { user: email, tenantId: "acme" };
        await addUserToTenant(context(), input);
        const added = { ...call, key: `add ${email}`, path: "/v1/tenants/acme/users", body: { user: email } };
        await keep(added, (told) => addUserToTenant(told, input));
        const other = {
          ...call,
          key: `other ${email}`,
          path: "/v1/users",
          body: { email: `other.${email}` },
        };
        await keep(other, (told) => createUser(told, { email: `other.${email}` }));
        const { id } = await deleteUser(context(), { user: email, dryRun: true });
        assert.equal((await kept()).length, before.length + 2, "a trial forgets nothing");
        await deleteUser(context(), { user: email });
        for (const named of [created, added]) {
          await assert.rejects(takeUp(deps(), named), { code: "repeat_forgotten" });
          await assert.rejects(takeUp(deps(), { ...named, body: {} }), { code: "repeat_differs" });
        }
        assert.equal((await kept()).length, before.length);
        assert.deepEqual(await store.db("repeated_call_people").where("account_id", id), []);
        nowMs += 120_000;
        await assert.rejects(takeUp(deps(), created), { code: "repeat_forgotten" });
        assert.ok("answered" in (await takeUp(deps(), other)));
      });

      it("forgets it when they get another address, and not when they keep it", async () => {
        const named = { ...call, key: email, path: "/v1/users", body: { email } };
        await keep(named, (told) => createUser(told, { email }));
        await updateUser(context(), { user: email, name: "Another", email });
        assert.ok("answered" in (await takeUp(deps(), named)));
        await updateUser(context(), { user: email, email: `new.${email}` });
        await assert.rejects(takeUp(deps(), named), { code: "repeat_forgotten" });
        await keep({ ...named, key: `new ${email}` }, (told) =>
          addUserToTenant(told, { user: `new.${email}`, tenantId: "acme" }),
        );
      });
    });

    it("is told to nobody when the secrets are others, and forgotten after a day", async () => {
      const answerSeals = createAnswerSeals([new Uint8Array(32).fill(2)]);
      await assert.rejects(takeUp({ ...deps(), answerSeals }, call), { code: "repeat_differs" });
      nowMs += rememberedMs + 1;
      assert.ok("settle" in (await takeUp(deps(), call)));
      nowMs += rememberedMs + 1;
      const sweeper = startSweeper({ db: store.db, clock, log: silentLog });
      await sweeper.sweep();
      await sweeper.stop();
      assert.equal((await store.db("repeated_calls").select()).length, 0);
      assert.equal((await store.db("repeated_call_people").select()).length, 0);
    });
  });
}
