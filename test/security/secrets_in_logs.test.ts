// Class: secrets in logs and cookies (CVE-2024-4540). Canary values go through every flow, at the finest log level,
// and turn up in no log line, no cookie and no URL but the one they belong to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openLog } from "../../src/log.ts";
import { createTenant, saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { addMintingClients, exchange, signSubject } from "../provider/grants/mint_support.ts";
import {
  addIsvClient,
  appId,
  challengeOf,
  IsvBackEnd,
  isvId,
  loginUrl,
} from "../provider/handoff/handoff_support.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  codeVerifier,
  postForm,
  redeem,
  refresh,
} from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  clientSecret,
  type ProviderFixture,
  password,
  signInAt,
  startProvider,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const lines: string[] = [];
const fixture = useProvider(
  {
    log: openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } }),
  },
  async () => {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
    await addClient(fixture.db, { client_id: "app" });
  },
);

test("no secret reaches the log, the cookies or the store", async () => {
  const canaries: Record<string, string> = {
    password,
    clientSecret,
    codeVerifier,
    wrong: "a-wrong-password-canary",
  };
  const agent = new UserAgent();
  await signInAt(agent, authorizationUrl(fixture), "ann@acme.example", canaries["wrong"]);
  const code = codeOf(await signInAt(agent, authorizationUrl(fixture), "ann@acme.example"));
  const tokens = await redeem(fixture, code);
  const refreshed = await refresh(fixture, tokens.body["refresh_token"]);
  await redeem(fixture, code);
  await redeem(fixture, "a-made-up-code-canary");
  await redeem(fixture, code, {}, basic("app", "a-wrong-secret-canary"));
  await refresh(fixture, "a-made-up-refresh-canary");
  await postForm(
    new URL("/token/revocation", fixture.issuer),
    { token: "a-made-up-token-canary" },
    basic("app"),
  );
  await agent.follow(new URL(`/session/end?id_token_hint=${tokens.body["id_token"]}x`, fixture.issuer));
  for (const [name, value] of Object.entries({ ...tokens.body, refreshed: refreshed.body["access_token"] })) {
    if (/token|refreshed/.test(name)) canaries[name] = String(value);
  }
  canaries["code"] = code;
  canaries["session"] = [...agent.cookies].find(([key]) => key.endsWith(" tti_session"))?.[1] ?? "";

  const log = lines.join("\n");
  assert.ok(lines.length > 5, "something was logged");
  assert.doesNotMatch(log, /-canary/);
  const cookies = JSON.stringify(
    [...agent.cookies.entries()].filter(([key]) => !key.includes("tti_session")),
  );
  const store = JSON.stringify(await fixture.db("oidc_records").select());
  const clients = JSON.stringify(await fixture.db("clients").select());
  for (const [name, value] of Object.entries(canaries)) {
    if (name === "token_type") continue;
    assert.ok(value.length > 8, name);
    for (const [place, text] of Object.entries({ log, cookies, store, clients })) {
      assert.ok(!text.includes(value), `${name} stands in the ${place}`);
    }
  }
});

test("the path of an address there is not is logged clean and short; the signing key by its id", async () => {
  const before = lines.length;
  await fetch(new URL(`/nothing/here/${"z".repeat(30)}-canary/mallory%40ext.example`, fixture.issuer));
  await fetch(new URL(`/login/${"long/".repeat(500)}`, fixture.issuer));
  await fetch(new URL("/token/an-odd@canary", fixture.issuer), { method: "PUT" });
  const text = lines.slice(before).join("\n");
  assert.match(text, /There is nothing at GET \/nothing\/here\/…\/…/);
  assert.doesNotMatch(text, /canary|mallory/);
  assert.ok(lines.slice(before).every((line) => line.length < 2_000));
  const [{ kid }] = await fixture.db("signing_keys").select("kid");
  const changed = lines.find((line) => line.includes("signing keys changed")) ?? "{}";
  const said = JSON.parse(changed) as { signingKid?: string; publishedKids?: string[] };
  assert.ok(said.publishedKids?.includes(kid) && said.publishedKids.includes(said.signingKid ?? ""), changed);
});

test("nor by handoff, minting and administration, with the access log on; addresses do not either", async () => {
  const lines: string[] = [];
  const log = openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } });
  const environment = { TTI_LOGIN_URL: loginUrl, TTI_ACCESS_LOG: "on" };
  const world = await startProvider({ log, environment });
  try {
    await createTenant(world.db, { id: "acme", name: "Acme" }, new Date());
    await saveTenant(world.db, "acme", { loginMethod: "handoff" }, new Date());
    await addMintingClients(world.db, ["acme"]);
    await addClient(world.db, { client_id: appId });
    await addIsvClient(world, isvId, ["acme"]);
    const agent = new UserAgent();
    const challenge = await challengeOf(agent, world, { tenant: "acme" });
    const login = { subject: "eve", tenant: "acme", email: "eve@acme.example" };
    const back = await new IsvBackEnd(world).accept(challenge, login);
    const verifier = new URL(back).searchParams.get("login_verifier") ?? "";
    // Another browser, the right one, and the right one again.
    for (const browser of [new UserAgent(), agent, agent]) await browser.follow(back);
    await new IsvBackEnd(world).call(`${challenge}/accept`, login);

    const now = Math.floor(Date.now() / 1000);
    const assertion = await signSubject(world.issuer, { sub: "eve", auth_time: now });
    const minted = await exchange(world.issuer, assertion);
    await exchange(world.issuer, assertion);
    await exchange(world.issuer, `${assertion}x`);

    const token = await accessTokenOf(world, isvId, "tti:handoff");
    for (const bearer of [token, `${token}x`]) {
      await fetch(new URL("/v1/users/eve@acme.example", world.server.adminUrl), {
        headers: { authorization: `Bearer ${bearer}` },
      });
    }
    const canaries = { challenge, verifier, assertion, token, minted: String(minted.body["access_token"]) };
    const text = lines.join("\n");
    assert.ok(lines.length > 15, "something was logged");
    for (const [name, value] of Object.entries(canaries)) {
      assert.ok(value.length > 20, name);
      assert.ok(!text.includes(value), `${name} stands in the log`);
    }
    assert.doesNotMatch(text, /eve(@|%40)acme/);
    for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
    const trail = JSON.stringify(await world.db("audit_events").select());
    for (const [name, value] of Object.entries(canaries)) {
      assert.ok(!trail.includes(value), `${name} stands in the audit trail`);
    }
  } finally {
    await world.close();
  }
});

async function accessTokenOf(world: ProviderFixture, clientId: string, scope: string): Promise<string> {
  const url = new URL("/token", world.issuer);
  const answer = await postForm(url, { grant_type: "client_credentials", scope }, basic(clientId));
  return String(answer.body["access_token"]);
}
