// A logout reaches the ISV: the browser goes on to its logout page, its clients get a back-channel logout token.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  password,
  startProvider,
} from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";
import {
  addHandoffClients,
  appId,
  authorizationUrl,
  challengeOf,
  IsvBackEnd,
  loginUrl,
} from "./handoff_support.ts";

const logoutUrl = "https://isv.example/logout";
const afterwards = "https://rp.example/bye";

let fixture: ProviderFixture;
let receiver: Server;
const logoutTokens: string[] = [];

before(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      logoutTokens.push(new URLSearchParams(body).get("logout_token") ?? "");
      response.end();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => receiver.once("listening", resolve));
  const { port } = receiver.address() as AddressInfo;
  fixture = await startProvider({
    environment: {
      TTI_LOGIN_URL: loginUrl,
      TTI_LOGOUT_URL: logoutUrl,
      TTI_ALLOW_NETWORKS: "127.0.0.0/8",
    },
  });
  await addHandoffClients(fixture);
  await addClient(fixture.db, {
    client_id: "told",
    backchannel_logout_uri: `http://127.0.0.1:${port}/logout`,
    post_logout_redirect_uris: [afterwards],
  });
  await addPerson(fixture.db, { email: "lou@initech.example", tenants: ["initech", "acme"] });
  await saveTenant(fixture.db, "acme", { loginMethod: "handoff" }, new Date());
});
after(async () => {
  await fixture.close();
  receiver.close();
  receiver.closeAllConnections();
});

function logOut(agent: UserAgent): Promise<Visit> {
  const url = new URL(`${fixture.issuer}/session/end`);
  url.searchParams.set("client_id", "told");
  url.searchParams.set("post_logout_redirect_uri", afterwards);
  url.searchParams.set("state", "s1");
  return agent.follow(url).then((page) => agent.submit(page, { logout: "yes" }));
}

test("somebody who logged in at the ISV is sent on to its logout page, and its client is told", async () => {
  const agent = new UserAgent();
  const login = { subject: "isv-lou", tenant: "acme", email: "lou@acme.example" };
  const challenge = await challengeOf(agent, fixture, { client_id: "told" });
  await agent.follow(await new IsvBackEnd(fixture).accept(challenge, login));
  const gone = await logOut(agent);
  assert.equal(`${gone.url.origin}${gone.url.pathname}`, logoutUrl);
  assert.equal(gone.url.searchParams.get("return_to"), `${afterwards}?state=s1`);
  // It is told while the browser has its answer already.
  const end = Date.now() + 30_000;
  while (logoutTokens.length === 0 && Date.now() < end) await sleep(10);
  const [token = ""] = logoutTokens;
  const keys = createRemoteJWKSet(new URL(`${fixture.issuer}/jwks`));
  const { payload } = await jwtVerify(token, keys, { issuer: fixture.issuer, audience: "told" });
  assert.equal(payload.sub, "isv-lou");
  assert.ok(
    (payload["events"] as object) &&
      "http://schemas.openid.net/event/backchannel-logout" in (payload["events"] as object),
  );
  // The session is gone: the next sign-in goes to the ISV's page again.
  await challengeOf(agent, fixture, { client_id: appId });
});

test("somebody who logged in here comes straight back", async () => {
  const agent = new UserAgent();
  const page = await agent.follow(authorizationUrl(fixture, { client_id: "told", tenant: "initech" }));
  await agent.submit(page, { email: "lou@initech.example", password }, "/login");
  const gone = await logOut(agent);
  assert.equal(gone.url.href, `${afterwards}?state=s1`);
});
