// AWS's own sample of a data accessor (aws-samples/sample-q-index-cross-account-access) on the sandbox's example seed. What it
// needs of the seed is held each day; the sample itself, unmodified, runs where TTI_AWS_SAMPLE names a clone of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  exampleSeed,
  OWN_ISSUER_URL,
  type Sandbox,
  type SeedResultConnection,
  startSandbox,
} from "tti-sandbox";
import { bareEnvironment } from "../support/surroundings.ts";

const sample = process.env["TTI_AWS_SAMPLE"];
const tester = "solutions/shell/tti-auth/data-accessor-tti-tester.sh";
const helper = "solutions/Streamlit-App/ttiflowHelper.py";
const skip =
  sample === undefined
    ? "TTI_AWS_SAMPLE names no clone of aws-samples/sample-q-index-cross-account-access"
    : false;

let sandbox: Sandbox;
let connection: SeedResultConnection;
before(async () => {
  sandbox = await startSandbox({ port: 0, seed: exampleSeed(OWN_ISSUER_URL) });
  const found = sandbox.seedResult.connections["example-isv"];
  assert.ok(found);
  connection = found;
});
after(() => sandbox.close());

function keysOf(name: string) {
  const keys = sandbox.seedResult.credentials[name];
  assert.ok(keys, name);
  return keys;
}

async function assumeRole(name: string): Promise<void> {
  const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials: keysOf(name) });
  try {
    const input = { RoleArn: connection.principal, RoleSessionName: "automated-session" };
    const Tags = [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }];
    const { Credentials } = await sts.send(new AssumeRoleCommand({ ...input, Tags }));
    assert.ok(Credentials?.SessionToken);
  } finally {
    sts.destroy();
  }
}

describe("what the sample needs of the example seed", () => {
  it("the shell tester insists on a session token: the application role has one, and may assume the role", async () => {
    assert.ok(keysOf("isv").sessionToken);
    await assumeRole("isv");
  });

  it("the Streamlit helper reads two variables: a developer's long-term keys may assume the role too", async () => {
    const keys = keysOf("isv-developer");
    assert.equal(keys.sessionToken, undefined);
    await assumeRole("isv-developer");
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials: keys });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
    assert.equal(Arn, "arn:aws:iam::111122223333:user/isv-developer");
  });
});

