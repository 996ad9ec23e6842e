// Two administrators who take each other's role away at the same moment: one comes first, and the other has no right left.
// An organization that looked after itself is not without anybody who does.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { saveRole } from "../../src/provider/tenants/membership_store.ts";
import { useProvider } from "../provider/support/provider_fixture.ts";
import { storeKinds } from "../support/databases.ts";
import { addPortalPeople, type People, signInToPortal } from "./portal_support.ts";

for (const kind of storeKinds) {
  describe(kind, () => {
    let people: People;
    const fixture = useProvider({ kind, writesMeanwhile: true }, async () => {
      people = await addPortalPeople(fixture);
    });

    test("one of them stays an administrator, however often they try", async () => {
      const ann = await signInToPortal(fixture.issuer, "ann@acme.example");
      const dana = await signInToPortal(fixture.issuer, "dana@consulting.example");
      for (let round = 0; round < 10; round += 1) {
        const take = (agent: typeof ann.agent, from: string) =>
          agent.visit(`${fixture.issuer}/portal/acme/people/${from}/role`, {
            method: "POST",
            body: new URLSearchParams({ role: "member" }),
          });
        await Promise.all([take(ann.agent, people.dana), take(dana.agent, people.ann)]);
        const rows = await fixture.db("memberships").where({ tenant_id: "acme", role: "admin" });
        assert.equal(rows.length, 1, `round ${round}`);
        for (const accountId of [people.ann, people.dana]) {
          await saveRole(fixture.db, { tenantId: "acme", accountId }, { was: "member", is: "admin" });
        }
      }
    });
  });
}
