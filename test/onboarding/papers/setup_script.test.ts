// The script of a customer's pack, run by bash as it stands, against the sandbox, with an `aws` that does each call by the AWS
// SDK: what it makes, that a second run changes nothing, what it leaves alone, and that --undo leaves nothing.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { GetPolicyCommand, ListDataAccessorsCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  DeleteTrustedTokenIssuerCommand,
  ListTrustedTokenIssuersCommand,
  PutApplicationAssignmentConfigurationCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import type { Sandbox } from "tti-sandbox";
import { startAwsCommand } from "../../../src/cli/dev/aws_command.ts";
import { readPasted } from "../../../src/onboarding/handed_over.ts";
import type { Customer, KnownPlaces } from "../../../src/onboarding/papers/customer.ts";
import { setupScript } from "../../../src/onboarding/papers/setup_script.ts";
import { hasBash } from "../../support/bash.ts";
import {
  type AwsRegions,
  administratorOf,
  exampleCustomer,
  idcRegion,
  qRegion,
  type Ran,
  roleArn,
  run,
  startCustomerAws,
} from "./papers_world.ts";

const places = ["--idc-region", idcRegion, "--q-region", qRegion];

interface World {
  sandbox: Sandbox;
  calls: string[][];
  script(customer: Customer, words: readonly string[], usually?: "take away"): Promise<Ran>;
  idc: SSOAdminClient;
  q: QBusinessClient;
  /** Everything in the customer's account that the script could have made. */
  made(): Promise<{ issuers: string[]; accessors: string[]; policy: string | undefined }>;
  applicationId: string;
  instanceArn: string;
}

