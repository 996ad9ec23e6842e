// What the trail cannot tell of is not answered as done, on either store: no token by a code, none of a client's own,
// no code, no revocation.
// The trail refuses each event here, as a full disk would.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Database } from "../../src/db/connect.ts";
import { addApis, ownToken, signedApi } from "../provider/resources/resource_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  getCode,
  type JsonAnswer,
  payloadOf,
  postForm,
  redeem,
} from "../provider/support/authorization.ts";
import { addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { type StoreKind, storeKinds } from "../support/databases.ts";
import { assertNoToken } from "../support/tokens.ts";
import { eventsOf } from "./audit_world.ts";

const email = "ann@acme.example";
const refusal: Record<StoreKind, { begin: string[]; end: string[] }> = {
  sqlite: {
    begin: [
      "create trigger no_event before insert on audit_events begin select raise(abort, 'the disk is full'); end",
    ],
    end: ["drop trigger no_event"],
  },
  postgres: {
    begin: [
      `create function no_event() returns trigger language plpgsql as
       $$ begin raise exception 'the disk is full'; end $$`,
      "create trigger no_event before insert on audit_events for each row execute function no_event()",
    ],
    end: ["drop trigger no_event on audit_events", "drop function no_event()"],
  },
};

async function unrecorded(db: Database, kind: StoreKind, act: () => Promise<JsonAnswer>): Promise<void> {
  for (const statement of refusal[kind].begin) await db.raw(statement);
  try {
    const { status, body } = await act();
    assert.ok(status >= 500, `${status} ${JSON.stringify(body)}`);
    assertNoToken(body);
    assert.doesNotMatch(JSON.stringify(body), /access_token|refresh_token/);
  } finally {
    for (const statement of refusal[kind].end) await db.raw(statement);
  }
}

for (const kind of storeKinds) {
  describe(`what cannot be recorded on ${kind}`, () => {
    const fixture = useProvider({ kind }, async () => {
      await addPerson(fixture.db, { email, tenants: ["acme"] });
      await addApis(fixture);
    });

    it("is no token by a code, and the code is as it was", async () => {
      const code = await getCode(fixture, email);
      await unrecorded(fixture.db, kind, () => redeem(fixture, code));
      assert.deepEqual(await eventsOf(fixture.db, "token.issued"), []);
      const { body } = await redeem(fixture, code);
      const jtis = (await eventsOf(fixture.db, "token.issued")).map(({ details }) => details["jti"]);
      assert.deepEqual(jtis, [payloadOf(body["id_token"])["jti"]]);
    });

    it("is no code for a browser that is signed in", async () => {
      const agent = new UserAgent();
      await getCode(fixture, email, {}, agent);
      const count = async () => (await eventsOf(fixture.db, "sign_in.continued")).length;
      const before = await count();
      await unrecorded(fixture.db, kind, async () => {
        const { url, status, text } = await agent.follow(authorizationUrl(fixture));
        assert.equal(url.searchParams.has("code"), false);
        return { status, body: { text } };
      });
      assert.equal(await count(), before);
      codeOf(await agent.follow(authorizationUrl(fixture)));
      assert.equal(await count(), before + 1);
    });

    it("is no token of a client's own", async () => {
      await unrecorded(fixture.db, kind, () => ownToken(fixture, signedApi, "write"));
    });

    it("is no revocation that is done", async () => {
      const { body } = await redeem(fixture, await getCode(fixture, email));
      const asked = { token: String(body["refresh_token"]), client_id: "app" };
      await unrecorded(fixture.db, kind, () =>
        postForm(new URL("/token/revocation", fixture.issuer), asked, basic("app")),
      );
    });
  });
}
