// The quota of ten JWT exchanges a second for each Identity Center instance. The sandbox's clock stands still here.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Sandbox } from "../../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import { startExample, stepsOf } from "../../support/world.ts";

let issuer: TestIssuer;
let sandbox: Sandbox;
let now = Date.now();
const ada = { email: "ada@acme.example" };
const rule = "exchange.jwtBearerPerSecond";

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"), () => new Date(now));
  sandbox = await startExample(issuer.url, { clock: () => new Date(now) });
});

after(async () => {
  await sandbox.close();
  await issuer.close();
});

test("ten exchanges a second pass, the eleventh is SlowDownException, the next second is open again", async () => {
  const { exchange, assumeRole } = stepsOf(sandbox);
  const credentials = await assumeRole();
  for (let count = 0; count < 10; count += 1) await exchange(await issuer.token(ada), { credentials });
  const eleventh = async () => exchange(await issuer.token(ada), { credentials });
  const slowDown = { name: "SlowDownException", status: 400, error: "slow_down", rule };
  await assertRefused(sandbox, eleventh(), slowDown);
  now += 999;
  await assertRefused(sandbox, eleventh(), slowDown);
  now += 1;
  await eleventh();
});

test("the limit and the name of its error are rules", async () => {
  const { exchange, assumeRole } = stepsOf(sandbox);
  const credentials = await assumeRole();
  now += 5000;
  sandbox.control.setRule(rule, 1);
  sandbox.control.setRule("exchange.rateLimitError", "ThrottlingException");
  await exchange(await issuer.token(ada), { credentials });
  const second = exchange(await issuer.token(ada), { credentials });
  await assertRefused(sandbox, second, { name: "ThrottlingException", status: 400, rule });
  sandbox.control.setRule(rule, 0);
  for (let count = 0; count < 15; count += 1) await exchange(await issuer.token(ada), { credentials });
  assert.equal(sandbox.control.requests(1)[0]?.status, 200);
});