async function openWorld(t: TestContext, at?: AwsRegions): Promise<World> {
  const sandbox = await startCustomerAws(t, undefined, at);
  const credentials = administratorOf(sandbox);
  const calls: string[][] = [];
  const onCall = (words: readonly string[]) => calls.push([...words]);
  const aws = await startAwsCommand({ url: sandbox.url, credentials, onCall });
  const folder = mkdtempSync(join(tmpdir(), "tti-setup-"));
  const reach = { endpoint: sandbox.url, credentials };
  const idc = new SSOAdminClient({ ...reach, region: at?.idc ?? idcRegion });
  const q = new QBusinessClient({ ...reach, region: qRegion });
  t.after(async () => {
    idc.destroy();
    q.destroy();
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { PATH: `${aws.folder}:${process.env["PATH"]}`, ...aws.environment };
  const { qApplications, identityCenters } = sandbox.seedResult;
  const [applicationId = ""] = Object.values(qApplications).map((one) => one.applicationId);
  const [instanceArn = ""] = Object.values(identityCenters).map((one) => one.instanceArn);
  return {
    sandbox,
    calls,
    idc,
    q,
    applicationId,
    instanceArn,
    async script(customer, words, usually) {
      const path = join(folder, "setup.sh");
      writeFileSync(path, setupScript(customer, usually));
      chmodSync(path, 0o755);
      return run("bash", [path, ...words], { env, cwd: folder });
    },
    async made() {
      const issuers = await idc.send(new ListTrustedTokenIssuersCommand({ InstanceArn: instanceArn }));
      const accessors = await q.send(new ListDataAccessorsCommand({ applicationId }));
      const { policy } = await q.send(new GetPolicyCommand({ applicationId }));
      return {
        issuers: (issuers.TrustedTokenIssuers ?? []).map(({ Name }) => Name ?? "").sort(),
        accessors: (accessors.dataAccessors ?? []).map(({ displayName }) => displayName ?? ""),
        policy,
      };
    },
  };
}

const skip = hasBash() ? false : "no bash here";
const modifies = /^(?:create|put|associate|update|delete|disassociate)-/;

describe("setup.sh", { skip }, () => {
  it("makes issuer, data accessor, permission with its condition, and assignment; again, it changes nothing", async (t) => {
    const world = await openWorld(t);
    const first = await world.script(exampleCustomer(), places);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^Account 444455556666;/);
    assert.match(first.stdout, /Changed: 4\./);
    const made = await world.made();
    assert.deepEqual(made.issuers, ["another", "login.example.com"]);
    assert.deepEqual(made.accessors, ["Example-ISV"]);
    const { Statement } = JSON.parse(made.policy ?? "{}") as { Statement: unknown };
    assert.equal([Statement].flat().length, 1);
    const [statement] = [Statement].flat() as Record<string, unknown>[];
    assert.deepEqual(statement?.["Principal"], { AWS: roleArn });
    const equals = { "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId": "acme" };
    assert.deepEqual(JSON.parse(JSON.stringify(statement?.["Condition"]).replace(/\["acme"\]/, '"acme"')), {
      StringEquals: equals,
    });

    const before = world.calls.length;
    const second = await world.script(exampleCustomer(), places);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /Everything was there: nothing was changed\./);
    assert.deepEqual(
      world.calls.slice(before).filter(([, operation = ""]) => modifies.test(operation)),
      [],
    );
    assert.deepEqual(await world.made(), made);

    // The last line is what the portal takes.
    const line = second.stdout.trimEnd().split("\n").at(-1) ?? "";
    const read = readPasted(line, "acme");
    assert.ok("details" in read, JSON.stringify(read));
    assert.deepEqual(read.notes, []);
    assert.equal(read.details.applicationId, world.applicationId);
    assert.equal(read.details.idcRegion, idcRegion);
    assert.deepEqual(readPasted(second.stdout, "acme"), read);
  });

  it("takes away with --undo what it made, in the right order; again, there is nothing", async (t) => {
    const world = await openWorld(t);
    const untouched = await world.made();
    assert.equal((await world.script(exampleCustomer(), places)).code, 0);
    const before = world.calls.length;
    const undone = await world.script(exampleCustomer(), [...places, "--undo"]);
    assert.equal(undone.code, 0, undone.stderr);
    assert.deepEqual(
      world.calls
        .slice(before)
        .flatMap(([, operation = ""]) => (modifies.test(operation) ? [operation] : [])),
      ["disassociate-permission", "delete-data-accessor", "delete-trusted-token-issuer"],
    );
    assert.deepEqual(await world.made(), untouched);
    const again = await world.script(exampleCustomer(), [...places, "--undo"]);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /There was nothing to take away\./);
    assert.deepEqual(await world.made(), untouched);
  });

  // Identity Center in one region, Amazon Q Business in another; in the first there may be an application of the customer's, too.
  for (const at of [
    { idc: idcRegion, q: [qRegion] },
    { idc: "us-east-1", q: [qRegion, "us-east-1"] },
  ]) {
    const there = `Identity Center in ${at.idc}, applications in ${at.q.join(" and ")}`;
    it(`tells no --undo in the wrong region that there was nothing: ${there}`, async (t) => {
      const world = await openWorld(t, at);
      const set = await world.script(exampleCustomer(), ["--idc-region", at.idc, "--q-region", qRegion]);
      assert.equal(set.code, 0, set.stderr);
      const made = await world.made();
      const wrong: string[][] = [
        ["--idc-region", at.idc],
        ["--idc-region", at.idc, "--q-region", "us-west-2"],
      ];
      for (const words of wrong) {
        const ran = await world.script(exampleCustomer(), [...words, "--undo"]);
        assert.equal(ran.code, 3, ran.stdout + ran.stderr);
        assert.doesNotMatch(ran.stdout, /nothing to take away/);
        assert.match(ran.stderr, /Perhaps not everything was found: [\s\S]*--q-region REGION/);
      }
      // The other way round: where Amazon Q Business is, there is no Identity Center.
      const turned = await world.script(exampleCustomer(), ["--idc-region", qRegion, "--undo"]);
      assert.equal(turned.code, 1, turned.stdout);
      assert.match(
        turned.stderr,
        /no instance of IAM Identity Center in eu-west-1[\s\S]*--idc-region REGION/,
      );
      assert.deepEqual(await world.made(), made);

      // The command that it printed when it set up takes all of it away.
      const command = /^ {2}bash setup\.sh (--undo .+)$/m.exec(set.stdout)?.[1]?.split(" ") ?? [];
      const undone = await world.script(exampleCustomer(), command);
      assert.equal(undone.code, 0, undone.stderr);
      assert.match(undone.stdout, /Taken away: 3\./);
      assert.deepEqual(await world.made(), { issuers: ["another"], accessors: [], policy: undefined });
    });
  }

  it("is the clean-up where it is made so, with everything filled in", async (t) => {
    const world = await openWorld(t);
    const set = await world.script(exampleCustomer(), places);
    const read = readPasted(set.stdout, "acme");
    assert.ok("details" in read);
    const known: KnownPlaces = read.details;
    const undone = await world.script({ ...exampleCustomer(), known }, [], "take away");
    assert.equal(undone.code, 0, undone.stderr);
    assert.match(undone.stdout, /Taken away: 3\./);
  });

  it("keeps an issuer that another application relies on, and another customer's accessor", async (t) => {
    const world = await openWorld(t);
    assert.equal((await world.script(exampleCustomer(), places)).code, 0);
    const other = exampleCustomer({ id: "acme-labs", name: "Labs" });
    assert.equal((await world.script(other, places)).code, 0);
    const undone = await world.script(exampleCustomer(), [...places, "--undo"]);
    assert.equal(undone.code, 0, undone.stderr);
    assert.match(undone.stdout, /kept {5}trusted token issuer \S+: arn:aws:sso::\S+ relies on it/);
    const left = await world.made();
    assert.deepEqual(left.issuers, ["another", "login.example.com"]);
    assert.equal(left.accessors.length, 1);
    assert.match(left.policy ?? "", new RegExp(other.statementId));
    assert.match(undone.stdout, /still names arn:aws:iam::111122223333:role\/isv/);
  });

  it("does not widen who may be searched for, unless it is told to", async (t) => {
    const world = await openWorld(t);
    const group = Object.values(world.sandbox.seedResult.identityCenters)[0]?.groups["engineering"] ?? "";
    const narrow = await world.script(exampleCustomer(), [...places, "--group-id", group]);
    assert.equal(narrow.code, 0, narrow.stderr);
    assert.match(narrow.stdout, /made {5}assignment of group/);
    const again = await world.script(exampleCustomer(), places);
    assert.match(again.stdout, /kept {5}assignment: only whom you assigned/);
    const sameGroup = await world.script(exampleCustomer(), [...places, "--group-id", group]);
    assert.match(sameGroup.stdout, /nothing was changed/);
    const wide = await world.script(exampleCustomer(), [...places, "--everyone"]);
    assert.match(wide.stdout, /changed {2}assignment: all users of the application/);
  });

  it("ties an accessor to an issuer that was made anew, and keeps what it may search", async (t) => {
    const world = await openWorld(t);
    const source = "11111111-2222-4333-8444-555555555555";
    const set = await world.script(exampleCustomer(), [...places, "--data-source-id", source]);
    assert.equal(set.code, 0, set.stderr);
    const arn = /made {5}trusted token issuer (\S+)/.exec(set.stdout)?.[1];
    await world.idc.send(new DeleteTrustedTokenIssuerCommand({ TrustedTokenIssuerArn: arn }));
    const again = await world.script(exampleCustomer(), places);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /changed {2}data accessor \S+ its issuer is arn:/);
    const update = world.calls.find(([, operation]) => operation === "update-data-accessor") ?? [];
    assert.match(update[update.indexOf("--action-configurations") + 1] ?? "", new RegExp(source));
  });

  it("stops at an issuer that compares something else, and changes nothing", async (t) => {
    const world = await openWorld(t);
    await world.idc.send(
      new CreateTrustedTokenIssuerCommand({
        InstanceArn: world.instanceArn,
        Name: "by-hand",
        TrustedTokenIssuerType: "OIDC_JWT",
        TrustedTokenIssuerConfiguration: {
          OidcJwtConfiguration: {
            IssuerUrl: "https://login.example.com",
            ClaimAttributePath: "sub",
            IdentityStoreAttributePath: "userName",
            JwksRetrievalOption: "OPEN_ID_DISCOVERY",
          },
        },
      }),
    );
    const stopped = await world.script(exampleCustomer(), places);
    assert.equal(stopped.code, 1);
    assert.match(stopped.stderr, /compares other attributes: sub\tuserName/);
    assert.match(stopped.stderr, /What to do: It must compare email with emails\.value/);
    assert.equal(world.calls.filter(([, operation = ""]) => modifies.test(operation)).length, 0);
  });

  it("says what it lacks: a region, an application, an option it does not know, a value of the wrong form", async (t) => {
    const world = await openWorld(t);
    const said = async (...words: string[]) => {
      const { code, stderr } = await world.script(exampleCustomer(), words);
      assert.equal(code, 1, stderr);
      return stderr;
    };
    assert.match(await said(), /no region is known[\s\S]*--idc-region REGION/);
    assert.match(await said("--idc-region", "us-east-1"), /no instance of IAM Identity Center in us-east-1/);
    assert.match(await said("--idc-region", idcRegion), /no Amazon Q Business application in eu-central-1/);
    assert.match(await said("--undoo"), /there is no option --undoo/);
    assert.match(await said("--q-region"), /--q-region has no value/);
    const hostile = ["us-east-1; touch x", "$(touch x)", "us-east-1\nus-east-1"];
    for (const region of hostile)
      assert.match(await said("--q-region", region), /--q-region is not a region/);
    assert.match(
      await said(...places, "--application-id", "11111111-2222-4333-8444-555555555555"),
      /AWS refused: aws qbusiness get-application|ResourceNotFoundException/,
    );
    assert.equal(world.calls.filter(([, operation = ""]) => modifies.test(operation)).length, 0);
  });

  it("opens an application of which nobody could make use", async (t) => {
    const world = await openWorld(t);
    const set = await world.script(exampleCustomer(), places);
    const read = readPasted(set.stdout, "acme");
    assert.ok("details" in read);
    const ApplicationArn = read.details.idcApplicationArn;
    await world.idc.send(
      new PutApplicationAssignmentConfigurationCommand({ ApplicationArn, AssignmentRequired: true }),
    );
    const again = await world.script(exampleCustomer(), places);
    assert.match(again.stdout, /changed {2}assignment: all users/);
  });
});
