// Another secret with an overlap: both count until its end and no longer, at every instance; ended early, at once. It is
// kept as a hash, shown to nobody, and forgotten when it counts no more.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endOldSecret, rotateClientSecret } from "../../../src/admin/operations/client_secrets.ts";
import { createClient, showClient } from "../../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { systemClock } from "../../../src/clock.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { hashClientSecret, matchesEitherSecret } from "../../../src/provider/clients/client_secret.ts";
import { sweepFormerSecrets } from "../../../src/provider/clients/former_secret_store.ts";
import type { RunningServer } from "../../../src/running_server.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { basic, postToken } from "../support/authorization.ts";
import { useProvider } from "../support/provider_fixture.ts";

const day = 86_400;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`a secret's overlap on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let aheadMs = 0;
    const fixture = useProvider({ kind }, async () => {
      const clock = () => new Date(systemClock().getTime() + aheadMs);
      other = await fixture.startAnother({}, { clock });
      context = { db: fixture.db, clock, passwords: createPasswords(), actor: "cli:test", may: () => true };
    });

    const register = async (clientId: string) => {
      const client = await createClient(context, { clientId, purposes: ["search"], searchTenants: ["acme"] });
      return String(client.clientSecret);
    };
    const asked = (clientId: string, secret: string) =>
      postToken(
        { issuer: other.localUrl },
        { grant_type: "client_credentials", scope: "tti:search" },
        basic(clientId, secret),
      );
    const counts = async (clientId: string, secret: string) => (await asked(clientId, secret)).status === 200;
    const opens = async (token: unknown) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = JSON.stringify({ user: "nobody", query: "q" });
      const url = new URL("/v1/tenants/acme/search", other.localUrl);
      return (await fetch(url, { method: "POST", headers, body })).status !== 401;
    };

    test("ended early it counts no more at once, nor do tokens; once more there is nothing to end", async () => {
      const first = await register("early");
      const { clientSecret } = await rotateClientSecret(context, { clientId: "early", overlapSeconds: day });
      const { body } = await asked("early", first);
      const { ended, unchanged } = await endOldSecret(context, { clientId: "early" });
      assert.deepEqual([ended.tokens, unchanged], [1, undefined]);
      assert.deepEqual([await counts("early", first), await counts("early", clientSecret)], [false, true]);
      assert.equal(await opens(body["access_token"]), false);
      assert.equal((await endOldSecret(context, { clientId: "early" })).unchanged, true);
    });

    test("of three the two newest count; without an overlap the newest alone", async () => {
      const first = await register("three");
      const second = await rotateClientSecret(context, { clientId: "three", overlapSeconds: day });
      const third = await rotateClientSecret(context, { clientId: "three", overlapSeconds: day });
      const all = [first, second.clientSecret, third.clientSecret];
      const which = () => Promise.all(all.map((secret) => counts("three", secret)));
      assert.deepEqual(await which(), [false, true, true]);
      const fourth = await rotateClientSecret(context, { clientId: "three" });
      assert.deepEqual(await which(), [false, false, false]);
      assert.ok(await counts("three", fourth.clientSecret));
    });

    // Last: the other instance's keys are of another day from then on.
    test("both count until its end, and not a moment longer", async () => {
      const first = await register("overlap");
      const { body } = await asked("overlap", first);
      const { client, clientSecret, ended } = await rotateClientSecret(context, {
        clientId: "overlap",
        overlapSeconds: day,
      });
      assert.equal(ended.tokens, 0);
      assert.deepEqual([await counts("overlap", first), await counts("overlap", clientSecret)], [true, true]);
      assert.ok(await opens(body["access_token"]), "nothing stops meanwhile");
      assert.equal(await counts("overlap", `${first}x`), false);
      const untilMs = client.formerSecretUntilMs ?? 0;
      assert.equal((await showClient(context, { clientId: "overlap" })).formerSecretUntilMs, untilMs);
      assert.doesNotMatch(JSON.stringify(await showClient(context, { clientId: "overlap" })), /sha256/);
      aheadMs = untilMs - Date.now();
      assert.deepEqual(
        [await counts("overlap", first), await counts("overlap", clientSecret)],
        [false, true],
      );
      await sweepFormerSecrets(fixture.db, untilMs - 1, 10);
      const row = () => fixture.db("clients").where("client_id", "overlap").first("former_secret_hash");
      assert.match((await row()).former_secret_hash, /^sha256:/);
      await sweepFormerSecrets(fixture.db, untilMs, 10);
      assert.equal((await row()).former_secret_hash, null);
    });
  });
}

test("without a secret before nothing but the present one counts", () => {
  const stored = hashClientSecret("present");
  const former = { hash: hashClientSecret("former"), untilMs: 10 };
  assert.equal(matchesEitherSecret(stored, undefined, "present", 5), true);
  assert.equal(matchesEitherSecret(stored, undefined, "", 5), false);
  assert.equal(matchesEitherSecret(stored, former, "former", 9), true);
  assert.equal(matchesEitherSecret(stored, former, "former", 10), false);
  assert.equal(matchesEitherSecret(undefined, undefined, "", 5), false);
});
