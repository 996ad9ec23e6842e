// The guide for who has no AWS keys: its commands run as they stand there, against a provider that serves and the local AWS, and
// end in the registered role, without an access key anywhere. At night the AWS CLI itself runs its part, where it is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { isvRole, type Sandbox, startSandbox } from "tti-sandbox";
import { type ProviderFixture, startProvider } from "../provider/support/provider_fixture.ts";
import { atNight } from "../support/at_night.ts";
import { standIn } from "../support/stand_in.ts";
import { root } from "./checkout.ts";
import { openReaderWorld, type ReaderWorld } from "./reader_world.ts";

const account = "111122223333";
const page = "docs/guides/without-aws-keys.md";

interface Parts {
  provider: ProviderFixture;
  sandbox: Sandbox;
  world: ReaderWorld;
}
const made: Partial<Parts> = {};
const world = standIn("the world", () => made.world);
const sandbox = standIn("the sandbox", () => made.sandbox);

before(async () => {
  const provider = await startProvider({ kind: "sqlite" });
  made.provider = provider;
  const local = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: {
      accounts: [
        {
          id: account,
          name: "isv",
          roles: [isvRole("my-product", `arn:aws:iam::${account}:user/administrator`)],
          credentials: [{ name: "admin", user: "administrator" }],
        },
      ],
    },
  });
  made.sandbox = local;
  const { accessKeyId = "", secretAccessKey = "" } = local.seedResult.credentials["admin"] ?? {};
  made.world = openReaderWorld({
    environment: {
      TTI_MODE: "development",
      TTI_ISSUER: provider.issuer,
      ...provider.store.environment,
      AWS_ENDPOINT_URL_IAM: local.url,
      AWS_ENDPOINT_URL_STS: local.url,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      ADMIN_KEY: accessKeyId,
      ADMIN_SECRET: secretAccessKey,
    },
    ownValues: new Map([
      ["https://login.example.com", provider.issuer],
      ["login.example.com", provider.issuer.replace("http://", "")],
    ]),
    byHand: {},
  });
  const { checkout } = made.world.reader;
  const cli = atNight ? awsCli() : undefined;
  const command = cli ?? `'${process.execPath}' '${join(root, "test/docs/aws_by_sdk.mjs")}'`;
  // The administrator has keys, the back end has none: sts alone is asked as the back end.
  const keys = 'export AWS_ACCESS_KEY_ID="$ADMIN_KEY" AWS_SECRET_ACCESS_KEY="$ADMIN_SECRET"';
  const program = join(checkout.programs, "aws");
  writeFileSync(program, `#!/usr/bin/env bash\n[ "$1" = iam ] && ${keys}\nexec ${command} "$@"\n`);
  chmodSync(program, 0o755);
});
after(async () => {
  await made.world?.close();
  await made.sandbox?.close();
  await made.provider?.close();
});

/** Where the AWS CLI is, if it runs. */
function awsCli(): string | undefined {
  try {
    const path = execFileSync("bash", ["-c", "command -v aws"], { encoding: "utf8" }).trim();
    execFileSync(path, ["--version"], { stdio: "ignore" });
    return `'${path}'`;
  } catch {
    return undefined;
  }
}

test("the page's commands end in the application role, which may take the registered one on", async () => {
  const printed = await world.follow(page);
  assert.match(printed, /assumed-role\/my-application\//);
  const seen = sandbox.control.requests();
  const opened = seen.find(({ operation }) => operation === "AssumeRoleWithWebIdentity");
  assert.equal(opened?.status, 200);
  assert.equal(opened?.accessKeyId, null);
  const { Credentials: made } = (opened.output ?? {}) as { Credentials?: { AccessKeyId?: string } };
  assert.equal(seen.at(-1)?.accessKeyId, made?.AccessKeyId);
  const token = await world.reader.say('cat "$AWS_WEB_IDENTITY_TOKEN_FILE"');
  await takeRegisteredRole(token.trim());
  // The token is in no record.
  assert.doesNotMatch(JSON.stringify(seen), new RegExp(token.trim().split(".")[2] ?? "-"));
});

/** @throws what STS answers when the role of the token may not take the registered one, tagged */
async function takeRegisteredRole(WebIdentityToken: string): Promise<void> {
  const roleOf = (name: string) => ({
    RoleArn: `arn:aws:iam::${account}:role/${name}`,
    RoleSessionName: "on",
  });
  const reach = { region: "us-east-1", endpoint: sandbox.url, maxAttempts: 1 };
  const anybody = new STSClient({ ...reach, credentials: { accessKeyId: "none", secretAccessKey: "none" } });
  const { Credentials: keys } = await anybody.send(
    new AssumeRoleWithWebIdentityCommand({ ...roleOf("my-application"), WebIdentityToken }),
  );
  anybody.destroy();
  const credentials = {
    accessKeyId: keys?.AccessKeyId ?? "",
    secretAccessKey: keys?.SecretAccessKey ?? "",
    sessionToken: keys?.SessionToken ?? "",
  };
  const application = new STSClient({ ...reach, credentials });
  const Tags = [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }];
  await application.send(new AssumeRoleCommand({ ...roleOf("my-product"), Tags }));
  application.destroy();
}

test("another client of the issuer gets no session", async () => {
  await world.reader.say(`npx --no tti client create --id other --service --json > other.json
npx --no tti resource allow urn:my-product:aws other --own-scope aws
secret=$(node -p 'require("./other.json").clientSecret')
curl -sS -u "other:$secret" -d grant_type=client_credentials -d scope=aws \\
  -d resource=urn:my-product:aws "$TTI_ISSUER/token" > other-answer.json
node -e 'process.stdout.write(require("./other-answer.json").access_token)' > other.jwt`);
  const refused = await world.reader.say(
    // The AWS CLI keeps the session it has.
    'rm -rf "$HOME/.aws"; AWS_WEB_IDENTITY_TOKEN_FILE="$PWD/other.jwt" aws sts get-caller-identity || true',
  );
  assert.match(refused, /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
});
