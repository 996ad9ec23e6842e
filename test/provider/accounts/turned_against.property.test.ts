// No throttle can be turned against another person: whatever attackers try before, from any addresses, in any browsers, at
// any pace, a person gets in where they have signed in before, and anywhere else after one interval at most.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { createLoginNames } from "../../../src/audit/login_names.ts";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { noticeGuess } from "../../../src/provider/accounts/attack_watch.ts";
import { attemptKeysOf, attemptRates, knownForMs } from "../../../src/provider/accounts/attempt_rates.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { saveKnown } from "../../../src/provider/accounts/sign_in_attempt_store.ts";
import { deviceCodeGuards } from "../../../src/provider/interactions/device_code_guards.ts";
import { askForReset, resetRates } from "../../../src/provider/links/ask_for_reset.ts";
import { runInRequest } from "../../../src/request_context.ts";
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

const act = fc.record({
  what: fc.constantFrom("device", "reset", "reset of another", "link", "client", "administration"),
  clientAddress: network,
  repeated: fc.integer({ min: 1, max: 40 }),
  pauseMs: fc.constantFrom(0, 0, 100, 60_000),
} as const);

test("whatever others guess at or ask for, a person types a code, gets a mail, and is named nowhere", async () => {
  const clock = () => new Date(nowMs);
  const loginNames = createLoginNames([Buffer.alloc(32, 1)]);
  const deps = { db: store.db, clock, loginNames };
  const guards = deviceCodeGuards(deps);
  const typedAt = (address: string) =>
    guards.typed({ req: { headers: { "x-forwarded-for": address } } } as never);
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      people += 1;
      nowMs += 24 * 3_600_000;
      const beganMs = nowMs;
      const email = `person${people}@example.com`;
      const mark = `the person's own browser ${people}`;
      const { knownBrowserHash = "" } = attemptKeysOf(email, { clientAddress: home, browser: mark });
      await saveKnown(store.db, knownBrowserHash, nowMs + knownForMs);
      for (const { what, clientAddress, repeated, pauseMs } of acts) {
        nowMs += pauseMs;
        await runInRequest({ requestId: "r", address: clientAddress }, async () => {
          for (let n = 0; n < repeated; n += 1) {
            if (what === "device") await typedAt(clientAddress).catch(() => undefined);
            else if (what === "link" || what === "administration") await noticeGuess(deps, what);
            else if (what === "client") await noticeGuess(deps, what, "client app", { clientId: "app" });
            else {
              const asked = what === "reset" ? email : `other${people}.${n}@example.com`;
              await askForReset(deps, { email: asked, clientAddress }).catch(() => undefined);
            }
          }
        });
      }
      // A code of a device: at once, wherever nobody guesses.
      await typedAt(elsewhere);
      // A mail: in their browser among the attackers too, and anywhere else. One lies there that is a quarter of an hour old at most.
      await askForReset(deps, { email, clientAddress: acts[0]?.clientAddress ?? home, browser: mark });
      await askForReset(deps, { email, clientAddress: elsewhere });
      const mail: { created_at_ms: number } | undefined = await store
        .db("mails")
        .where("recipient", email)
        .orderBy("created_at_ms", "desc")
        .first("created_at_ms");
      assert.ok(nowMs - Number(mail?.created_at_ms) <= resetRates.mailbox.intervalMs);
      // What is told names the one that was guessed at, and never a person; each once in ten minutes.
      const told = await listAuditEvents(store.db, { type: "attack.noticed", fromMs: beganMs, limit: 999 });
      for (const { accountId, tenantId, clientId, details } of told) {
        assert.deepEqual([accountId, tenantId], [undefined, undefined]);
        assert.equal(clientId, details["of"] === "client" ? "app" : undefined);
      }
      const windows = Math.ceil((nowMs - beganMs + 1) / 600_000);
      const clients = told.filter(({ details }) => details["of"] === "client");
      assert.ok(clients.length <= windows, `${clients.length} of one client`);
    }),
    { numRuns: 8 },
  );
});
