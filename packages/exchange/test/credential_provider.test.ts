// The provider in clients of other AWS services: what an ISV gets beyond search.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { fromTrustedTokenIssuer, toCredentialProcess } from "../src/index.ts";
import { acme } from "./support/connections.ts";
import { startWorld } from "./support/world.ts";

/** An S3 that answers an empty bucket and remembers whose keys signed. */
async function startS3(t: TestContext) {
  const signedBy: string[] = [];
  const server = createServer((request, response) => {
    const [, accessKeyId = ""] = /Credential=(\w+)\//.exec(request.headers.authorization ?? "") ?? [];
    signedBy.push(`${accessKeyId} ${String(request.headers["x-amz-security-token"])}`);
    response.setHeader("content-type", "application/xml").end("<ListBucketResult/>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { signedBy, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("an S3 client signs with the user's credentials, and calls share one exchange", async (t) => {
  const world = await startWorld(t);
  const s3 = await startS3(t);
  const credentials = fromTrustedTokenIssuer({ connection: acme, user: "alice", client: world.client });
  const client = new S3Client({
    region: "us-east-1",
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials,
  });
  t.after(() => client.destroy());
  await Promise.all([1, 2, 3].map(() => client.send(new ListObjectsV2Command({ Bucket: "b" }))));
  assert.deepEqual(new Set(s3.signedBy), new Set(["ASIACONTEXT1 session-of-ASIACONTEXT1"]));
  assert.equal(world.aws.count("create-token-with-iam"), 1);
});

test("a client that lives longer than its credentials goes on with the next ones", async (t) => {
  const time = { ms: Date.now() };
  // Sessions that end within the SDK's own five minutes: the client asks the provider for every call.
  const world = await startWorld(
    t,
    { clock: () => new Date(time.ms) },
    { now: () => time.ms, sessionSeconds: 200 },
  );
  const s3 = await startS3(t);
  const credentials = fromTrustedTokenIssuer({ connection: acme, user: "alice", client: world.client });
  const client = new S3Client({
    region: "us-east-1",
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials,
  });
  t.after(() => client.destroy());
  await client.send(new ListObjectsV2Command({ Bucket: "b" }));
  time.ms += 190_000;
  await client.send(new ListObjectsV2Command({ Bucket: "b" }));
  const keys = s3.signedBy.map((signed) => signed.split(" ")[0]);
  assert.equal(keys[0], "ASIACONTEXT1");
  assert.notEqual(keys[1], "ASIACONTEXT1");
});

test("credential_process gets the version, the keys and the expiry in ISO form", () => {
  const expiration = new Date("2026-11-24T12:00:00Z");
  const output = toCredentialProcess({
    accessKeyId: "A",
    secretAccessKey: "B",
    sessionToken: "C",
    expiration,
  });
  assert.deepEqual(output, {
    Version: 1,
    AccessKeyId: "A",
    SecretAccessKey: "B",
    SessionToken: "C",
    Expiration: "2026-11-24T12:00:00.000Z",
  });
});

/** An S3 client that holds a user's credentials, and the key each of its requests was signed with. */
async function holdingClient(t: TestContext) {
  const world = await startWorld(t);
  const s3 = await startS3(t);
  const accessor = world.accessor();
  const credentials = accessor.credentialsFor("alice");
  const client = new S3Client({
    region: "us-east-1",
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials,
  });
  t.after(() => client.destroy());
  const call = async () => {
    await client.send(new ListObjectsV2Command({ Bucket: "b" }));
    return s3.signedBy.at(-1)?.split(" ")[0];
  };
  return { world, accessor, s3, call };
}

test("an SDK client that holds credentials keeps them, and lets go of them when the user is forgotten", async (t) => {
  const { accessor, call } = await holdingClient(t);
  assert.deepEqual([await call(), await call()], ["ASIACONTEXT1", "ASIACONTEXT1"]);
  await accessor.forget("alice");
  assert.deepEqual([await call(), await call()], ["ASIACONTEXT2", "ASIACONTEXT2"]);
});

test("an SDK client made before the exchange client was closed signs nothing any more", async (t) => {
  const { world, s3, call } = await holdingClient(t);
  await call();
  world.client.destroy();
  await assert.rejects(call(), { code: "client_closed" });
  assert.equal(s3.signedBy.length, 1);
});

test("credentials handed out end by the clock that is not set back", async (t) => {
  const world = await startWorld(t);
  const { expiration } = await world.accessor().credentialsFor("alice")();
  assert.ok(expiration.getTime() > Date.now());
  const provide = world.accessor().credentialsFor("alice");
  const held = await provide();
  const now = performance.now();
  t.mock.method(performance, "now", () => now + 3_700_000);
  assert.equal(held.expiration.getTime(), 0);
});
