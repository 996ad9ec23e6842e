// Which credentials and which AWS the commands that act for a user take, beside a `tti dev` and without one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findPlaces } from "../../src/cli/acting_user.ts";
import type { DevState } from "../../src/cli/dev/dev_state.ts";

const baseCredentials = { accessKeyId: "AKIADEMO", secretAccessKey: "demo" };
const dev: DevState = {
  demoPassword: "demo",
  demoClientSecret: "demo",
  cliClient: { clientId: "tti-cli", privateJwk: { kty: "RSA" } },
  baseCredentials,
  addresses: { issuer: "http://localhost:3000", sandboxUrl: "http://localhost:4566" },
};
const settings = { issuer: "https://id.example.com", clientId: "tti-demo", tenantClaim: "tenant_id" };
const config = (awsEndpointUrl?: string) => ({ ...settings, awsEndpointUrl, dataDir: "data" });

test("beside tti dev the demo's keys are used, whichever endpoint the shell exports", () => {
  for (const endpoint of [undefined, "http://localhost:4566", "http://localhost:9999"]) {
    const places = findPlaces(config(endpoint), dev, undefined);
    assert.deepEqual(places.baseCredentials, baseCredentials, String(endpoint));
    assert.equal(places.issuer, "http://localhost:3000");
  }
});

test("the local AWS of tti dev is asked unless AWS_ENDPOINT_URL names another", () => {
  assert.equal(findPlaces(config(), dev, undefined).awsEndpoint, "http://localhost:4566");
  // The SDK reads the variable itself.
  assert.equal(findPlaces(config("http://localhost:9999"), dev, undefined).awsEndpoint, undefined);
});
