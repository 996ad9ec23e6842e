// What an application's word alone opened speaks for one organization: of what belongs to the account as a whole, no page of
// the account shows it anything, and no form changes anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import Router from "@koa/router";
import { createPasskey, listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import { addAccountRoutes } from "../../../src/provider/self_service/account_routes.ts";
import { accountPages } from "../../../src/provider/self_service/account_tabs.ts";
import { setTenant } from "../grants/mint_support.ts";
import { addIsvClient, challengeOf, IsvBackEnd, isvId, loginUrl } from "../handoff/handoff_support.ts";
import { postAccountForm } from "../support/account_forms.ts";
import { authorizationUrl, codeOf } from "../support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../support/provider_fixture.ts";
import { giveApp, typeCode } from "../support/second_factor.ts";
import { UserAgent } from "../support/user_agent.ts";

const email = "ann@acme.example";
let ann = { id: "" };
const byWord = new UserAgent();
const own = new UserAgent({
  "user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0",
});
const world = useProvider({ environment: { TTI_LOGIN_URL: loginUrl } }, async () => {
  ann = await addPerson(world.db, { email, emailVerified: true, tenants: ["acme", "hooli"] });
  await setTenant(world.db, "hooli", { loginMethod: "handoff" });
  await addClient(world.db, { client_id: "app" });
  await addIsvClient(world, isvId, ["hooli"]);
  const app = await giveApp(world, { ...ann, email });
  const key = { publicKey: "x", counter: 1, transports: [], synced: false, backedUp: false };
  const of = { accountId: ann.id, userHandle: "h", name: "Anns own phone", credentialId: "c" };
  await createPasskey(world.db, { ...key, ...of }, new Date());
  const half = await signInAt(own, authorizationUrl(world, { tenant: "acme" }), email);
  codeOf(await typeCode(own, half, app.codeAt(Date.now())));
  const isv = new IsvBackEnd(world);
  const challenge = await challengeOf(byWord, world, { tenant: "hooli" });
  const login = {
    subject: ann.id,
    tenant: "hooli",
    email,
    auth_time: Math.floor(Date.now() / 1000),
    amr: ["pwd"],
  };
  await byWord.follow(await isv.accept(challenge, login));
  // As long as it is not proven, its proof may be asked for.
  await world.db("accounts").where("id", ann.id).update({ email_verified_at_ms: null });
});

// What the person's own pages tell of the account as a whole.
const told = /Anns own phone|Set up on \d{4}|\d+ are left|You have none yet|Tenant acme|Firefox, Windows/;

test("every page of the account shows nothing of the account as a whole", async () => {
  const seen: string[] = [];
  for (const { path } of Object.values(accountPages)) {
    const mine = await own.follow(`${world.issuer}${path}`);
    if (told.test(mine.text)) seen.push(path);
    const page = await byWord.follow(`${world.issuer}${path}`);
    assert.equal(page.url.pathname, path, "it is signed in");
    assert.doesNotMatch(page.text, told, path);
  }
  assert.ok(
    ["/account/passkeys", "/account/factors", "/account/sessions"].every((path) => seen.includes(path)),
  );
});

const fields: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  "/account/name": [{ name: "Mallory" }],
  "/account/change-password": [{ current: "x", password: "a new long passphrase" }],
  "/account/email": [{ email: "mallory@evil.example" }],
  "/account/email/proof": [{}],
  "/account/applications": [
    { decision: "allow", tenant: "acme", client: "app" },
    { decision: "revoke", tenant: "acme", client: "app" },
    { decision: "end", grant: "GRANT" },
  ],
  "/account/passkeys": [
    { act: "rename", passkey: "PASSKEY", name: "Mallorys" },
    { act: "remove", passkey: "PASSKEY" },
  ],
  "/account/passkeys/add": [{ answer: "{}", name: "" }],
  "/account/passkeys/begin": [{}],
  "/account/factors": [
    { act: "begin" },
    { act: "remove" },
    { act: "codes" },
    { use: "set_up", offer: "x", code: "123456" },
  ],
  "/account/sessions": [{ decision: "end_others" }, { decision: "everywhere" }],
  "/account/data": [{}],
  "/account/close": [{ typed: email, confirm: "yes" }, { typed: email }],
};

test("no form of the account changes, or hands out, anything of the account as a whole", async () => {
  const router = new Router();
  addAccountRoutes(router, { issuer: world.issuer, secrets: [] } as never);
  const posted = router.stack
    .filter(({ methods }) => methods.includes("POST"))
    .map(({ path }) => String(path));
  assert.deepEqual(posted.toSorted(), Object.keys(fields).toSorted(), "each has its row here");
  const [{ id: passkey } = assert.fail()] = await listPasskeys(world.db, ann.id);
  const grant = await world.db("oidc_records").where({ model: "Grant", account_id: ann.id }).first("id_hash");
  const before = await stored();
  for (const [path, forms] of Object.entries(fields)) {
    for (const form of forms) {
      const sent = Object.entries(form).map(([name, value]) => [
        name,
        value.replace("PASSKEY", passkey).replace("GRANT", grant.id_hash),
      ]);
      const answer = await postAccountForm(byWord, `${world.issuer}${path}`, ann, Object.fromEntries(sent));
      const what = `${path} ${JSON.stringify(form)}`;
      assert.doesNotMatch(answer.text, told, what);
      assert.doesNotMatch(answer.headers.get("content-disposition") ?? "", /attachment/, what);
      assert.deepEqual(await stored(), before, what);
    }
  }
});

async function stored() {
  const of = { account_id: ann.id };
  const account = await world.db("accounts").where("id", ann.id).first();
  const tables = ["passkeys", "totp_factors", "recovery_codes", "mails", "account_links"] as const;
  const rows = await Promise.all(
    tables.map(async (table) => [table, (await world.db(table).where(of)).length]),
  );
  const names = (await listPasskeys(world.db, ann.id)).map(({ name }) => name);
  const sessions = (await world.db("session_vouchers").where(of)).length;
  const { updated_at_ms: _when, ...kept } = account;
  return { kept, names, sessions, ...Object.fromEntries(rows) };
}
