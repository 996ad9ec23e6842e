// The four calls against a local AWS, and a refusal as the SDK throws it. Without AWS_ENDPOINT_URL these are skipped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidGrantException } from "@aws-sdk/client-sso-oidc";
import { searchAsUser } from "./search_as_user.mjs";

const sandbox = process.env.AWS_ENDPOINT_URL;
const skip = sandbox === undefined && "AWS_ENDPOINT_URL is not set: start tti-sandbox, as the README says";
const WRONG_SEED =
  "the local AWS has another seed: start it with that of tti-sandbox --example-seed --issuer own";

/** Asks the local AWS itself, not AWS's API. */
async function ask(path, body) {
  const response = await fetch(`${sandbox}/_sandbox/${path}`, {
    ...(body && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

async function search(tokenRequest) {
  const { connections, credentials } = await ask("seed");
  const handedOver = connections["example-isv"];
  assert.ok(handedOver, WRONG_SEED);
  const customer = {
    roleArn: handedOver.principal,
    tenantId: handedOver.externalId,
    idcApplicationArn: handedOver.idcApplicationArn,
    idcRegion: handedOver.idcRegion,
    qApplicationId: handedOver.applicationId,
    qRetrieverId: handedOver.retrieverId,
    qRegion: handedOver.applicationRegion,
  };
  const { idToken } = await ask("id-token", tokenRequest);
  const found = await searchAsUser(customer, idToken, "vacation", credentials.isv);
  return found.map((each) => each.documentTitle).sort();
}

test("each user finds what they may see", { skip }, async () => {
  assert.deepEqual(await search({ email: "ada@acme.example" }), ["Design", "Handbook"]);
  assert.deepEqual(await search({ email: "bob@acme.example" }), ["Handbook"]);
});

test("a token for another audience is refused, and the local AWS says why", { skip }, async () => {
  const forAnother = search({ email: "ada@acme.example", claims: { aud: "somebody-else" } });
  await assert.rejects(forAnother, (error) => {
    assert.ok(error instanceof InvalidGrantException, `it threw ${error}`);
    assert.equal(error.error, "invalid_grant");
    return true;
  });
  const { requests } = await ask("requests?limit=1");
  const { operation, rule, reason, fix } = requests[0];
  console.log(`${operation} was refused by ${rule}: ${reason} ${fix}`);
  assert.equal(rule, "token.audience");
});
