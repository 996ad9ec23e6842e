// No throttle can be turned against another person: whatever attackers try before, from any addresses, in any browsers, at
// any pace, a person gets in where they have signed in before, and anywhere else after one interval at most.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { attemptRates } from "../../../src/provider/accounts/attempt_rates.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { useStore } from "../../support/use_store.ts";
import "../../support/property_seed.ts";

const right = "the right password";
const passwords = {
  ...createPasswords(),
  kind: null,
  verifyPassword: async (hash: string | undefined, password: string) => hash === `plain:${password}`,
};

const store = useStore("sqlite");
let people = 0;
let nowMs = Date.parse("2026-11-24T00:00:00Z");

/** Where the person has signed in before, and a place where nobody has. */
const home = "198.51.100.7";
const elsewhere = "2001:db8:ffff:1::1";

const network = fc.oneof(
  fc.integer({ min: 1, max: 250 }).map((n) => `203.0.113.${n}`),
  // Many addresses of few /64s, and many /64s.
  fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 0xffff }))
    .map(([net, host]) => `2001:db8:0:${net}::${host.toString(16)}`),
  fc.integer({ min: 0, max: 0xffff }).map((net) => `2001:db8:1:${net.toString(16)}::1`),
);
const attempt = fc.record({
  clientAddress: network,
  browser: fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: undefined }),
  atVictim: fc.boolean(),
  repeated: fc.integer({ min: 1, max: 12 }),
  pauseMs: fc.constantFrom(0, 0, 100, 10_000),
});

test("whatever others tried, a person gets in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(attempt, { minLength: 5, maxLength: 30 }),
      fc.boolean(),
      async (attempts, isMistyped) => {
        people += 1;
        nowMs += 24 * 3_600_000;
        const email = `person${people}@example.com`;
        const account = { email, emailVerified: true, passwordHash: `plain:${right}` };
        await createAccount(store.db, account, new Date(nowMs));
        const mark = `the person's own browser ${people}`;
        const enter = (clientAddress: string, browser: string | undefined, password = right) =>
          signIn(
            { db: store.db, clock: () => new Date(nowMs), passwords },
            { login: email, password, clientAddress, browser },
          );
        await enter(home, mark);
        for (const { clientAddress, browser, atVictim, repeated, pauseMs } of attempts) {
          nowMs += pauseMs;
          const login = atVictim ? email : `other${people}@example.com`;
          for (let n = 0; n < repeated; n += 1) {
            await assert.rejects(
              signIn(
                { db: store.db, clock: () => new Date(nowMs), passwords },
                { login, password: "a guess", clientAddress, browser },
              ),
            );
          }
        }
        // In their browser, wherever they carry it, among the attackers too.
        await enter(attempts[0]?.clientAddress ?? home, mark);
        // At the address they know, in any browser.
        await enter(home, undefined);
        // Anywhere else: at once, or after one interval if they mistype there.
        if (isMistyped) {
          await assert.rejects(enter(elsewhere, undefined, "mistyped"));
          nowMs += attemptRates.guarded.intervalMs;
        }
        await enter(elsewhere, undefined);
      },
    ),
    { numRuns: 15 },
  );
});
