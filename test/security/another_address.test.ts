// Class: what was so of an address counts for the next one. AWS finds a person by the address, so under another one they
// are somebody else there: no token carries it until somebody vouches for it, and neither a login nor an agreement of
// before lets a back end act for who the person is by now. Asked at another instance, on both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeJwt } from "jose";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { updateUser } from "../../src/admin/operations/user_update.ts";
import { systemClock } from "../../src/clock.ts";
import type { Account } from "../../src/provider/accounts/account_store.ts";
import { hasOfflineConsent, saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import { decideAgreement } from "../../src/provider/self_service/agreements.ts";
import { decideSubject } from "../../src/provider/subjects/subject.ts";
import { saveLastLogin } from "../../src/provider/tenants/last_login_store.ts";
import { getTenant } from "../../src/provider/tenants/tenant_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import {
  addMintingClients,
  backEndId,
  exchange,
  setTenant,
  signSubject,
} from "../provider/grants/mint_support.ts";
import { authorizationUrl, codeOf, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

for (const kind of storeKinds) {
  describe(`another address, on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let people = 0;
    const fixture = useProvider({ kind }, async () => {
      other = await fixture.startAnother();
      context = cliContext(fixture.db);
      await addMintingClients(fixture.db);
      await addClient(fixture.db, { client_id: "app" });
      await addPerson(fixture.db, { email: "seed@acme.example", tenants: ["acme", "globex"] });
      await setTenant(fixture.db, "globex", { presencePolicy: { name: "offline" } });
    });
    const someone = async (tenant: string): Promise<Account> => {
      people += 1;
      return addPerson(fixture.db, { email: `p${people}@acme.example`, tenants: [tenant] });
    };
    const minted = async (sub: string, tenant: string) => {
      const assertion = await signSubject(fixture.issuer, { sub, tenant });
      const { body } = await exchange(other.localUrl, assertion);
      const token = body["access_token"];
      return typeof token === "string"
        ? decodeJwt(token)["email"]
        : /^[a-z_]+/.exec(String(body["error_description"]))?.[0];
    };

    test("no token carries it, and nobody signs in with it, until somebody vouches for it", async () => {
      const { id, email } = await someone("acme");
      await updateUser(context, { user: id, email: "moved@acme.example" });
      const page = await signInAt(
        new UserAgent(),
        authorizationUrl(fixture, { tenant: "acme" }),
        "moved@acme.example",
      );
      assert.match(page.text, /has not been confirmed/);
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 12 } });
      await saveLastLogin(fixture.db, { tenantId: "acme", accountId: id }, Date.now(), new Date());
      assert.equal(await minted(id, "acme"), "email_not_verified");

      await updateUser(context, { user: id, emailVerified: true });
      const before = await signInAt(
        new UserAgent(),
        authorizationUrl(fixture, { tenant: "acme" }),
        email ?? "",
      );
      assert.match(before.text, /do not belong together/);
      const signedIn = await signInAt(
        new UserAgent(),
        authorizationUrl(fixture, { tenant: "acme" }),
        "moved@acme.example",
      );
      const { body } = await redeem({ issuer: other.localUrl }, codeOf(signedIn));
      const told = decodeJwt(String(body["id_token"]));
      assert.deepEqual([told["email"], told["email_verified"], told.sub], ["moved@acme.example", true, id]);
    });

    test("a login of before lets no back end act for who the person is by now", async () => {
      await setTenant(fixture.db, "acme", { presencePolicy: { name: "within", hours: 12 } });
      const { id, email } = await someone("acme");
      await saveLastLogin(fixture.db, { tenantId: "acme", accountId: id }, Date.now() - 60_000, new Date());
      assert.equal(await minted(id, "acme"), email);
      await updateUser(context, { user: id, email: "within@acme.example", emailVerified: true });
      assert.equal(await minted(id, "acme"), "presence_required");
    });

    test("an agreement of before is none any more, also if its form was under way", async () => {
      const { id, email } = await someone("globex");
      const key = { tenantId: "globex", accountId: id, clientId: backEndId };
      await saveOfflineConsent(fixture.db, key, new Date());
      assert.equal(await minted(id, "globex"), email);
      const form = { accountId: id, signInGeneration: 0, tenants: [await getTenant(fixture.db, "globex")] };
      await updateUser(context, { user: id, email: "away@acme.example", emailVerified: true });
      assert.equal(await minted(id, "globex"), "presence_required");
      const deps = { db: fixture.db, clock: systemClock, awsClientId: "tti-demo" };
      const choice = { tenantId: "globex", clientId: backEndId, allow: true };
      assert.equal(await decideAgreement(deps, form, choice), undefined);
      assert.equal(await hasOfflineConsent(fixture.db, key), false);
      const anew = { ...form, signInGeneration: 1 };
      assert.ok(await decideAgreement(deps, anew, choice));
      assert.equal(await minted(id, "globex"), "away@acme.example");
    });

    test("one in a domain that the tenant has not proven is in no token where that is asked, vouched for or not", async () => {
      const { id } = await someone("acme");
      await updateUser(context, { user: id, email: "far@elsewhere.example", emailVerified: true });
      const deps = { db: fixture.db, clock: systemClock, requireVerifiedDomain: true };
      const asked = {
        accountId: id,
        tenantId: "acme",
        clientId: "app",
        present: true,
        login: "asserted",
      } as const;
      await assert.rejects(decideSubject(deps, asked), { code: "email_domain_not_verified" });
    });
  });
}
