// Class: enumeration of people at login and recovery. Whoever signs in, or asks for a new password, learns nothing of who has an
// account: the same pages, the same statements and as many hashes, whoever is asked for.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disableUser } from "../../src/admin/operations/user_access.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { signIn } from "../../src/provider/accounts/sign_in.ts";
import { browserElsewhere, operatorOf, useLinks } from "../provider/links/links_world.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson } from "../provider/support/provider_fixture.ts";
import type { Visit } from "../provider/support/user_agent.ts";
import { storeKinds } from "../support/databases.ts";
import { sentBy } from "../support/plans.ts";
import { useStore } from "../support/use_store.ts";

const people = ["known1", "unproven", "disabled", "nobody1", "nobody2"].map((name) => `${name}@acme.example`);

for (const kind of storeKinds) {
  describe(`a wrong password in ${kind}`, () => {
    const store = useStore(kind, async () => {
      await addPerson(store.db, { email: "known1@acme.example" });
      await addPerson(store.db, { email: "unproven@acme.example", emailVerified: false });
      const { id } = await addPerson(store.db, { email: "disabled@acme.example" });
      await store.db("accounts").where({ id }).update({ disabled_at_ms: 1 });
    });

    test("costs the same statements, and one hash, whoever it is for", async () => {
      const made = createPasswords();
      let hashes = 0;
      const passwords = {
        ...made,
        verifyPassword(...words: Parameters<typeof made.verifyPassword>) {
          hashes += 1;
          return made.verifyPassword(...words);
        },
      };
      const works = [];
      for (const [index, login] of people.entries()) {
        hashes = 0;
        const sent = await sentBy(store, (db) =>
          signIn(
            { db, clock: () => new Date(), passwords },
            { login, password: "a wrong password", clientAddress: `203.0.113.${index + 1}` },
          ).then(
            () => assert.fail("it was let in"),
            ({ code }) => assert.equal(code, "invalid_credentials"),
          ),
        );
        works.push([hashes, ...sent.map(({ sql }) => sql)]);
      }
      assert.equal(works[0]?.[0], 1);
      for (const work of works) assert.deepEqual(work, works[0]);
    });
  });
}

describe("pages of the sign-in", () => {
  const world = useLinks("sqlite", async () => {
    const { db } = world.fixture;
    await addClient(db, { client_id: "app" });
    await addPerson(db, { email: "known1@acme.example", tenants: ["acme"] });
    await addPerson(db, { email: "unproven@acme.example", emailVerified: false, tenants: ["acme"] });
    await addPerson(db, { email: "disabled@acme.example", tenants: ["acme"] });
    await disableUser(operatorOf(world), { user: "disabled@acme.example" });
  });

  // Headers and text, without what is of this request alone, and the address as it was typed.
  const told = ({ status, headers, text, url }: Visit, email: string) => {
    const own = ["date", "x-request-id", "set-cookie", "content-length"];
    const shown = (words: string) => words.replaceAll(email, "ADDRESS").replace(/[\w-]{20,}/g, "RANDOM");
    const kept = [...headers]
      .filter(([name]) => !own.includes(name))
      .map(([name, value]) => [name, shown(value)]);
    return { status, kept, text: shown(text), path: shown(url.pathname) };
  };

  test("are the same for everybody: the address, a wrong password, a forgotten one", async () => {
    const answers = [];
    for (const email of people) {
      const agent = browserElsewhere();
      const first = await agent.follow(authorizationUrl(world.fixture, { tenant: "acme" }));
      const asked = await agent.submit(first, { email }, "/login");
      const wrong = await agent.submit(asked, { email, password: "a wrong password" }, "/login");
      const forgot = await agent.follow(`${world.fixture.issuer}/account/forgot`);
      const sent = await agent.submit(forgot, { email }, "/account/forgot");
      answers.push([asked, wrong, sent].map((visit) => told(visit, email)));
    }
    assert.match(answers[0]?.[0]?.text ?? "", /name="password"/);
    assert.match(answers[0]?.[1]?.text ?? "", /role="alert"/);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });
});
