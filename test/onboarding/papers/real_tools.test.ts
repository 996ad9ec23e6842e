// The papers with the tools a customer has, where this machine has them too: the script with the AWS CLI, Terraform that runs
// it, CloudFormation's linter, its custom resource in Python. Each is skipped by name where its tool is not here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { GetPolicyCommand, ListDataAccessorsCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import { ListTrustedTokenIssuersCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { Sandbox } from "tti-sandbox";
import { startAwsCommand } from "../../../src/cli/dev/aws_command.ts";
import { packFiles } from "../../../src/onboarding/papers/pack.ts";
import { registrationFiles } from "../../../src/onboarding/papers/registration.ts";
import { atNight } from "../../support/at_night.ts";
import { hasBash } from "../../support/bash.ts";
import { notToday } from "../../support/share_of_day.ts";
import {
  administratorOf,
  exampleCustomer,
  idcRegion,
  qRegion,
  run,
  startCustomerAws,
  supplierOf,
} from "./papers_world.ts";

// A tool that is not there is no failure; one that is there and fails is.
function has(program: string, ...words: string[]): boolean {
  try {
    execFileSync(program, words, {
      stdio: "ignore",
      timeout: 60_000,
      env: { ...process.env, AWS_PAGER: "" },
    });
    return true;
  } catch {
    return false;
  }
}

// Older ones do not know data accessors that name a trusted token issuer. Asked where it is needed: each answer takes time.
const tools = {
  "an AWS CLI that knows data accessors": () =>
    has("sh", "-c", "aws qbusiness create-data-accessor help | grep -q authentication-detail"),
  terraform: () => has("terraform", "version"),
  "cfn-lint": () => has("cfn-lint", "--version"),
  "python3 with boto3": () => has("python3", "-c", "import boto3"),
};

function lacks(t: TestContext, tool: keyof typeof tools): boolean {
  if (tools[tool]()) return false;
  t.skip(`not on this machine: ${tool}`);
  return true;
}

interface Place {
  folder: string;
  sandbox: Sandbox;
  env: Record<string, string>;
  applicationId: string;
  retrieverId: string;
  instanceArn: string;
  /** How many of everything there is. */
  count(): Promise<{ issuers: number; accessors: number; statements: number }>;
}

async function open(t: TestContext, at = { idc: idcRegion, q: qRegion }): Promise<Place> {
  const sandbox = await startCustomerAws(t, undefined, { idc: at.idc, q: [at.q] });
  const credentials = administratorOf(sandbox);
  const folder = mkdtempSync(join(tmpdir(), "tti-tools-"));
  for (const { path, content, executable } of packFiles(exampleCustomer())) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    if (executable) chmodSync(join(folder, path), 0o755);
  }
  const reach = { endpoint: sandbox.url, credentials };
  const idc = new SSOAdminClient({ ...reach, region: at.idc });
  const q = new QBusinessClient({ ...reach, region: at.q });
  t.after(() => {
    idc.destroy();
    q.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  const [application] = Object.values(sandbox.seedResult.qApplications);
  const [instance] = Object.values(sandbox.seedResult.identityCenters);
  assert.ok(application && instance);
  const { applicationId, retrieverId } = application;
  const { instanceArn } = instance;
  return {
    folder,
    sandbox,
    applicationId,
    retrieverId,
    instanceArn,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      ...(process.env["PYENV_ROOT"] === undefined ? {} : { PYENV_ROOT: process.env["PYENV_ROOT"] }),
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
      CHECKPOINT_DISABLE: "1",
    },
    async count() {
      const issuers = await idc.send(new ListTrustedTokenIssuersCommand({ InstanceArn: instanceArn }));
      const accessors = await q.send(new ListDataAccessorsCommand({ applicationId }));
      const { policy } = await q.send(new GetPolicyCommand({ applicationId }));
      const statements = policy === undefined ? [] : [JSON.parse(policy).Statement].flat();
      return {
        issuers: issuers.TrustedTokenIssuers?.length ?? 0,
        accessors: accessors.dataAccessors?.length ?? 0,
        statements: statements.length,
      };
    },
  };
}

