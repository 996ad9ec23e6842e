// What a browser that is signed in is given at the authorization endpoint, and what is written for it: the code with its event before
// the answer, and the session only where it has changed or has to end later.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl, codeOf } from "./support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "./support/provider_fixture.ts";
import { letSessionsSlide } from "./support/stored_sessions.ts";
import { UserAgent } from "./support/user_agent.ts";

const email = "ann@acme.example";
const agent = new UserAgent();
const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "other" });
  await signInAt(agent, authorizationUrl(fixture), email);
});

const codes = () => fixture.db("oidc_records").where("model", "AuthorizationCode");
const session = (): Promise<{ payload: string; expires_at_ms: number }> =>
  fixture.db("oidc_records").where("model", "Session").first();
const cookies = () => agent.cookies.size;

test("no code is sent that is not written, and none is written whose event cannot be", async () => {
  const before = (await codes()).length;
  await fixture.db.raw(`create trigger no_event before insert on audit_events when new.type = 'sign_in.continued'
    begin select raise(abort, 'no'); end`);
  const answer = await agent.follow(authorizationUrl(fixture));
  await fixture.db.raw("drop trigger no_event");
  assert.equal(answer.url.searchParams.has("code"), false);
  assert.equal(answer.status, 500);
  assert.equal((await codes()).length, before);
  codeOf(await agent.follow(authorizationUrl(fixture)));
  assert.equal((await codes()).length, before + 1);
});

test("a session is written when its end has to slide, or it has changed, and not for each of many flows", async () => {
  await letSessionsSlide(fixture.db);
  const aged = await session();
  codeOf(await agent.follow(authorizationUrl(fixture)));
  const slid = await session();
  assert.ok(slid.expires_at_ms > aged.expires_at_ms);
  const had = cookies();
  // What would have been written is of before again.
  await fixture
    .db("oidc_records")
    .where("model", "Session")
    .update({ expires_at_ms: slid.expires_at_ms - 1 });
  codeOf(await agent.follow(authorizationUrl(fixture)));
  assert.equal((await session()).expires_at_ms, slid.expires_at_ms - 1);
  assert.equal(cookies(), had);
  codeOf(await agent.follow(authorizationUrl(fixture, { client_id: "other" })));
  const changed = await session();
  assert.ok(changed.expires_at_ms >= slid.expires_at_ms);
  assert.match(changed.payload, /"other"/);
});
