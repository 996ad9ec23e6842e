// Class: enumeration of people at login and recovery. Whoever signs in, or asks for a new password, learns nothing of who has an
// account: the same pages, the same statements and as many hashes, whoever is asked for. At night durations are compared, too: of
// many people with an account and without, one after the other in pairs, by ranks.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { disableUser } from "../../src/admin/operations/user_access.ts";
import {
  createAccountLink,
  type LinkPurpose,
  useAccountLink,
} from "../../src/provider/accounts/account_link_store.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { signIn } from "../../src/provider/accounts/sign_in.ts";
import { passwordPurposes, readLink } from "../../src/provider/links/use_link.ts";
import { browserElsewhere, newPassword, operatorOf, useLinks } from "../provider/links/links_world.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson } from "../provider/support/provider_fixture.ts";
import type { Visit } from "../provider/support/user_agent.ts";
import { atNight } from "../support/at_night.ts";
import { storeKinds } from "../support/databases.ts";
import { sentBy } from "../support/plans.ts";
import { mostByChance, rankDifference } from "../support/rank_test.ts";
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

test("a difference of a twentieth between durations is seen, and none where there is none", () => {
  // Drawn once, from a spread such as a busy machine makes.
  let seed = 7;
  const draw = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const durations = (longer: number) =>
    Array.from({ length: 150 }, () => (40 + 4 * draw() + (draw() < 0.1 ? 200 * draw() : 0)) * longer);
  assert.ok(Math.abs(rankDifference(durations(1), durations(1))) < mostByChance);
  assert.ok(rankDifference(durations(1.05), durations(1)) > mostByChance);
  assert.equal(rankDifference([1, 1], [1, 1]), 0);
});

for (const kind of storeKinds) {
  describe(`a mailed link in ${kind}`, () => {
    const store = useStore(kind);
    const now = new Date();

    test("that does not count costs the same statements, whether it was used, is too old, of another page, ended, or never was", async () => {
      const { id } = await addPerson(store.db, { email: "linked@acme.example" });
      const made = async (purpose: LinkPurpose, at = now) =>
        (
          await createAccountLink(
            store.db,
            purpose,
            { id, email: "linked@acme.example", signInGeneration: 0 },
            at,
          )
        ).secret;
      const used = await made("invitation");
      const link = { purpose: "invitation", accountId: id } as const;
      assert.equal(await useAccountLink(store.db, used, link, now.getTime()), true);
      const secrets = {
        used,
        old: await made("invitation", new Date(now.getTime() - 8 * 86_400_000)),
        foreign: await made("address_proof"),
        unknown: "x".repeat(43),
      };
      const works = [];
      for (const secret of Object.values(secrets)) {
        const sent = await sentBy(store, (db) =>
          assert.rejects(readLink({ db, clock: () => now }, secret, passwordPurposes), { code: "link_over" }),
        );
        works.push(sent.map(({ sql }) => sql));
      }
      assert.equal(works[0]?.length, 1);
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

  test("of a link that does not count are the same, by whatever it ended", async () => {
    const { db } = world.fixture;
    const make = async (email: string, purpose: LinkPurpose, at = new Date()) => {
      const { id } = await addPerson(db, { email, tenants: ["acme"] });
      return (await createAccountLink(db, purpose, { id, email, signInGeneration: 0 }, at)).secret;
    };
    const used = await make("used@acme.example", "invitation");
    const path = `${world.fixture.issuer}/account/password`;
    const send = (token: string) =>
      browserElsewhere().visit(path, {
        method: "POST",
        body: new URLSearchParams({ token, password: newPassword }),
      });
    assert.equal((await send(used)).status, 200);
    const ended = await make("ended@acme.example", "invitation");
    await disableUser(operatorOf(world), { user: "ended@acme.example" });
    const secrets = [
      used,
      ended,
      await make("old@acme.example", "invitation", new Date(Date.now() - 8 * 86_400_000)),
      await make("foreign@acme.example", "address_proof"),
      `${used.slice(0, -1)}${used.endsWith("A") ? "B" : "A"}`,
      "x".repeat(43),
    ];
    const answers = [];
    for (const secret of secrets) {
      const opened = await browserElsewhere().visit(`${path}?token=${secret}`);
      answers.push([opened, await send(secret)].map((visit) => told(visit, secret)));
    }
    assert.equal(answers[0]?.[0]?.status, 410);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  });
});

if (atNight) {
  describe("durations", () => {
    const world = useLinks("postgres", async () => {
      const { db } = world.fixture;
      await addClient(db, { client_id: "app" });
      // As people have it: of the cost in which nobody's password is computed, too.
      const passwordHash = await createPasswords().hashNewPassword("seven green umbrellas in march", []);
      for (let number = 0; number < pairs; number += 1) {
        const { id } = await addPerson(db, { email: `known${number}@acme.example`, tenants: ["acme"] });
        await db("accounts").where({ id }).update({ password_hash: passwordHash, imported_hash_kind: null });
      }
    });
    const pairs = 150;
    const durations = { login: [[], []], reset: [[], []] } as Record<string, [number[], number[]]>;
    const timed = async (act: () => Promise<Visit>, into: number[] | undefined): Promise<Visit> => {
      const began = performance.now();
      const visit = await act();
      into?.push(performance.now() - began);
      return visit;
    };
    async function measure(email: string, side: 0 | 1): Promise<void> {
      const agent = browserElsewhere();
      const first = await agent.follow(authorizationUrl(world.fixture, { tenant: "acme" }));
      const asked = await agent.submit(first, { email }, "/login");
      await timed(
        () => agent.submit(asked, { email, password: "a wrong password" }, "/login"),
        durations["login"]?.[side],
      );
      const forgot = await agent.follow(`${world.fixture.issuer}/account/forgot`);
      await timed(() => agent.submit(forgot, { email }, "/account/forgot"), durations["reset"]?.[side]);
    }

    test("of a wrong password, and of asking for a new one, tell nobody who has an account", async () => {
      for (let warm = 0; warm < 5; warm += 1) await measure(`warm${warm}@acme.example`, 1);
      for (const side of [0, 1] as const) for (const of of Object.values(durations)) of[side].length = 0;
      for (let number = 0; number < pairs; number += 1) {
        const pair = [
          () => measure(`known${number}@acme.example`, 0),
          () => measure(`nobody${number}@acme.example`, 1),
        ];
        for (const one of number % 2 === 0 ? pair : pair.reverse()) await one();
      }
      for (const [what, [known, unknown]] of Object.entries(durations)) {
        const apart = rankDifference(known, unknown);
        assert.ok(Math.abs(apart) < mostByChance, `${what}: ${apart.toFixed(1)} standard deviations apart`);
      }
    });
  });
}
