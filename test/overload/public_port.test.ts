// A real instance that may do one thing of a kind at once: what programs and people are told whom it turns away, and what goes on
// meanwhile.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { basic, postToken } from "../provider/support/authorization.ts";
import { addClient, useProvider } from "../provider/support/provider_fixture.ts";

const none = { places: 0, mostWaiting: 0, longestWaitMs: 1000 };
const some = { places: 2, mostWaiting: 2, longestWaitMs: 1000 };
const ask = { grant_type: "refresh_token", refresh_token: "none" };

describe("an instance with no place left", () => {
  const fixture = useProvider({
    admissionLimits: { tokens: none, searches: none, logins: some, pages: none },
    writesMeanwhile: true,
  });

  it("answers programs at the token endpoint as OAuth has it, with a time to come again", async () => {
    const answer = await fetch(new URL("/token", fixture.issuer), {
      method: "POST",
      body: new URLSearchParams(ask),
    });
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await answer.json()) as { error: string }).error, "temporarily_unavailable");
  });

  it("answers back ends with a problem document", async () => {
    const answer = await fetch(new URL("/v1/login-challenges/x", fixture.issuer));
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
    assert.equal(((await answer.json()) as { error: string }).error, "overloaded");
  });

  it("answers people in their words", async () => {
    const answer = await fetch(new URL("/account", fixture.issuer), { headers: { accept: "text/html" } });
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /Very many people are here right now[\s\S]*Try again in a moment/);
  });

  it("goes on with keys, discovery, health and style sheets", async () => {
    for (const path of ["/jwks", "/.well-known/openid-configuration", "/health/live", "/health/ready"])
      assert.equal((await fetch(new URL(path, fixture.issuer))).status, 200, path);
  });
});

describe("an instance with two places", () => {
  const fixture = useProvider(
    { admissionLimits: { tokens: some, searches: some, logins: some, pages: some }, writesMeanwhile: true },
    async () => {
      await addClient(fixture.db, { client_id: "app" });
    },
  );

  it("serves others while forms trickle in, however many", async () => {
    const { hostname, port } = new URL(fixture.issuer);
    const slow = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect({ host: hostname, port: Number(port) });
        await new Promise((resolve) => socket.once("connect", resolve));
        socket.write(
          `POST /token HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type=`,
        );
        return socket;
      }),
    );
    const answer = await postToken(fixture, ask);
    for (const socket of slow) socket.destroy();
    assert.equal(answer.body["error"], "invalid_grant");
  });
});

describe("an instance with a rate of token requests", () => {
  const fixture = useProvider({ environment: { TTI_TOKEN_RATE: "2" }, writesMeanwhile: true }, async () => {
    await addClient(fixture.db, { client_id: "app" });
    await addClient(fixture.db, { client_id: "other" });
  });

  it("turns away what a client sends beyond it, and no other client", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => postToken(fixture, ask)));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} refused`);
    assert.equal(refused[0]?.body["error"], "too_many_requests");
    assert.equal((await postToken(fixture, ask, basic("other"))).body["error"], "invalid_grant");
  });
});