/** Cognito, which gives the user's ID token, and Bedrock, which sums up: the sample asks both, and the sandbox is neither. */
async function startNeighbours(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const asked = await buffer(request);
    response.setHeader("content-type", "application/json");
    if (String(request.headers["x-amz-target"]).endsWith(".AdminInitiateAuth")) {
      const { AuthParameters } = JSON.parse(asked.toString()) as { AuthParameters: { USERNAME: string } };
      const { idToken } = await sandbox.control.idToken({ email: AuthParameters.USERNAME });
      response.end(JSON.stringify({ AuthenticationResult: { IdToken: idToken } }));
    } else
      response.end(JSON.stringify({ output: { message: { content: [{ text: "In short: thirty." }] } } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("the sample, unmodified", { skip }, () => {
  let neighbours: Server;
  let folder: string;
  let env: Record<string, string>;
  before(async () => {
    neighbours = await startNeighbours();
    folder = mkdtempSync(join(tmpdir(), "tti-sample-"));
    const beside = `http://127.0.0.1:${(neighbours.address() as AddressInfo).port}`;
    env = {
      ...bareEnvironment(),
      ...(process.env["PYENV_ROOT"] === undefined ? {} : { PYENV_ROOT: process.env["PYENV_ROOT"] }),
      HOME: folder,
      AWS_PAGER: "",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: beside,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: beside,
    };
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => neighbours.close(resolve));
  });

  async function run(command: string, words: string[], more: Record<string, string>, typed: string) {
    const child = spawn(command, words, { cwd: folder, env: { ...env, ...more } });
    child.stdin.end(typed);
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    const [exitCode] = (await once(child, "exit")) as [number | null];
    const [stdout, stderr] = await said;
    return { exitCode, stdout, stderr };
  }

  it("the shell tester finds what the user may see", async () => {
    assert.ok(sample !== undefined && existsSync(join(sample, tester)));
    // Its README has people write these into the head of the script.
    const given: Record<string, string> = {
      IAM_ROLE: connection.principal,
      TENANT_ID: connection.externalId ?? "",
      BEDROCK_REGION: "us-east-1",
      BEDROCK_MODEL_ID: "amazon.nova-pro-v1:0",
      COGNITO_USER_POOL_ID: "us-east-1_pool",
      COGNITO_CLIENT_ID: "client",
      COGNITO_CLIENT_SECRET: "secret",
      QBUSINESS_APPLICATION_ID: connection.applicationId,
      RETRIEVER_ID: connection.retrieverId,
      IDC_APPLICATION_ARN: connection.idcApplicationArn,
      QBUSINESS_REGION: connection.applicationRegion,
      IAM_IDC_REGION: connection.idcRegion,
    };
    const script = Object.entries(given).reduce(
      (source, [name, value]) => {
        assert.ok(source.includes(`\n${name}=""`), name);
        return source.replace(`\n${name}=""`, `\n${name}="${value}"`);
      },
      readFileSync(join(sample, tester), "utf8"),
    );
    writeFileSync(join(folder, "tester.sh"), script);
    const keys = keysOf("isv");
    const { exitCode, stdout, stderr } = await run(
      "bash",
      ["tester.sh"],
      {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken ?? "",
      },
      "vacation\nada@acme.example\npassword\n",
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /"documentTitle": "Design"/);
    assert.match(stdout, /"documentTitle": "Handbook"/);
    assert.match(stdout, /In short: thirty\./);
    assert.deepEqual(callsSince(), fourCalls);
  });

  it("the Streamlit helper gets the user's credentials, and they search", async (t) => {
    assert.ok(sample !== undefined && existsSync(join(sample, helper)));
    const program = [
      "import sys; sys.path.insert(0, sys.argv[1])",
      "import ttiflowHelper, boto3, os",
      "keys = ttiflowHelper.getOIDCToken('bob@acme.example', 'password')",
      "q = boto3.Session(**keys.model_dump()).client('qbusiness', region_name=os.environ['APPLICATION_REGION'])",
      "found = q.search_relevant_content(applicationId=os.environ['APPLICATION_ID'], queryText='vacation', contentSource={'retriever': {'retrieverId': os.environ['RETRIEVER_ID']}})",
      "print('found', [each['documentTitle'] for each in found['relevantContent']])",
    ].join("\n");
    const keys = keysOf("isv-developer");
    const { exitCode, stdout, stderr } = await run(
      "python3",
      ["-B", "-c", program, join(sample, "solutions/Streamlit-App")],
      {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        ISV_ROLE_ARN: connection.principal,
        ISV_TENANT_ID: connection.externalId ?? "",
        ISV_COGNITO_USER_POOL_ID: "us-east-1_pool",
        ISV_COGNITO_CLIENT_ID: "client",
        ISV_COGNITO_CLIENT_SECRET: "secret",
        ISV_COGNITO_REGION: "us-east-1",
        IDC_APPLICATION_ARN: connection.idcApplicationArn,
        IDC_REGION: connection.idcRegion,
        APPLICATION_ID: connection.applicationId,
        RETRIEVER_ID: connection.retrieverId,
        APPLICATION_REGION: connection.applicationRegion,
      },
      "",
    );
    const [missing] = /No module named '(?:boto3|dotenv|pydantic)'/.exec(stderr) ?? [];
    if (missing !== undefined) return t.skip(`not on this machine: ${missing}`);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^found \['Handbook'\]$/m);
    assert.deepEqual(callsSince(), fourCalls);
  });

  const fourCalls = ["AssumeRole", "CreateTokenWithIAM", "AssumeRole", "SearchRelevantContent"];
  const callsSince = () => {
    const last = sandbox.control.requests(4);
    assert.ok(last.every(({ status }) => status === 200));
    return last.map(({ operation }) => operation);
  };
});
