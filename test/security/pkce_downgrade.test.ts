// Class: PKCE downgrade or omission (CVE-2023-48228, CVE-2024-23647). S256 for every client that was not registered
// without it, and what was begun with PKCE ends with PKCE.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  authorizationUrl,
  basic,
  codeChallenge,
  codeVerifier,
  getCode,
  redeem,
} from "../provider/support/authorization.ts";
import { addClient, addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addClient(fixture.db, { client_id: "old", require_pkce: false });
  await addClient(fixture.db, { client_id: "spa", token_endpoint_auth_method: "none", require_pkce: false });
});

test("omitting the challenge, or the method, or naming plain, gives no code", async () => {
  const downgrades = [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge_method: undefined },
    { code_challenge_method: "plain", code_challenge: codeVerifier },
    { code_challenge_method: "s256" },
    { code_challenge: "short" },
    { code_challenge: undefined },
  ];
  for (const params of downgrades) {
    for (const clientId of ["app", "spa"]) {
      const answer = await new UserAgent().follow(
        authorizationUrl(fixture, { client_id: clientId, ...params }),
      );
      assert.equal(
        answer.url.searchParams.get("error"),
        "invalid_request",
        JSON.stringify({ clientId, ...params }),
      );
    }
  }
});

test("a code begun with a challenge is not redeemed without its verifier, whatever the client's registration", async () => {
  const code = await getCode(fixture, "ann@acme.example", { client_id: "old" });
  for (const verifier of [undefined, "", codeChallenge, `${codeVerifier}x`]) {
    const answer = await redeem(fixture, code, { code_verifier: verifier }, basic("old"));
    assert.equal(answer.body["access_token"], undefined, String(verifier));
  }
  assert.equal((await redeem(fixture, code, {}, basic("old"))).status, 200);
});

test("a code begun without a challenge is not redeemed with a verifier", async () => {
  const without = { client_id: "old", code_challenge: undefined, code_challenge_method: undefined };
  const code = await getCode(fixture, "ann@acme.example", without);
  assert.equal((await redeem(fixture, code, {}, basic("old"))).body["error"], "invalid_grant");
});
