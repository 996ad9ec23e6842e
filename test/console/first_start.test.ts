// The one-time link of the first start: what it makes, what it takes, and everything that ends it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdministrator as createOwner } from "../../src/admin/administrators/administrator_store.ts";
import { createAdministrator, updateAdministrator } from "../../src/admin/operations/administrators.ts";
import { makeFirstLink } from "../../src/admin/operations/first_link.ts";
import { firstStartUrl } from "../../src/console/first_start/first_start_page.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { eventsOf } from "../audit/audit_world.ts";
import { addPerson, type ProviderFixture, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { goOn, open } from "./console_world.ts";

const password = "seven green umbrellas in march";
const founder = { email: "founder@isv.example", name: "Fay Founder", password };

/** Makes a link, as `tti serve` does. */
async function linkOf({ db }: Pick<ProviderFixture, "db">, clock = () => new Date()): Promise<string> {
  const { link } = await makeFirstLink({ ...cliContext(db), clock });
  assert.ok(link, "there is no owner");
  return link.secret;
}

/** Sends the form as the console's own page does. */
function become(
  server: Pick<RunningServer, "adminUrl">,
  token: string,
  fields: Record<string, string> = founder,
  headers: Record<string, string> = {},
): Promise<Visit> {
  return new UserAgent().visit(`${server.adminUrl}/console/first`, {
    method: "POST",
    headers: { origin: server.adminUrl, "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams({ ...fields, token }),
  });
}

const owners = async ({ db }: Pick<ProviderFixture, "db">): Promise<string[]> =>
  db("administrators as r")
    .join("accounts as a", "a.id", "r.account_id")
    .where("r.role", "owner")
    .pluck<string[]>("a.email");

for (const kind of storesOfToday(import.meta.url)) {
  describe(`the link of the first start, ${kind}`, () => {
    let aheadMs = 0;
    const clock = () => new Date(Date.now() + aheadMs);
    const world = useProvider({ kind, clock });
    const see = (token: string) => new UserAgent().visit(firstStartUrl(world.server.consoleUrl ?? "", token));
    const assertOver = ({ status, text }: Visit, why: string) => {
      assert.equal(status, 403, why);
      assert.match(text, /This link is over[\s\S]*first_link_over/, why);
    };

    it("opens a page that does nothing by itself, however often, and is kept as a hash", async () => {
      const token = await linkOf(world);
      for (const _ of [1, 2]) {
        const page = await see(token);
        assert.equal(page.status, 200);
        assert.match(page.text, /<h1>Become the first owner<\/h1>/);
        assert.equal(page.headers.get("referrer-policy"), "no-referrer");
        assert.equal(page.headers.get("cache-control"), "no-store");
        assert.equal(page.headers.getSetCookie().length, 0);
      }
      assert.deepEqual(await owners(world), []);
      const kept = JSON.stringify([
        await world.db("first_links").select(),
        await world.db("audit_events").select(),
      ]);
      assert.ok(kept.includes("admin.first_link_made") && !kept.includes(token));
    });

    it("shows what is wrong beside its field, still counts, and repeats no password", async () => {
      const token = await linkOf(world);
      for (const [fields, field] of [
        [{ ...founder, password: "" }, "password"],
        [{ ...founder, password: "founder@isv.example" }, "password"],
        [{ ...founder, email: "founder" }, "email"],
        [{ ...founder, name: "\u0007" }, "name"],
      ] as const) {
        const refused = await become(world.server, token, fields);
        assert.equal(refused.status, 400);
        assert.match(refused.text, new RegExp(`id="${field}-error"`), field);
        assert.match(refused.text, /<title>Error: Become the first owner/);
        assert.ok(fields.password === "" || field !== "name" || !refused.text.includes(fields.password));
        assert.match(refused.text, new RegExp(`name="token" value="${token}"`));
      }
      assert.equal((await see(token)).status, 200);
    });

    it("takes no form of another site, and no other word than its own", async () => {
      const token = await linkOf(world);
      for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
        assert.equal((await become(world.server, token, founder, headers)).status, 403);
      }
      const foreign = { "sec-fetch-site": "", origin: "https://evil.example" };
      const refused = await become(world.server, token, founder, foreign);
      assert.equal(refused.status, 403);
      assert.match(refused.text, /<title>[^<]*This form was not taken/);
      const told = await world.db("audit_events").where({ type: "admin.refused" }).pluck<string[]>("details");
      assert.ok(told.length > 0);
      for (const details of told) assert.match(JSON.stringify(details), /POST \/console\/first/);
      for (const other of ["", `${token}x`, token.toLowerCase(), token.slice(1), "x".repeat(43)]) {
        assertOver(await become(world.server, other), other);
        assertOver(await see(other), other);
      }
      const twice = await new UserAgent().visit(
        `${world.server.adminUrl}/console/first?token=${token}&token=${token}`,
      );
      assert.notEqual(twice.status, 200);
      assert.deepEqual(await owners(world), []);
    });

    it("ends after an hour, also for who has its page open", async () => {
      const token = await linkOf(world, clock);
      aheadMs = 3_600_001;
      assertOver(await see(token), "too old");
      assertOver(await become(world.server, token), "too old");
      aheadMs = 0;
    });

    it("does not end by administrators who are no owners, and makes no right of theirs", async () => {
      const token = await linkOf(world);
      const email = "ada@isv.example";
      await createAdministrator(cliContext(world.db), { email, role: "auditor" });
      assert.equal((await see(token)).status, 200);
      const refused = await become(world.server, token, { ...founder, email, name: "" });
      assert.equal(refused.status, 409);
      assert.match(refused.text, /id="email-error"/);
    });

    it("makes one owner, once, whatever link is sent then, and leads to the sign-in", async () => {
      const [token, other] = [await linkOf(world), await linkOf(world)];
      const made = await become(world.server, token);
      assert.deepEqual([made.status, made.headers.get("location")], [303, "/console/sign-in"]);
      assert.deepEqual(await owners(world), [founder.email]);
      const [event] = (await eventsOf(world.db, "admin.created")).filter(
        ({ actor }) => actor === "first-start",
      );
      assert.deepEqual(event?.details, { role: "owner" });
      assertOver(await become(world.server, token, { ...founder, email: "second@isv.example" }), "used");
      assertOver(await become(world.server, other, { ...founder, email: "third@isv.example" }), "owned");
      assertOver(await see(other), "owned");
      assert.deepEqual(await owners(world), [founder.email]);
      assert.equal((await world.db("accounts").where("email", "like", "%ird@isv.example")).length, 0);
      assert.deepEqual(await makeFirstLink(cliContext(world.db)), { link: null });

      const agent = new UserAgent();
      const login = await open(agent, `${world.server.adminUrl}/console/sign-in`);
      const page = await goOn(agent, await agent.submit(login, { email: founder.email, password }, "/login"));
      assert.equal(page.url.href, `${world.server.adminUrl}/console`);
      assert.equal(page.status, 200);
    });
  });
}

describe("an owner made by another way", () => {
  const world = useProvider();

  it("ends the link: by the command, by a promotion", async () => {
    const token = await linkOf(world);
    const context = cliContext(world.db);
    await createAdministrator(context, { email: "ada@isv.example", role: "operator" });
    await updateAdministrator(context, { user: "ada@isv.example", role: "owner" });
    assert.equal((await become(world.server, token)).status, 403);
    assert.deepEqual(await owners(world), ["ada@isv.example"]);
  });
});

describe("an account that has the address already", () => {
  const world = useProvider();

  it("becomes the owner with the password of the form, and is signed out everywhere", async () => {
    await addPerson(world.db, { email: founder.email, name: "Old Name" });
    const token = await linkOf(world);
    const kept = await become(world.server, token);
    assert.equal(kept.status, 400);
    assert.match(kept.text, /id="name-error"/);
    assert.equal((await become(world.server, token, { ...founder, name: "" })).status, 303);
    assert.equal((await eventsOf(world.db, "account.password_set")).length, 1);
  });
});

describe("many at once on two instances, on PostgreSQL", () => {
  let second: RunningServer;
  const world = useProvider({ kind: "postgres", writesMeanwhile: true }, async () => {
    second = await world.startAnother();
  });

  it("of a hundred uses of three links one makes an owner", async () => {
    const tokens = [await linkOf(world), await linkOf(world), await linkOf(world)];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        become(n % 2 === 0 ? world.server : second, tokens[n % 3] ?? "", {
          ...founder,
          email: n % 4 === 0 ? founder.email : `founder${n}@isv.example`,
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 303).length, 1, statuses.join(" "));
    assert.ok(statuses.every((status) => status === 303 || status === 403 || status === 503));
    assert.equal((await owners(world)).length, 1);
    assert.equal((await world.db("accounts").where("email", "like", "founder%")).length, 1);
  });

  it("while an owner is being made by the command, the link waits, and comes to nothing", async () => {
    await world.db("administrators").delete();
    const token = await linkOf(world);
    const { id } = await addPerson(world.db, { email: "command@isv.example" });
    const used = await world.db.transaction(async (trx) => {
      await createOwner(trx, { accountId: id, role: "owner" }, new Date());
      const used = become(world.server, token, { ...founder, email: "late@isv.example" });
      // It would be done by then.
      await Promise.race([used, sleep(1_000)]);
      return { used };
    });
    assert.equal((await used.used).status, 403);
    assert.deepEqual(await owners(world), ["command@isv.example"]);
  });
});