// The AWS CLI and the two ways of Terraform set up and take away the same: by day one of them.
const walks = 3;
const nothing = { issuers: 1, accessors: 0, statements: 0 };
const everything = { issuers: 2, accessors: 1, statements: 1 };

describe("with the tools a customer has", () => {
  it("the AWS CLI sets up, at night sets up again without a change, and takes all of it away", {
    skip: notToday(0, walks),
  }, async (t) => {
    if (lacks(t, "an AWS CLI that knows data accessors")) return;
    const place = await open(t);
    const script = (...words: string[]) =>
      run("bash", ["setup.sh", "--idc-region", idcRegion, "--q-region", qRegion, ...words], {
        env: place.env,
        cwd: place.folder,
      });
    const first = await script();
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /Changed: 4\.[\s\S]*\ntti-details tenant=acme application=/);
    assert.deepEqual(await place.count(), everything);
    // Each call of the AWS CLI costs a second, and by its answers to the calls that look the script knows what to undo as
    // well; that it changes nothing again is held by setup_script.test.ts every day.
    if (atNight) {
      const second = await script();
      assert.equal(second.code, 0, second.stderr);
      assert.match(second.stdout, /nothing was changed/);
      assert.deepEqual(await place.count(), everything);
    }
    const undone = await script("--undo");
    assert.equal(undone.code, 0, undone.stderr);
    assert.match(undone.stdout, /Taken away: 3\./);
    assert.deepEqual(await place.count(), nothing);
  });

  // As the README prints it, where everything is in one region; and with every variable, where it is in two.
  const terraformTests = {
    "without a variable": {
      at: { idc: qRegion, q: qRegion },
      variablesOf: () => ({ AWS_REGION: qRegion }),
    },
    "with variables": {
      at: { idc: idcRegion, q: qRegion },
      variablesOf: ({ applicationId, retrieverId, instanceArn }: Place) => ({
        TF_VAR_idc_region: idcRegion,
        TF_VAR_q_region: qRegion,
        TF_VAR_application_id: applicationId,
        TF_VAR_retriever_id: retrieverId,
        TF_VAR_instance_arn: instanceArn,
        TF_VAR_data_source_id: "11111111-2222-4333-8444-555555555555",
      }),
    },
  };
  for (const [index, [how, { at, variablesOf }]] of Object.entries(terraformTests).entries()) {
    it(`Terraform applies and destroys ${how}`, { skip: notToday(1 + index, walks) }, (t) =>
      appliesAndDestroys(t, at, variablesOf),
    );
  }

  async function appliesAndDestroys(
    t: TestContext,
    at: { idc: string; q: string },
    variablesOf: (place: Place) => Readonly<Record<string, string>>,
  ): Promise<void> {
    if (!hasBash() || lacks(t, "terraform")) return;
    const place = await open(t, at);
    // What the script does with the AWS CLI itself is the test before; each call of it costs a second.
    const aws = await startAwsCommand({
      url: place.sandbox.url,
      credentials: administratorOf(place.sandbox),
    });
    t.after(() => aws.close());
    const cwd = join(place.folder, "terraform");
    const variables = {
      ...aws.environment,
      PATH: `${aws.folder}:${place.env["PATH"]}`,
      ...variablesOf(place),
    };
    const terraform = async (...words: string[]) => {
      const ran = await run("terraform", [...words, "-no-color"], {
        env: { ...place.env, ...variables },
        cwd,
      });
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      return ran.stdout;
    };
    await terraform("init", "-input=false");
    await terraform("validate");
    assert.match(await terraform("apply", "-input=false", "-auto-approve"), /tti-details tenant=acme/);
    assert.deepEqual(await place.count(), everything);
    await terraform("destroy", "-input=false", "-auto-approve");
    assert.deepEqual(await place.count(), nothing);
  }

  it("Terraform's formatter finds nothing to change", async (t) => {
    if (lacks(t, "terraform")) return;
    const place = await open(t);
    const role = registrationFiles(supplierOf()).find(({ path }) => path === "role.tf");
    writeFileSync(join(place.folder, "terraform/role.tf"), role?.content ?? "");
    const ran = await run("terraform", ["fmt", "-check", "-diff", "terraform"], {
      env: place.env,
      cwd: place.folder,
    });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  });

  it("CloudFormation's linter finds nothing", async (t) => {
    if (lacks(t, "cfn-lint")) return;
    const place = await open(t);
    const role = registrationFiles(supplierOf()).find(({ path }) => path.startsWith("role.cloudformation"));
    writeFileSync(join(place.folder, "role.json"), role?.content ?? "");
    const ran = await run("cfn-lint", ["cloudformation.json", "role.json"], {
      env: place.env,
      cwd: place.folder,
    });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  });

  it("the custom resource makes the issuer, finds it, and removes only what it made", async (t) => {
    if (lacks(t, "python3 with boto3")) return;
    const place = await open(t);
    const template = JSON.parse(
      packFiles(exampleCustomer()).find(({ path }) => path === "cloudformation.json")?.content ?? "",
    );
    const source = template.Resources.SetUpFunction.Properties.Code.ZipFile["Fn::Join"][1].join("\n");
    const { Name, IssuerUrl, Claim, What } = template.Resources.TrustedTokenIssuer.Properties;
    writeFileSync(join(place.folder, "index.py"), source);
    writeFileSync(join(place.folder, "cfnresponse.py"), cfnResponse);
    writeFileSync(join(place.folder, "drive.py"), drive);
    const want = { What, IdcRegion: idcRegion, InstanceArn: place.instanceArn, Name, IssuerUrl, Claim };
    const ran = await run("python3", ["drive.py", JSON.stringify(want)], {
      env: place.env,
      cwd: place.folder,
    });
    assert.equal(ran.code, 0, ran.stderr);
    const [made, found, foundGone, gone, other] = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(made.status, "SUCCESS", made.reason);
    assert.match(made.id, /^arn:aws:sso::444455556666:trustedTokenIssuer\//);
    assert.equal(made.data.Arn, made.id);
    assert.deepEqual([found.id, found.data.Arn], [`found:${made.id}`, made.id]);
    assert.deepEqual([foundGone.status, foundGone.count], ["SUCCESS", 2]);
    assert.deepEqual([gone.status, gone.count], ["SUCCESS", 1]);
    assert.equal(other.status, "FAILED");
    assert.match(other.reason, /compares .*change it by hand/);
  });

  it("the custom resource takes the former group's assignment away, and leaves what the stack did not make", async (t) => {
    if (!hasBash() || lacks(t, "python3 with boto3")) return;
    const place = await open(t);
    const { engineering: former = "", sales: next = "" } =
      Object.values(place.sandbox.seedResult.identityCenters)[0]?.groups ?? {};
    const aws = await startAwsCommand({
      url: place.sandbox.url,
      credentials: administratorOf(place.sandbox),
    });
    t.after(() => aws.close());
    const env = { ...place.env, ...aws.environment, PATH: `${aws.folder}:${place.env["PATH"]}` };
    const places = ["--idc-region", idcRegion, "--q-region", qRegion];
    const set = await run("bash", ["setup.sh", ...places], { env, cwd: place.folder });
    const ApplicationArn = / idc-application=(\S+)/.exec(set.stdout)?.[1];
    assert.ok(ApplicationArn, set.stderr);
    const template = JSON.parse(
      packFiles(exampleCustomer()).find(({ path }) => path === "cloudformation.json")?.content ?? "",
    );
    const { SetUpFunction, Access } = template.Resources;
    writeFileSync(
      join(place.folder, "index.py"),
      SetUpFunction.Properties.Code.ZipFile["Fn::Join"][1].join("\n"),
    );
    writeFileSync(join(place.folder, "cfnresponse.py"), cfnResponse);
    writeFileSync(join(place.folder, "drive.py"), driveAccess);
    const want = { What: Access.Properties.What, IdcRegion: idcRegion, ApplicationArn };
    const ran = await run("python3", ["drive.py", JSON.stringify(want), former, next], {
      env: place.env,
      cwd: place.folder,
    });
    assert.equal(ran.code, 0, ran.stderr);
    const told = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const { status, reason } of told) assert.equal(status, "SUCCESS", reason);
    const made = (group: string) => `${ApplicationArn} ${group}`;
    assert.deepEqual(
      told.map(({ id, assigned }) => [id, assigned]),
      [
        [made(former), [former]],
        // The update, CloudFormation's Delete of the former id after it, and the end of the stack.
        [made(next), [next]],
        [made(former), [next]],
        [made(next), []],
        // Assigned by hand before: found, and stays.
        [`found:${made(next)}`, [next]],
        [`found:${made(next)}`, [next]],
      ],
    );
  });
});

