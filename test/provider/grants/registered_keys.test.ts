// Where a back end's keys come from: by value, or from its jwks_uri, fetched past the guard of outgoing requests.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { deleteClient, disableClient } from "../../../src/admin/operations/client_access.ts";
import { rotateClientSecret } from "../../../src/admin/operations/client_secrets.ts";
import { saveOfflineConsent } from "../../../src/provider/presence/offline_consent_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { addClient, addPerson, type ProviderFixture, startProvider } from "../support/provider_fixture.ts";
import { addMintingClients, exchange, setTenant, signSubject, subjectJwk } from "./mint_support.ts";

let keyServer: Server;
let keySet: { keys: unknown[] };
let fetches = 0;
/** What happens before the keys are answered. */
let meanwhile: () => Promise<unknown> = async () => undefined;
const fixtures: ProviderFixture[] = [];

before(async () => {
  keyServer = createServer(async (_request, response) => {
    fetches += 1;
    await meanwhile();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(keySet));
  }).listen(0, "127.0.0.1");
  await once(keyServer, "listening");
});
after(async () => {
  await Promise.all(fixtures.map((fixture) => fixture.close()));
  keyServer.close();
  keyServer.closeAllConnections();
});

interface BackEnd {
  fixture: ProviderFixture;
  ask(): Promise<string>;
}

async function mintWith(allowedNetworks: Record<string, string>): Promise<string> {
  const { ask } = await backEndWith(allowedNetworks);
  await ask();
  return ask();
}

async function backEndWith(
  environment: Record<string, string>,
  options: { writesMeanwhile?: boolean } = {},
): Promise<BackEnd> {
  const fixture = await startProvider({ environment, ...options });
  fixtures.push(fixture);
  await addMintingClients(fixture.db);
  const { port } = keyServer.address() as AddressInfo;
  await addClient(fixture.db, {
    client_id: "remote-keys",
    grant_types: ["urn:ietf:params:oauth:grant-type:token-exchange"],
    response_types: [],
    redirect_uris: [],
    allowed_tenants: ["acme"],
    jwks_uri: `http://127.0.0.1:${port}/jwks`,
  });
  const ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
  const key = { tenantId: "acme", accountId: ann.id, clientId: "remote-keys" };
  await saveOfflineConsent(fixture.db, key, new Date());
  const ask = async () => {
    const token = await signSubject(fixture.issuer, { iss: "remote-keys", sub: ann.id });
    const { status, body } = await exchange(fixture.issuer, token, {}, "remote-keys");
    return status === 200 ? "minted" : String(body["error_description"] ?? body["error"]);
  };
  return { fixture, ask };
}

test("keys behind a jwks_uri are fetched once and verify the assertion", async () => {
  keySet = { keys: [subjectJwk] };
  fetches = 0;
  assert.equal(await mintWith({ TTI_ALLOW_NETWORKS: "127.0.0.0/8" }), "minted");
  assert.equal(fetches, 1);
});

test("a jwks_uri without the key refuses the assertion", async () => {
  keySet = { keys: [{ ...subjectJwk, kid: "another" }] };
  assert.match(await mintWith({ TTI_ALLOW_NETWORKS: "127.0.0.0/8" }), /no registered key of the client/);
});

test("a jwks_uri in a private network is never fetched, unless the network is opened by name", async () => {
  keySet = { keys: [subjectJwk] };
  fetches = 0;
  assert.notEqual(await mintWith({}), "minted");
  assert.equal(fetches, 0);
});

// How long its keys take is the client's own server to say, so the right is asked again after them.
for (const [name, end] of Object.entries({
  "is disabled": disableClient,
  "is deleted": deleteClient,
  "gets another secret": rotateClientSecret,
})) {
  test(`a client that ${name} while its keys are on their way mints nothing`, async () => {
    keySet = { keys: [subjectJwk] };
    const { fixture, ask } = await backEndWith(
      { TTI_ALLOW_NETWORKS: "127.0.0.0/8" },
      { writesMeanwhile: true },
    );
    const context = cliContext(fixture.db);
    let ended = 0;
    meanwhile = async () => {
      ended += 1;
      await end(context, { clientId: "remote-keys" });
    };
    try {
      assert.notEqual(await ask(), "minted");
      assert.equal(ended, 1);
      assert.deepEqual(await fixture.db("audit_events").where("type", "token.minted").select("id"), []);
    } finally {
      meanwhile = async () => undefined;
    }
  });
}
