// A sign-in that cannot be served in time: nothing counts against the person, nothing is told of who exists, who has gone is not
// hashed for, and strangers are in nobody's way who has signed in before. By counts; the hasher's clock stands still.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { attemptRates } from "../../../src/provider/accounts/attempt_rates.ts";
import {
  createPasswords,
  hashesAtOnce,
  hashQueueLimits,
  type QueuedPasswords,
} from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { runInRequest } from "../../../src/request_context.ts";
import { useStore } from "../../support/use_store.ts";

const right = "correct horse battery";
const stands = { nowMs: () => 0, after: () => () => {} };

describe("a sign-in while too many come", () => {
  const store = useStore("sqlite");
  const now = new Date("2026-11-26T12:00:00Z");
  let people = 0;

  async function open() {
    const made = createPasswords({ concurrency: 1, time: stands });
    let judged = () => {};
    const passwords: QueuedPasswords = {
      ...made,
      async verifyPassword(...of) {
        const matches = await made.verifyPassword(...of);
        judged();
        return matches;
      },
    };
    const whenJudged = (tell: () => void) => {
      judged = tell;
    };
    people += 1;
    const email = `shed${people}@example.com`;
    const passwordHash = await passwords.hashPassword(right);
    await createAccount(store.db, { email, emailVerified: true, passwordHash }, now);
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    // Somebody is being hashed for, for as long as the test says.
    const first = passwords.queue.run({ share: ["new", "held", ""] }, () => held);
    const crowd: Promise<unknown>[] = [first];
    const fill = (network: string, count: number) => {
      for (let index = 0; index < count; index += 1) {
        const share = ["new", network, `${index}`];
        crowd.push(passwords.queue.run({ share }, async () => undefined).catch(() => undefined));
      }
    };
    const end = async () => {
      letGo();
      await Promise.all(crowd);
    };
    const ask = (
      login: string,
      password: string,
      address: string,
      more: { browser?: string; gone?: AbortSignal } = {},
    ) =>
      runInRequest(
        { requestId: "r", address, ...(more.gone ? { gone: () => more.gone as AbortSignal } : {}) },
        () =>
          signIn(
            { db: store.db, clock: () => now, passwords },
            { login, password, clientAddress: address, browser: more.browser },
          ),
      ).then(
        () => "signed in",
        (error: { code: string; message: string }) => error.code,
      );
    return { passwords, email, fill, end, ask, whenJudged };
  }

  it("is refused alike for who exists and who does not, and counts against nobody", async () => {
    const { passwords, email, fill, end, ask } = await open();
    fill("198.51.100.1", hashQueueLimits.mostWaiting);
    // A share of their own is as large as the smallest: of one network the next is refused.
    for (let round = 0; round < attemptRates.pair.burst + 2; round += 1) {
      assert.equal(await ask(email, "wrong password", "198.51.100.1"), "overloaded");
      assert.equal(await ask(`no.${email}`, "wrong password", "198.51.100.1"), "overloaded");
    }
    assert.equal(passwords.queue.state.waiting, hashQueueLimits.mostWaiting);
    await end();
    assert.equal(await ask(email, right, "198.51.100.1"), "signed in");
  });

  it("is served for another network, whatever one has sent", async () => {
    const { email, fill, end, ask, passwords } = await open();
    fill("198.51.100.2", hashQueueLimits.mostWaiting);
    const other = ask(email, right, "203.0.113.9");
    while (passwords.queue.state.shed.full === 0) await new Promise((resolve) => setImmediate(resolve));
    await end();
    assert.equal(await other, "signed in");
    assert.deepEqual(passwords.queue.state.shed, { full: 1, late: 0, left: 0 });
  });

  it("goes before strangers of however many networks in a browser that signed in before", async () => {
    const { email, end, ask, passwords, whenJudged } = await open();
    const browser = "mark-of-this-browser";
    // Not held: the first has been let go.
    await end();
    assert.equal(await ask(email, right, "203.0.113.10", { browser }), "signed in");
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const first = passwords.queue.run({ share: ["new", "held", ""] }, () => held);
    const served: string[] = [];
    const strangers = Array.from({ length: 50 }, (_, index) =>
      passwords.queue.run({ share: ["new", `net${index}`, ""] }, async () => void served.push("stranger")),
    );
    whenJudged(() => served.push("judged"));
    const own = ask(email, right, "203.0.113.77", { browser });
    while (passwords.queue.state.waiting < 51) await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await Promise.all([first, own, ...strangers]);
    // Behind the one whose turn it was, and whoever came while its answer was on the way.
    assert.ok(served.indexOf("judged") <= 5, `${served.indexOf("judged")} came before`);
  });

  it("is given up when its browser leaves, without a hash and without a count", async () => {
    const { email, end, ask, passwords } = await open();
    const gone = new AbortController();
    const asked = ask(email, "wrong password", "203.0.113.11", { gone: gone.signal });
    while (passwords.queue.state.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    const { shed } = passwords.queue.state;
    await end();
    assert.equal(await asked, "overloaded");
    assert.deepEqual(shed, { full: 0, late: 0, left: 1 });
    for (let round = 0; round < attemptRates.pair.burst; round += 1)
      assert.equal(await ask(email, "wrong password", "203.0.113.11"), "invalid_credentials");
    assert.equal(await ask(email, "wrong password", "203.0.113.11"), "too_many_attempts");
  });
});

describe("how many passwords are hashed at once", () => {
  for (const [cores, atOnce] of [
    [1, 1],
    [2, 1],
    [4, 3],
    [16, 15],
  ] as const)
    it(`on ${cores} cores: ${atOnce}`, () => assert.equal(hashesAtOnce(cores), atOnce));
});
