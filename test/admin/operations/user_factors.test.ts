// Taking a person's second factors away: what ends, who is told, and who may not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resetUserFactors, showUserFactors } from "../../../src/admin/operations/user_factors.ts";
import { listUsers } from "../../../src/admin/operations/users.ts";
import { createPasskey, listPasskeys, markCloned } from "../../../src/provider/passkeys/passkey_store.ts";
import { authorizationUrl, codeOf } from "../../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../../provider/support/provider_fixture.ts";
import { giveApp, typeCode } from "../../provider/support/second_factor.ts";
import { UserAgent } from "../../provider/support/user_agent.ts";
import { cliContext } from "../../support/cli_context.ts";

const madeKey = (credentialId: string) => ({
  ...{ credentialId, publicKey: "x", counter: 1, transports: [] },
  ...{ synced: false, backedUp: false, userHandle: "h", name: "Phone" },
});

const fixture = useProvider({ writesMeanwhile: true }, async () => {
  await addClient(fixture.db, { client_id: "app" });
});

test("factors and codes are gone, what was signed in has ended, a half-done sign-in too, and a mail tells", async () => {
  const email = "lost@acme.example";
  const account = await addPerson(fixture.db, { email, tenants: ["acme"] });
  const app = await giveApp(fixture, account);
  const url = authorizationUrl(fixture, { tenant: "acme" });
  const signedIn = new UserAgent();
  codeOf(await typeCode(signedIn, await signInAt(signedIn, url, email), app.codeAt(Date.now())));
  const halfWay = new UserAgent();
  const page = await signInAt(halfWay, url, email);
  await createPasskey(fixture.db, { ...madeKey("lost"), accountId: account.id }, new Date());
  const had = await showUserFactors(cliContext(fixture.db), { user: email });
  assert.ok(Math.abs((had.appSinceMs ?? 0) - Date.now()) < 600_000);
  assert.deepEqual([had.passkeys, had.stoppedPasskeys, had.recoveryCodes], [1, 0, 10]);
  const without = async () => {
    const { users } = await listUsers(cliContext(fixture.db), { tenantId: "acme", withoutFactor: true });
    return users.some(({ id }) => id === account.id);
  };
  assert.equal(await without(), false);
  const { ended, removed } = await resetUserFactors(cliContext(fixture.db), { user: email });
  assert.equal(ended.sessions, 1);
  assert.deepEqual(removed, { apps: 1, passkeys: 1, recoveryCodes: 10 });
  assert.equal(await without(), true);
  const has = await showUserFactors(cliContext(fixture.db), { user: email });
  const none = { appSinceMs: null, passkeys: 0, stoppedPasskeys: 0, recoveryCodes: 0 };
  assert.deepEqual(has, { id: account.id, ...none });
  assert.match((await typeCode(halfWay, page, app.codeAt(Date.now() + 30_000))).text, /That took too long/);
  const silent = await signedIn.follow(authorizationUrl(fixture, { tenant: "acme", prompt: "none" }));
  assert.equal(silent.url.searchParams.get("error"), "login_required");
  codeOf(await signInAt(new UserAgent(), url, email));
  assert.equal((await fixture.db("recovery_codes").where("account_id", account.id)).length, 0);
  assert.deepEqual(await listPasskeys(fixture.db, account.id), []);
  const [event] = await fixture.db("audit_events").where({ type: "factor.reset", account_id: account.id });
  assert.deepEqual(JSON.parse(event.details), { factors: 2, recoveryCodes: 10 });
  const mails = await fixture.db("mails").where("account_id", account.id).select("kind", "details");
  assert.deepEqual(
    mails.filter(({ kind }) => kind === "factor_removed").map(({ details }) => JSON.parse(details)),
    [{ what: "second factors", by: "administration" }],
  );
  const again = await resetUserFactors(cliContext(fixture.db), { user: email });
  assert.equal(again.unchanged, true);
  assert.deepEqual(again.removed, { apps: 0, passkeys: 0, recoveryCodes: 0 });
});

test("passkeys alone are taken away too, one that stopped as well; another person's stay", async () => {
  const now = new Date();
  const [lost, other] = [
    await addPerson(fixture.db, { email: "keys@acme.example", tenants: ["acme"] }),
    await addPerson(fixture.db, { email: "other@acme.example", tenants: ["acme"] }),
  ];
  const stopped = await createPasskey(fixture.db, { ...madeKey("stopped"), accountId: lost.id }, now);
  await markCloned(fixture.db, stopped?.id ?? assert.fail(), now);
  await createPasskey(fixture.db, { ...madeKey("others"), accountId: other.id }, now);
  const had = await showUserFactors(cliContext(fixture.db), { user: lost.id });
  assert.deepEqual([had.passkeys, had.stoppedPasskeys], [0, 1]);
  const { unchanged } = await resetUserFactors(cliContext(fixture.db), { user: lost.id });
  assert.equal(unchanged, undefined);
  assert.deepEqual(await listPasskeys(fixture.db, lost.id), []);
  assert.equal((await listPasskeys(fixture.db, other.id)).length, 1);
});
