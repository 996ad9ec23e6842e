// What a login by password, and a code flow of a browser that is signed in, ask of the store, from the authorization request to the
// tokens: each statement costs the server and PostgreSQL more than most of what it reads, so one that is added shows here.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sentByRequests } from "../../support/plans.ts";
import { authorizationUrl, basic, codeOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

/** In a browser that is new, at an address where the person has signed in before. */
const mostOfLogin = 32;
/** In a browser that is signed in, at an application it has been at. */
const mostOfCodeFlow = 12;

describe("a login", () => {
  const fixture = useProvider({ kind: "postgres" });
  const email = "ada@acme.example";

  test("asks the store no more than it needs", async () => {
    await addClient(fixture.db, { client_id: "app" });
    await addPerson(fixture.db, { email, tenants: ["acme"] });
    await signInAt(new UserAgent(), authorizationUrl(fixture), email);
    const all = await sentByRequests(fixture.db, async () => {
      const anew = new UserAgent();
      const code = codeOf(await signInAt(anew, authorizationUrl(fixture), email));
      assert.equal((await redeem(fixture, code)).status, 200);
    });
    // Somebody is seen at it, too.
    assert.ok(all.some((sql) => sql.includes("insert into audit_events")));
    assert.ok(all.length <= mostOfLogin, `${all.length}\n${all.join("\n")}`);
  });

  test("a code flow asks no more than it needs, and for no way back to where the browser was before", async () => {
    const person = "bea@acme.example";
    for (const client_id of ["one", "other"]) await addClient(fixture.db, { client_id });
    await addPerson(fixture.db, { email: person, tenants: ["acme"] });
    const agent = new UserAgent();
    const flow = async (client_id: string) => {
      const code = codeOf(await agent.follow(authorizationUrl(fixture, { client_id })));
      assert.equal((await redeem(fixture, code, {}, basic(client_id))).status, 200);
    };
    await signInAt(agent, authorizationUrl(fixture, { client_id: "one" }), person);
    for (const client_id of ["one", "other"]) await flow(client_id);
    for (const client_id of ["one", "other", "other"]) {
      const all = await sentByRequests(fixture.db, () => flow(client_id));
      const clients = all.filter((sql) => /^select client_id, .* from clients where/s.test(sql));
      assert.equal(clients.length, 2, "one of each request");
      assert.ok(all.length <= mostOfCodeFlow, `${all.length}\n${all.join("\n")}`);
    }
  });
});
