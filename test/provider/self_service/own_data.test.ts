// The file of everything kept of a person, as they take it themselves: theirs and nobody else's, without a secret, by a fresh
// sign-in of their own, and only so often.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toldTo } from "../../../src/provider/self_service/own_data.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { getCode, redeem } from "../support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`taking one's data, on ${kind}`, () => {
    const people = { ann: { id: "" }, bob: { id: "" } };
    const world = useProvider({ kind }, async () => {
      await addClient(world.db, { client_id: "app" });
      people.ann = await addPerson(world.db, { email: "ann@acme.example", name: "Ann", tenants: ["acme"] });
      people.bob = await addPerson(world.db, { email: "bob@acme.example", name: "Bob", tenants: ["acme"] });
    });
    const url = () => `${world.issuer}/account/data`;
    const signIn = async (email: string) => {
      const agent = new UserAgent();
      await agent.submit(await agent.follow(url()), { email, password }, "/login");
      return agent;
    };
    const grow = async (accountId: string, count: number) => {
      const rows = Array.from({ length: count }, (_, index) => ({
        ...{ id: `grown-${accountId}-${index}`, at_ms: 1_000 + index, type: "token.minted" },
        ...{ actor: "client:app", tenant_id: "acme", account_id: accountId, client_id: "app", details: "{}" },
      }));
      await world.db.batchInsert("audit_events", rows, 100);
    };

    test("it is whole, however much there is, and says nothing of others and no secret", async () => {
      const { body } = await redeem(world, await getCode(world, "ann@acme.example"));
      await getCode(world, "bob@acme.example");
      await grow(people.ann.id, 450);
      const agent = await signIn("ann@acme.example");
      const answer = await agent.submit(await agent.follow(url()), {}, "/account/data");
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename="my-data\.json"$/);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
      const data = JSON.parse(answer.text);
      assert.equal(data.account.email, "ann@acme.example");
      assert.deepEqual(
        data.memberships.map(({ tenantId }: { tenantId: string }) => tenantId),
        ["acme"],
      );
      const ids = data.events.map(({ id }: { id: string }) => id);
      assert.equal(new Set(ids).size, ids.length, "each once");
      assert.equal(ids.filter((id: string) => id.startsWith("grown-")).length, 450);
      assert.ok(data.events.some(({ type }: { type: string }) => type === "people.exported"));
      for (const other of ["bob", "Bob", people.bob.id, String(body["access_token"]), "$argon2", "loginHash"])
        assert.ok(!answer.text.includes(other), other);
    });

    test("nobody takes another's, nor without a fresh sign-in, nor as often as they like", async () => {
      const agent = await signIn("bob@acme.example");
      const stolen = await postAccountForm(agent, url(), people.ann, { user: people.ann.id });
      assert.doesNotMatch(stolen.text, /ann@acme/);
      await world.db("session_vouchers").where({ account_id: people.bob.id }).update({ auth_time_ms: 1 });
      const asked = await postAccountForm(agent, url(), people.bob, {});
      assert.match(asked.text, /name="password"/);
      const back = await agent.submit(asked, { email: "bob@acme.example", password }, "/login");
      assert.equal(back.url.pathname, "/account/data");
      const own = { account: people.ann.id, user: people.ann.id };
      for (let times = 0; times < 3; times += 1) {
        const { text } = await postAccountForm(agent, url(), people.bob, own);
        assert.equal(JSON.parse(text).account.id, people.bob.id);
      }
      const refused = await postAccountForm(agent, url(), people.bob, {});
      assert.equal(refused.status, 429);
      assert.match(refused.text, /Take it again in 10 minutes/);
      const taken = await world
        .db("audit_events")
        .where({ type: "people.exported", account_id: people.ann.id });
      assert.ok(taken.every(({ actor }) => actor === `account:${people.ann.id}`));
    });
  });
}

test("an event tells of nobody but whom it happened to", () => {
  const event = { id: "e", atMs: 1, type: "membership.created", tenantId: "acme", accountId: "a" } as const;
  const told = (actor: string) =>
    toldTo("a", {
      ...event,
      ...{ actor, address: "192.0.2.7", requestId: "r", loginHash: "h" },
      details: { role: "member", sameAddressAs: "b c" },
    });
  const shown = { ...event, details: { role: "member" } };
  assert.deepEqual(told("account:a"), { ...shown, by: "you", address: "192.0.2.7" });
  assert.deepEqual(told("client:app"), { ...shown, by: "client:app" });
  for (const actor of ["account:b", "cli:root", "credential:c", "system"])
    assert.deepEqual(told(actor), { ...shown, by: "administration" });
  assert.deepEqual(told("nobody"), { ...shown, by: "nobody who proved who they are" });
});
