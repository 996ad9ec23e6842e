// Class: secrets in logs and cookies (CVE-2024-4540). Canary values go through every flow, at the finest log level,
// and turn up in no log line, no cookie and no URL but the one they belong to.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openLog } from "../../src/log.ts";
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
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

let fixture: ProviderFixture;
const lines: string[] = [];
before(async () => {
  fixture = await startProvider({
    log: openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } }),
  });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});
after(() => fixture.close());

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
