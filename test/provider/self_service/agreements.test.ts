// A person's agreements where there are more clients than fit a page: each that stands can be taken back, each on offer
// is shown (H1).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import { saveOfflineConsent } from "../../../src/provider/presence/offline_consent_store.ts";
import { decideAgreement, listAgreements } from "../../../src/provider/self_service/agreements.ts";
import { createTenant, getTenant, saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { openTestDatabase, type TestDatabase } from "../../support/databases.ts";
import { addPerson } from "../support/provider_fixture.ts";

const clients = 1_203;
let store: TestDatabase;
let accountId: string;

before(async () => {
  store = await openTestDatabase("sqlite");
  const now = systemClock();
  await createTenant(store.db, { id: "acme", name: "Acme" }, now);
  ({ id: accountId } = await addPerson(store.db, { email: "ann@acme.example", tenants: ["acme"] }));
  for (let from = 0; from < clients; from += 401) {
    const ids = Array.from({ length: 401 }, (_, index) => `c${String(from + index).padStart(5, "0")}`);
    const rows = ids.map((id) => ({
      client_id: id,
      metadata: JSON.stringify({ client_id: id, mint_tenants: ["acme"] }),
      created_at_ms: 1,
      updated_at_ms: 1,
    }));
    await store.db("clients").insert(rows);
  }
  await saveOfflineConsent(store.db, { tenantId: "acme", accountId, clientId: "c01202" }, now);
});
after(() => store.close());

const deps = () => ({ db: store.db, clock: systemClock, awsClientId: "none" });
const person = async () => ({
  accountId,
  signInGeneration: 0,
  tenants: [await getTenant(store.db, "acme")],
});

test("all that is on offer is shown where the tenant asks for agreements", async () => {
  await saveTenant(store.db, "acme", { presencePolicy: { name: "offline" } }, systemClock());
  assert.equal((await listAgreements(deps(), await person())).length, clients);
});

test("without that only the clients agreed to are read, and the agreement can be taken back", async () => {
  await saveTenant(store.db, "acme", { presencePolicy: { name: "session" } }, systemClock());
  const shown = await listAgreements(deps(), await person());
  assert.deepEqual(
    shown.map(({ clientId }) => clientId),
    ["c01202"],
  );
  const choice = { tenantId: "acme", clientId: "c01202", allow: false };
  assert.ok(await decideAgreement(deps(), await person(), choice));
  assert.deepEqual(await listAgreements(deps(), await person()), []);
});
