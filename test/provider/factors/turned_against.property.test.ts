// Nobody who knows a person's password keeps them out at the second step: whatever is typed there, from any browsers, at any
// pace, the person gets in where they proved a second factor before.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OperationError } from "../../../src/errors.ts";
import { silentLog } from "../../../src/log.ts";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { rememberFactorBrowser, type TypedFactor } from "../../../src/provider/factors/factor_attempts.ts";
import { createFactorSeals } from "../../../src/provider/factors/factor_seals.ts";
import { proveFactor } from "../../../src/provider/factors/prove_factor.ts";
import { stepMs } from "../../../src/provider/factors/totp.ts";
import { useStore } from "../../support/use_store.ts";
import { giveApp } from "../support/second_factor.ts";
import "../../support/property_seed.ts";

const store = useStore("sqlite");
const secrets = [Buffer.alloc(32, 3)];
const seals = createFactorSeals(secrets);
let people = 0;
let nowMs = Date.parse("2026-11-24T00:00:00Z");

const attempt = fc.record({
  kind: fc.constantFrom<TypedFactor>("totp", "recovery_code"),
  browser: fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: undefined }),
  repeated: fc.integer({ min: 1, max: 7 }),
  pauseMs: fc.constantFrom(0, 0, 1_000, 60_000),
});

test("whatever others typed, a person proves their factor in the browser that they know", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: 3, maxLength: 12 }), async (attempts) => {
      people += 1;
      nowMs += 24 * 3_600_000;
      const { db } = store;
      const deps = { db, clock: () => new Date(nowMs), log: silentLog, issuer: "https://id.example", seals };
      const email = `person${people}@example.com`;
      const { id: accountId } = await createAccount(db, { email, emailVerified: true }, new Date(nowMs));
      const app = await giveApp({ db, config: { secrets } }, { id: accountId, email }, new Date(nowMs));
      const own = `the person's own browser ${people}`;
      const prove = (kind: TypedFactor, browser: string | undefined, typed: string) =>
        proveFactor(deps, kind, { accountId, browser, typed }, async () => "in");
      await rememberFactorBrowser(db, { accountId, browser: own }, new Date(nowMs));
      for (const { kind, browser, repeated, pauseMs } of attempts) {
        nowMs += pauseMs;
        for (let n = 0; n < repeated; n += 1) {
          await assert.rejects(prove(kind, browser, "a guess"), OperationError);
        }
      }
      nowMs += stepMs;
      assert.equal(await prove("totp", own, app.codeAt(nowMs)), "in");
      assert.equal(await prove("recovery_code", own, app.recoveryCodes[0] ?? ""), "in");
    }),
    { numRuns: 10 },
  );
});
