// The client store's contract, over both stores, and what it keeps of a secret.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  generateClientSecret,
  hashClientSecret,
  matchesClientSecret,
} from "../../../src/provider/clients/client_secret.ts";
import {
  createClient,
  deleteClient,
  findClient,
  getClient,
  listClients,
  saveClientDisabled,
  saveClientMetadata,
} from "../../../src/provider/clients/client_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-11-24T00:00:00Z");

for (const kind of storeKinds) {
  describe(`client store on ${kind}`, () => {
    const store = useStore(kind);

    it("keeps a client's metadata whole", async () => {
      const metadata = {
        client_id: "app",
        redirect_uris: ["https://app.example/callback"],
        first_party: true,
        allowed_tenants: ["acme"],
      };
      await createClient(store.db, metadata, now);
      assert.deepEqual(await findClient(store.db, "app"), {
        clientId: "app",
        metadata,
        disabledAtMs: null,
        createdAtMs: now.getTime(),
        generation: 0,
      });
      await saveClientMetadata(store.db, { ...metadata, first_party: false }, now);
      assert.equal((await getClient(store.db, "app")).metadata.first_party, false);
    });

    it("begins another generation when what stands for a client ends, and when its id is registered again", async () => {
      const generations: number[] = [];
      const note = async () => generations.push((await getClient(store.db, "again")).generation);
      await createClient(store.db, { client_id: "again" }, now);
      await note();
      await saveClientDisabled(store.db, "again", true, now);
      await note();
      await saveClientDisabled(store.db, "again", false, now);
      await note();
      await deleteClient(store.db, "again", now);
      await createClient(store.db, { client_id: "again" }, now);
      await note();
      assert.deepEqual(generations, [0, 1, 2, 4]);
      await deleteClient(store.db, "again", now);
    });

    it("refuses an id that is taken", async () => {
      await createClient(store.db, { client_id: "taken" }, now);
      await assert.rejects(createClient(store.db, { client_id: "taken" }, now), { code: "client_exists" });
    });

    it("says when there is no such client", async () => {
      assert.equal(await findClient(store.db, "nobody"), undefined);
      await assert.rejects(getClient(store.db, "nobody"), { code: "client_not_found" });
    });

    it("lists clients in pages", async () => {
      const page = await listClients(store.db, { limit: 1, afterId: "app" });
      assert.deepEqual(
        page.map((client) => client.clientId),
        ["taken"],
      );
    });
  });
}

describe("a client secret", () => {
  const secret = generateClientSecret();
  const stored = hashClientSecret(secret);

  it("has 256 random bits", () => {
    assert.equal(Buffer.from(secret, "base64url").length, 32);
    assert.notEqual(secret, generateClientSecret());
  });

  it("is stored so that what is stored does not open the client", () => {
    assert.equal(matchesClientSecret(stored, secret), true);
    assert.equal(matchesClientSecret(stored, stored), false);
    assert.doesNotMatch(stored, new RegExp(secret));
  });

  it("matches nothing when wrong, empty, missing, or stored in clear text", () => {
    assert.equal(matchesClientSecret(stored, `${secret}x`), false);
    assert.equal(matchesClientSecret(stored, ""), false);
    assert.equal(matchesClientSecret(undefined, secret), false);
    assert.equal(matchesClientSecret(secret, secret), false);
  });
});
