// Which Provider serves: requests end on the one they began with, and nothing is lost when the keys change.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type Provider from "oidc-provider";
import { createProviderHost } from "../../../src/provider/assembly/host.ts";
import { authorizationUrl, codeOf, payloadOf, redeem, refresh } from "../support/authorization.ts";
import { addClient, addPerson, password, startProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

/** A Provider that answers with its name once it is let. */
function slowProvider(name: string, gate: Promise<void>): Provider {
  const callback = () => async (_request: unknown, response: { end(text: string): void }) => {
    await gate;
    response.end(name);
  };
  return { callback } as unknown as Provider;
}

test("a request that began on the old Provider ends on it; the next begins on the new one", async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const providers = [slowProvider("old", gate), slowProvider("new", Promise.resolve())];
  const host = createProviderHost(() => {
    const next = providers.shift();
    if (!next) throw new Error("no key");
    return next;
  });
  let arrived = (): void => {};
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((request, response) => {
    arrived();
    void host.serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const underWay = fetch(url);
    await first;
    host.replace();
    assert.equal(await (await fetch(url)).text(), "new");
    open();
    assert.equal(await (await underWay).text(), "old");
    assert.throws(() => host.replace(), /no key/);
    assert.equal(await (await fetch(url)).text(), "new", "a failed replacement changes nothing");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("sessions, interactions, codes and refresh tokens survive a new key, which signs from then on", async () => {
  let now = new Date();
  // A login that outlasts the signing period: what ends with a login is told elsewhere (sessions/login_life.test.ts).
  const environment = { TTI_SESSION_LIFETIME: String(365 * 86_400), TTI_SESSION_IDLE: String(30 * 86_400) };
  const fixture = await startProvider({ clock: () => now, environment });
  try {
    await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
    await addClient(fixture.db, { client_id: "app" });
    const kidOf = (jwt: unknown): unknown =>
      JSON.parse(Buffer.from(String(jwt).split(".")[0] ?? "", "base64url").toString())["kid"];

    const signedIn = new UserAgent();
    const login = await signedIn.follow(authorizationUrl(fixture));
    const answer = await signedIn.submit(login, { email: "ann@acme.example", password }, "/login");
    const tokens = await redeem(fixture, codeOf(answer));
    const waiting = new UserAgent();
    const interaction = await waiting.follow(authorizationUrl(fixture));
    const code = codeOf(await signedIn.follow(authorizationUrl(fixture)));

    const before = fixture.server.keyRing.current();
    // The next key is published a lead before the signing period of 90 days ends.
    for (let day = 0; fixture.server.keyRing.current().signingKid === before.signingKid; day += 1) {
      assert.ok(day < 120, "no rotation happened");
      now = new Date(now.getTime() + 86_400_000);
      await fixture.server.keyRing.poll();
      if (day % 20 === 0) codeOf(await signedIn.follow(authorizationUrl(fixture)));
    }

    const redeemed = await redeem(fixture, code);
    assert.equal(redeemed.status, 200, JSON.stringify(redeemed.body));
    const { signingKid } = fixture.server.keyRing.current();
    assert.equal(kidOf(redeemed.body["id_token"]), signingKid);
    assert.notEqual(kidOf(tokens.body["id_token"]), signingKid);
    assert.ok(codeOf(await waiting.submit(interaction, { email: "ann@acme.example", password }, "/login")));
    assert.equal(
      payloadOf((await refresh(fixture, tokens.body["refresh_token"])).body["id_token"])["tenant_id"],
      "acme",
    );
  } finally {
    await fixture.close();
  }
});