// What Lambda gives every function whose code stands in a template; here it prints.
const cfnResponse = `import json
SUCCESS, FAILED = "SUCCESS", "FAILED"
last = {}
def send(event, context, status, data, physicalResourceId=None, noEcho=False, reason=None):
    last.clear()
    last.update(status=status, data=data, id=physicalResourceId, reason=reason)
`;
const drive = `import json, sys, boto3, cfnresponse, index
want = json.loads(sys.argv[1])
def ask(kind, old=None, **more):
    event = {"RequestType": kind, "ResourceProperties": {**want, **more}}
    if old: event["PhysicalResourceId"] = old
    index.handler(event, None)
    sso = boto3.client("sso-admin", region_name=want["IdcRegion"])
    count = len(sso.list_trusted_token_issuers(InstanceArn=want["InstanceArn"])["TrustedTokenIssuers"])
    told = {**cfnresponse.last, "count": count}
    print(json.dumps(told))
    return told
made = ask("Create")
found = ask("Create")
ask("Delete", found["id"])
ask("Delete", made["id"])
index.boto3.client("sso-admin", region_name=want["IdcRegion"]).create_trusted_token_issuer(
    InstanceArn=want["InstanceArn"], Name="by-hand", TrustedTokenIssuerType="OIDC_JWT",
    TrustedTokenIssuerConfiguration={"OidcJwtConfiguration": {"IssuerUrl": want["IssuerUrl"], "ClaimAttributePath": "sub",
    "IdentityStoreAttributePath": "userName", "JwksRetrievalOption": "OPEN_ID_DISCOVERY"}})
ask("Create")
`;
const driveAccess = `import json, sys, boto3, cfnresponse, index
want, former, next = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
sso = boto3.client("sso-admin", region_name=want["IdcRegion"])
app = want["ApplicationArn"]
def ask(kind, group, old=None, was=None):
    event = {"RequestType": kind, "ResourceProperties": {**want, "GroupId": group}}
    if old: event["PhysicalResourceId"] = old
    if was: event["OldResourceProperties"] = {**want, "GroupId": was}
    index.handler(event, None)
    assigned = [a["PrincipalId"] for a in sso.list_application_assignments(ApplicationArn=app)["ApplicationAssignments"]]
    print(json.dumps({**cfnresponse.last, "assigned": assigned}))
    return cfnresponse.last["id"]
first = ask("Create", former)
second = ask("Update", next, first, former)
ask("Delete", former, first)
ask("Delete", next, second)
sso.create_application_assignment(ApplicationArn=app, PrincipalType="GROUP", PrincipalId=next)
ask("Delete", next, ask("Create", next))
`;
