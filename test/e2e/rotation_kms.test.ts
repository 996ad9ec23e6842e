// Signing with AWS KMS end to end: a provider process, its own AWS SDK client by AWS_ENDPOINT_URL, and the KMS of
// the sandbox. The private keys never leave it, through a rotation, an outage and a restart.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { createRemoteJWKSet, decodeProtectedHeader, type JWK, jwtVerify } from "jose";
import { type Sandbox, startSandbox } from "tti-sandbox";
import { systemClock } from "../../src/clock.ts";
import type { KeyOperationContext } from "../../src/provider/keys/operations.ts";
import { keyPolicy } from "../../src/provider/keys/policy.ts";
import { rotateKeys } from "../../src/provider/keys/rotate.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { openKmsKeys } from "../../src/provider/keys/signer_kms.ts";
import { authorizationUrl, codeOf, type JsonAnswer, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { type Instance, startInstance } from "./instances.ts";

const policy = keyPolicy({
  longestTokenSeconds: 30,
  jwksMaxAgeSeconds: 1,
  publishLeadSeconds: 2,
  pollIntervalSeconds: 0.25,
  clockSkewSeconds: 0.2,
});
const secret = Buffer.alloc(32, 7);
const email = "ada@acme.example";
const alias = "alias/tti";

let sandbox: Sandbox;
let client: KMSClient;
let store: TestDatabase;
let environment: Record<string, string>;
let firstKeyId: string;
const instances: Instance[] = [];

before(async () => {
  sandbox = await startSandbox({
    port: 0,
    seed: {
      accounts: [{ id: "111122223333", name: "ISV", credentials: [{ name: "provider", user: "provider" }] }],
    },
  });
  const credentials = sandbox.seedResult.credentials["provider"];
  assert.ok(credentials);
  client = new KMSClient({ endpoint: sandbox.url, region: "us-east-1", credentials });
  firstKeyId = await createSigningKey();
  await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: firstKeyId }));
  store = await openTestDatabase("sqlite");
  await addPerson(store.db, { email, tenants: ["acme"] });
  await addClient(store.db, { client_id: "app" });
  environment = {
    ...store.environment,
    TTI_MODE: "development",
    TTI_SECRETS: secret.toString("base64"),
    TTI_LOG_LEVEL: "silent",
    TTI_KMS_KEY_ID: alias,
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
});

after(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  client.destroy();
  await store.close();
  await sandbox.close();
});

async function createSigningKey(): Promise<string> {
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }),
  );
  return KeyMetadata?.Arn ?? "";
}

async function startOne(): Promise<Instance> {
  const instance = await startInstance(environment, policy);
  instances.push(instance);
  return instance;
}

/** Signs in at an instance and redeems the code. */
async function signIn({ issuer }: Instance): Promise<JsonAnswer> {
  const answer = await signInAt(new UserAgent(), authorizationUrl({ issuer }), email);
  return redeem({ issuer }, codeOf(answer));
}

/** The kid of a token that verifies with the issuer's JWKS. */
async function verifiedKid({ issuer }: Instance, { status, body }: JsonAnswer): Promise<string | undefined> {
  assert.equal(status, 200, JSON.stringify(body));
  const idToken = String(body["id_token"]);
  await jwtVerify(idToken, createRemoteJWKSet(new URL(`${issuer}/jwks`)), { issuer });
  return decodeProtectedHeader(idToken).kid;
}

test("the key that signs is the one in KMS, and the store holds no private half", async () => {
  const instance = await startOne();
  const kid = await verifiedKid(instance, await signIn(instance));
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: firstKeyId }));
  const inKms = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: "der", type: "spki" });
  const { keys } = (await (await fetch(`${instance.url}/jwks`)).json()) as { keys: JWK[] };
  assert.equal(keys.find((key) => key.kid === kid)?.n, inKms.export({ format: "jwk" }).n);
  assert.deepEqual(await store.db("signing_keys").whereNotNull("sealed_private_jwk"), []);
});

test("an operator's new KMS key signs after its lead, in the running process", async () => {
  const [instance] = instances as [Instance];
  const kms = await openKmsKeys({ keyId: alias, client });
  const sealer = createKeySealer([secret]);
  const context: KeyOperationContext = {
    db: store.db,
    clock: systemClock,
    actor: "test",
    policy,
    sealer,
    kms,
  };
  const { kid } = await rotateKeys(context, { createKmsKey: true });
  await sleep((policy.publishLeadSeconds + 1) * 1000);
  assert.equal(await verifiedKid(instance, await signIn(instance)), kid);
});

test("while the key is disabled there is no token, and a restart is refused; enabled, all goes on", async () => {
  const [instance] = instances as [Instance];
  const [row] = await store.db("signing_keys").orderBy("generation", "desc").limit(1);
  await client.send(new DisableKeyCommand({ KeyId: row.kms_key_id }));
  const { status, body } = await signIn(instance);
  assert.deepEqual([status, body["error"]], [503, "temporarily_unavailable"]);
  assert.equal((await fetch(`${instance.url}/health/ready`)).status, 503);
  await assert.rejects(startOne(), /refused to start: AWS KMS Sign on \S+ failed: DisabledException/);
  await client.send(new EnableKeyCommand({ KeyId: row.kms_key_id }));
  await sleep(1_000);
  assert.equal((await fetch(`${instance.url}/health/ready`)).status, 200);
  await verifiedKid(instance, await signIn(instance));
});
