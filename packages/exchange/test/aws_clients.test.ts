// Clients of AWS are made while the SDK still loads: callers who come together share them, and none is made too late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsClients } from "../src/aws/aws_clients.ts";
import { baseCredentials } from "./support/connections.ts";

const options = { baseCredentials, attemptTimeoutMs: 1000 };

test("who asks at once for the same region shares one client, and all regions the handler made of options", async (t) => {
  const clients = new AwsClients({ ...options, requestHandler: { requestTimeout: 500 } });
  t.after(() => clients.destroy());
  const [one, other, elsewhere] = await Promise.all(
    ["eu-central-1", "eu-central-1", "us-east-1"].map((region) => clients.sts(region)),
  );
  assert.equal(one, other);
  assert.notEqual(one, elsewhere);
  assert.equal(one?.config.requestHandler, elsewhere?.config.requestHandler);
});

test("no client is made once all are closed, also for who asked before", async () => {
  const closing = new AbortController();
  const clients = new AwsClients({ ...options, closing: closing.signal });
  const making = [
    clients.sts("eu-central-1"),
    clients.ssoOidc("eu-central-1", baseCredentials, 0),
    clients.searchClient("eu-central-1", baseCredentials, 0),
  ];
  const reason = new Error("closed");
  closing.abort(reason);
  clients.destroy();
  const made = await Promise.allSettled(making);
  assert.deepEqual(
    made.map((one) => one.status === "rejected" && one.reason),
    [reason, reason, reason],
  );
});

test("a client is kept ready for the session it was made for, and for no other, until that is forgotten", async (t) => {
  const clients = new AwsClients(options);
  t.after(() => clients.destroy());
  const [region, elsewhere] = ["eu-central-1", "us-east-1"] as const;
  const other = { ...baseCredentials, accessKeyId: "ASIAOTHERUSER0000000" };
  assert.equal(clients.keptSearchClient(region, baseCredentials), undefined);
  const made = await clients.searchClient(region, baseCredentials, 0);
  assert.equal(clients.keptSearchClient(region, baseCredentials), made);
  assert.equal(clients.keptSearchClient(region, other), undefined);
  assert.equal(clients.keptSearchClient(elsewhere, baseCredentials), undefined);
  clients.dropSession(baseCredentials.accessKeyId);
  assert.equal(clients.keptSearchClient(region, baseCredentials), undefined);
});
