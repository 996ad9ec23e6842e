// What a person reads whose sign-in cannot be served in time: what is so and what to do, with the form as it was, on a page that
// programs read as 503. Real requests; the hasher's queue is full for as long as the test says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPasswords, hashQueueLimits } from "../../src/provider/accounts/passwords.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson, password, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const passwords = createPasswords({ concurrency: 1, time: { nowMs: () => 0, after: () => () => {} } });
const fixture = useProvider({ passwords }, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});

/** Has the queue full of others at the same address, until it is told to let go. */
function fill(): () => Promise<void> {
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const crowd = Array.from({ length: hashQueueLimits.mostWaiting + 1 }, (_, index) =>
    passwords.queue.run({ share: ["new", "127.0.0.1", `${index}`] }, () => held),
  );
  return async () => {
    resolve();
    await Promise.all(crowd);
  };
}

for (const [who, email] of [
  ["somebody who exists", "ann@acme.example"],
  ["nobody", "nobody@acme.example"],
] as const)
  test(`a sign-in of ${who} is told to come back, with the form as it was`, async () => {
    const agent = new UserAgent();
    const page = await agent.follow(authorizationUrl(fixture));
    const letGo = fill();
    const told = await agent.submit(page, { email, password }, "/login");
    assert.equal(told.status, 503);
    assert.match(told.headers.get("retry-after") ?? "", /^[1-9]\d?$/);
    assert.match(told.text, /Very many people are here right now\. Wait \d+ seconds?, then try again\./);
    assert.match(told.text, new RegExp(`value="${email}"`));
    await letGo();
    if (email !== "ann@acme.example") return;
    const again = await agent.submit(told, { email, password }, "/login");
    assert.match(again.headers.get("location") ?? "", /^https:\/\/rp\.example\//);
  });

test("what was turned away stands in no trail, and no throttle", async () => {
  const events = await fixture.db("audit_events").where({ type: "sign_in.refused" });
  assert.deepEqual(events, []);
  assert.ok(passwords.queue.state.shed.full >= 2);
});
