// A token is good for one exchange: sequentially, at once, after failures, across instances and a restart.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { assertRefused } from "../../support/refusal.ts";
import { startExample, stepsOf, useExample } from "../../support/world.ts";

const { issuer, sandbox } = useExample();
const ada = { email: "ada@acme.example" };
const redeemed = {
  name: "InvalidGrantException",
  status: 400,
  rule: "token.replay",
  error: "invalid_grant",
  description: "JWT is already redeemed",
};

beforeEach(() => sandbox.control.reset());

test("the second exchange of a token is refused in AWS's words", async () => {
  const token = await issuer.token(ada);
  await stepsOf(sandbox).exchange(token);
  await assertRefused(sandbox, stepsOf(sandbox).exchange(token), redeemed);
});

test("of twenty exchanges of one token at once exactly one passes", async () => {
  sandbox.control.setRule("exchange.jwtBearerPerSecond", 0);
  const token = await issuer.token(ada);
  const { exchange, assumeRole } = stepsOf(sandbox);
  const credentials = await assumeRole();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => exchange(token, { credentials })),
  );
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
});

test("another token with the same jti counts as the same token", async () => {
  await stepsOf(sandbox).exchange(await issuer.token({ ...ada, jti: "same" }));
  await assertRefused(
    sandbox,
    stepsOf(sandbox).exchange(await issuer.token({ email: "bob@acme.example", jti: "same" })),
    redeemed,
  );
});

test("a token that failed after its audience passed is used up, unless only success consumes", async () => {
  const late = () => issuer.token({ email: "nobody@acme.example", jti: "late" });
  const unmatched = { name: "InvalidGrantException", status: 400, rule: "user.match" };
  await assertRefused(sandbox, stepsOf(sandbox).exchange(await late()), unmatched);
  await assertRefused(sandbox, stepsOf(sandbox).exchange(await issuer.token({ ...ada, jti: "late" })), {
    ...redeemed,
    rule: "token.replayConsume",
  });
  await sandbox.control.reset();
  sandbox.control.setRule("token.replayConsume", "onSuccess");
  await assertRefused(sandbox, stepsOf(sandbox).exchange(await late()), unmatched);
  await stepsOf(sandbox).exchange(await issuer.token({ ...ada, jti: "late" }));
  await assertRefused(
    sandbox,
    stepsOf(sandbox).exchange(await issuer.token({ ...ada, jti: "late" })),
    redeemed,
  );
});

test("a token that failed before its audience passed is not used up", async () => {
  const wrong = await issuer.token({ ...ada, aud: "wrong", jti: "early" });
  await assertRefused(sandbox, stepsOf(sandbox).exchange(wrong), {
    name: "InvalidGrantException",
    status: 400,
    rule: "token.audience",
  });
  await stepsOf(sandbox).exchange(await issuer.token({ ...ada, jti: "early" }));
});

test("a jti may come again once its window is over", async () => {
  sandbox.control.setRule("token.replayWindowSeconds", 60);
  sandbox.control.setRule("token.clockSkewSeconds", 9999);
  const token = () => issuer.token({ ...ada, jti: "again", exp: Math.floor(Date.now() / 1000) + 30 });
  await stepsOf(sandbox).exchange(await token());
  sandbox.control.advanceClock(50);
  await assertRefused(sandbox, stepsOf(sandbox).exchange(await token()), redeemed);
  sandbox.control.advanceClock(20);
  await stepsOf(sandbox).exchange(await token());
});

test("a restart with a state file remembers what was exchanged", async (t) => {
  const statePath = join(tmpdir(), `sandbox-state-${process.pid}-${Date.now()}.json`);
  t.after(() => rm(statePath, { force: true }));
  const token = await issuer.token(ada);
  const first = await startExample(issuer.url, { statePath });
  await stepsOf(first).exchange(token);
  await first.close();
  const second = await startExample(issuer.url, { statePath });
  t.after(() => second.close());
  await assertRefused(second, stepsOf(second).exchange(token), redeemed);
});
