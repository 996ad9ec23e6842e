// A fault in the middle of a refresh costs nothing: the old token stays good, or the new one comes by repeating.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { keyPolicy } from "../../../src/provider/keys/policy.ts";
import { type Instance, startInstance } from "../../e2e/instances.ts";
import { type StoreKind, storeKinds } from "../../support/databases.ts";
import { getCode, redeem, refresh } from "../support/authorization.ts";
import { addClient, addPerson, type ProviderFixture, startProvider } from "../support/provider_fixture.ts";

// The store refuses the write, as a full disk or a lost connection would, at the last step of the exchange.
const fault: Record<StoreKind, { begin: string[]; end: string[] }> = {
  sqlite: {
    begin: [
      `create trigger fault before insert on oidc_records when new.model = 'AccessToken'
       begin select raise(abort, 'the disk is full'); end`,
    ],
    end: ["drop trigger fault"],
  },
  postgres: {
    begin: [
      `create function fault() returns trigger language plpgsql as
       $$ begin raise exception 'the disk is full'; end $$`,
      `create trigger fault before insert on oidc_records for each row when (new.model = 'AccessToken')
       execute function fault()`,
    ],
    end: ["drop trigger fault on oidc_records", "drop function fault()"],
  },
};

for (const kind of storeKinds) {
  describe(`a refresh on ${kind}`, () => {
    let fixture: ProviderFixture;
    before(async () => {
      fixture = await startProvider({ kind, environment: { TTI_REFRESH_GRACE: "0" } });
      await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
      await addClient(fixture.db, { client_id: "app" });
    });
    after(() => fixture.close());

    const signIn = async () =>
      String((await redeem(fixture, await getCode(fixture, "ann@acme.example"))).body["refresh_token"]);

    it("that cannot be signed leaves the old token good", async () => {
      const token = await signIn();
      const [key] = fixture.server.keyRing.current().providerJwks as unknown as { sign: unknown }[];
      assert.ok(key);
      Object.defineProperty(key, "sign", {
        configurable: true,
        value: () => Promise.reject(new Error("the key is gone")),
      });
      const failed = await refresh(fixture, token);
      assert.ok(failed.status >= 500, JSON.stringify(failed));
      Reflect.deleteProperty(key, "sign");
      assert.equal((await refresh(fixture, token)).status, 200);
    });

    it("that cannot be saved leaves the old token good, and nothing of the new", async () => {
      const token = await signIn();
      for (const statement of fault[kind].begin) await fixture.db.raw(statement);
      const failed = await refresh(fixture, token);
      for (const statement of fault[kind].end) await fixture.db.raw(statement);
      assert.ok(failed.status >= 500, JSON.stringify(failed));
      assert.equal((await refresh(fixture, token)).status, 200);
    });
  });

  describe(`kill -9 while refreshing on ${kind}`, () => {
    it("costs no session: each token in flight is good, or comes by repeating", async () => {
      const fixture = await startProvider({ kind });
      try {
        await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
        await addClient(fixture.db, { client_id: "app" });
        const tokens: string[] = [];
        while (tokens.length < 16) {
          const { body } = await redeem(fixture, await getCode(fixture, "ann@acme.example"));
          tokens.push(String(body["refresh_token"]));
        }
        const child = await startChild(fixture);
        const inFlight = tokens.map((token) => refresh({ issuer: child.url }, token).catch(() => undefined));
        await Promise.race(inFlight);
        await child.kill();
        await Promise.all(inFlight);
        const answers = await Promise.all(tokens.map((token) => refresh(fixture, token)));
        assert.deepEqual(
          answers.filter(({ status }) => status !== 200).map(({ body }) => body),
          [],
        );
      } finally {
        await fixture.close();
      }
    });
  });
}

function startChild(fixture: ProviderFixture): Promise<Instance> {
  const environment = {
    ...fixture.store.environment,
    TTI_MODE: "development",
    TTI_SECRETS: Buffer.alloc(32, 7).toString("base64"),
    TTI_ISSUER: fixture.issuer,
    TTI_LOG_LEVEL: "silent",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
  };
  return startInstance(environment, keyPolicy({ longestTokenSeconds: 300 }));
}
