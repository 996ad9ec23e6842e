// Password hashing: what it produces, what it refuses, and that it bounds its own work.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hash } from "@node-rs/argon2";
import { OperationError } from "../../../src/errors.ts";
import { generatePassword } from "../../../src/provider/accounts/generated_password.ts";
import { assertNewPassword, createPasswords } from "../../../src/provider/accounts/passwords.ts";

describe("passwords", () => {
  const passwords = createPasswords({ concurrency: 1 });

  it("hash to Argon2id with 19 MiB and two passes, salted", async () => {
    const [first, second] = await Promise.all([
      passwords.hashPassword("correct horse"),
      passwords.hashPassword("correct horse"),
    ]);
    assert.match(first ?? "", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.notEqual(first, second);
  });

  it("verify the password they were made from and no other", async () => {
    const hash = await passwords.hashPassword("correct horse battery");
    assert.equal(await passwords.verifyPassword(hash, "correct horse battery"), true);
    assert.equal(await passwords.verifyPassword(hash, "Correct horse battery"), false);
    assert.equal(await passwords.verifyPassword(hash, ""), false);
  });

  it("verify however the keyboard composed the letters", async () => {
    const hash = await passwords.hashPassword("cr\u00e8me br\u00fbl\u00e9e");
    assert.equal(await passwords.verifyPassword(hash, "cre\u0300me bru\u0302le\u0301e"), true);
  });

  it("never verify for somebody who has none, not even the decoy's own password", async () => {
    assert.equal(await passwords.verifyPassword(undefined, "nobody signs in with this password"), false);
    assert.equal(await passwords.verifyPassword(null, ""), false);
  });

  it("never verify beyond the longest password, without hashing megabytes", async () => {
    const hash = await passwords.hashPassword("");
    assert.equal(await passwords.verifyPassword(hash, "x".repeat(1_000_000)), false);
  });

  it("of an unknown user take as long as of a known one", async () => {
    const hash = await passwords.hashPassword("correct horse battery");
    await passwords.verifyPassword(undefined, "warm up");
    // The processor's time, all threads together: another program's work does not lengthen it.
    const work = async (stored: string | undefined) => {
      const started = process.cpuUsage();
      for (let round = 0; round < 10; round += 1) await passwords.verifyPassword(stored, "wrong password");
      return process.cpuUsage(started).user;
    };
    const ratio = (await work(undefined)) / (await work(hash));
    // Without the decoy the ratio is below 0.01.
    assert.ok(ratio > 0.2 && ratio < 5, `unknown / known = ${ratio}`);
  });

  it("turn callers away when too many wait, and serve the rest", async () => {
    // A cheap hash: what is counted is who waits, not how long.
    const cheap = await hash("y", { memoryCost: 8, timeCost: 1, parallelism: 1 });
    const results = await Promise.allSettled(
      Array.from({ length: 230 }, () => createdOnce.verifyPassword(cheap, "x")),
    );
    const refused = results.filter((result) => result.status === "rejected");
    assert.ok(refused.length > 0 && refused.length < 60, `${refused.length} refused`);
    for (const { reason } of refused) assert.equal(reason.code, "overloaded");
    assert.equal(await createdOnce.verifyPassword(undefined, "x"), false);
  });

  it("for new accounts have 10 to 256 characters", async () => {
    const refused = { code: "invalid_input", field: "password" };
    await assert.rejects(assertNewPassword("short"), refused);
    await assert.rejects(assertNewPassword("long enough for anybody ".repeat(11)), refused);
    await assertNewPassword("k7m2p-x9wq");
    await assertNewPassword(`${"🔑 eleven strange green doors ".repeat(8)}`.slice(0, 256));
  });

  const about = ["Jane.Doe@Acme.example", "Jane Doe", "globex-eu"];
  for (const password of [
    "aaaaaaaaaa",
    "password12",
    "abcdefghijkl",
    "qwertyuiop1",
    "1234567890",
    "Spring2026!",
    "ababababababab",
    "jane.doe@acme.example",
    "JaneDoeJaneDoe",
    "globex-eu-2026",
    "Acme.example1",
    "tti-provider",
    "p\uff41ssword12",
    "passwordpassword".repeat(16),
  ]) {
    it(`that are easily guessed are refused: ${password.slice(0, 24)}`, async () => {
      await assert.rejects(assertNewPassword(password, about), { code: "invalid_input", field: "password" });
    });
  }

  for (const password of [
    "correct horse battery staple",
    "sommerregen im juli",
    "k7m2p-x9wq3",
    "crème brûlée zu dritt",
  ]) {
    it(`that are hard to guess are taken: ${password}`, () => assertNewPassword(password, about));
  }

  for (const [password, said] of [
    ["Jane.Doe-2026", "made of what others know"],
    ["Northwind!2026", "made of what others know"],
    ["globex-globex-1", "made of what others know"],
    ["password12345", "many people use"],
    ["Willkommen2026", "many people use"],
    ["xyxyxyxyxyxyxyxy", "repeats itself"],
    ["abcdefghijklmnop", "counts up or down"],
    ["qwertzuiopasdf", "side by side"],
    ["17.03.1984xz", "a date or a year"],
    ["kq7w 2tzpl", undefined],
    ["anemone anemometer", undefined],
  ] as const) {
    it(`are told what is weak about them, and never what they are: ${password}`, async () => {
      const answer = await createPasswords({ concurrency: 1, serviceNames: ["Northwind"] })
        .hashNewPassword(password, about)
        .then(
          () => undefined,
          (error: OperationError) => error,
        );
      if (said === undefined) return assert.equal(answer, undefined);
      assert.ok(answer instanceof OperationError);
      assert.match(answer.message, new RegExp(`^password is easily guessed: .*${said}`));
      assert.match(answer.fix ?? "", /Choose several words/);
      const told = JSON.stringify([answer.message, answer.fix, answer.stack]).toLowerCase();
      for (const word of password.toLowerCase().match(/[a-z]{6,}/g) ?? []) {
        assert.ok(word === "password" || !told.includes(word), word);
      }
    });
  }

  it("that are generated pass the same judgement", async () => {
    for (let time = 0; time < 20; time += 1) await assertNewPassword(generatePassword(), about);
  });
});

const createdOnce = createPasswords({ concurrency: 1 });
