// What a login by password asks of the store, from the authorization request to the tokens: each statement costs the server and
// PostgreSQL more than most of what it reads, so one that is added shows here.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sentByRequests } from "../../support/plans.ts";
import { authorizationUrl, codeOf, redeem } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

/** In a browser that is new, at an address where the person has signed in before. */
const mostOfLogin = 32;

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
});
