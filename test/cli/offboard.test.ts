// `tti offboard` at the terminal: it counts before it does, writes what the customer takes away, and ends nothing whose papers
// cannot be written. What no longer opens afterwards: security/taken_from_whole.test.ts.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

const elsewhere = "--issuer https://login.example.com --name 'Example ISV'";
const arn = "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef";
const applications = ["11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"];

interface Told {
  dryRun?: boolean;
  unchanged?: boolean;
  accessors: string[];
  files: { path: string; content: string }[];
  papers: { written: string[] };
}

let terminal: TestTerminal;
before(async () => {
  terminal = openTypedTerminal({
    TTI_MODE: "development",
    TTI_CLIENT_ID: "isv-client",
    TTI_ROLE_ARN: "arn:aws:iam::111122223333:role/isv",
  });
  assert.equal((await terminal.tti("migrate up")).exitCode, 0);
});
after(() => terminal.close());

const at = (...parts: string[]) => join(terminal.dataDir, ...parts);

async function customer(id: string): Promise<void> {
  assert.equal((await terminal.tti(`tenant create ${id} --name 'Acme $(id)'`)).exitCode, 0);
  for (const [index, applicationId] of applications.entries()) {
    const entered = await terminal.tti(
      `accessor create --tenant ${id} --name a${index} --q-region us-east-1 --idc-region us-west-2 --application-id ${applicationId} --retriever-id 66666666-7777-8888-9999-000000000000 --idc-application-arn ${arn}`,
    );
    assert.equal(entered.exitCode, 0, entered.stderr);
  }
}

const accessorsOf = async (id: string) =>
  (await terminal.tti("accessor list --json"))
    .json<{ accessors: { tenantId: string }[] }>()
    .accessors.filter(({ tenantId }) => tenantId === id).length;
const stateOf = async (id: string) => (await terminal.tti(`tenant show ${id}`)).stdout;

describe("tti offboard", () => {
  it("counts without --yes, and says how to mean it", async () => {
    await customer("counted");
    const ran = await terminal.tti(`offboard counted ${elsewhere} --out ${at("counted")}`);
    assert.equal(ran.exitCode, 1);
    assert.match(ran.stdout, /state +would be disabled[\s\S]*would be forgotten +2 data accessors/);
    assert.match(ran.stderr, /Nothing was done\. If you mean it: tti offboard counted --out DIR --yes/);
    assert.equal(existsSync(at("counted")), false);
    assert.equal(await accessorsOf("counted"), 2);
    assert.match(await stateOf("counted"), /state +enabled/);
    const told = (await terminal.tti(`offboard counted ${elsewhere} --json`)).json<Told>();
    assert.equal(told.dryRun, true);
    assert.deepEqual(told.accessors, ["a0", "a1"]);
  });

  it("writes a script for each place, and a page; the tenant is disabled, presence never", async () => {
    await customer("leaving");
    const ran = await terminal.tti(`offboard leaving ${elsewhere} --out ${at("leaving")} --yes`);
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.deepEqual(readdirSync(at("leaving")).sort(), [
      "README.html",
      "README.md",
      "clean-up-2.sh",
      "clean-up.sh",
    ]);
    for (const [index, name] of ["clean-up.sh", "clean-up-2.sh"].entries()) {
      const script = readFileSync(at("leaving", name), "utf8");
      assert.match(script, new RegExp(`^APPLICATION_ID='${applications[index]}'$`, "m"));
      assert.match(script, /^UNDO='yes'$/m);
      assert.equal(statSync(at("leaving", name)).mode & 0o111, 0o111);
    }
    const page = readFileSync(at("leaving", "README.md"), "utf8");
    for (const words of [
      "What remains where",
      "audit trail",
      "CloudTrail",
      "tti tenant delete",
      "switched off",
    ]) {
      assert.ok(page.includes(words), words);
    }
    assert.match(await stateOf("leaving"), /state +disabled[\s\S]*presence +never/);
    assert.equal(await accessorsOf("leaving"), 0);
    const trail = (await terminal.tti("audit list --type tenant.offboarded --json")).stdout;
    assert.match(trail, /"accessors": ?2/);

    const again = await terminal.tti(`offboard leaving ${elsewhere} --out ${at("again")} --yes --json`);
    assert.equal(again.json<Told>().unchanged, true);
    assert.equal(again.json<Told>().papers.written.length, 3, "what is looked up by the script now");
  });

  it("leaves the tenant enabled with --keep-enabled, and says what that means", async () => {
    await customer("staying");
    const ran = await terminal.tti(
      `offboard staying ${elsewhere} --out ${at("staying")} --yes --keep-enabled`,
    );
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.match(await stateOf("staying"), /state +enabled[\s\S]*presence +never/);
    assert.match(readFileSync(at("staying", "README.md"), "utf8"), /\*\*Your people still sign in\*\*/);
  });

  it("ends nothing whose papers cannot be written, or be filled", async () => {
    await customer("held");
    const blocked = at("blocked");
    mkdirSync(blocked);
    writeFileSync(join(blocked, "clean-up.sh"), "mine");
    const inTheWay = await terminal.tti(`offboard held ${elsewhere} --out ${blocked} --yes`);
    assert.equal(inTheWay.exitCode, 1);
    assert.match(inTheWay.stderr, /not these papers: clean-up\.sh\. Nothing was written\./);
    const nowhere = await terminal.tti(`offboard held ${elsewhere} --yes`);
    assert.notEqual(nowhere.exitCode, 0);
    assert.match(nowhere.stderr, /--out/);
    const unfilled = await terminal.tti(`offboard held ${elsewhere} --role-arn x --out ${at("no")} --yes`);
    assert.match(unfilled.stderr, /--role-arn/);
    const unknown = await terminal.tti(`offboard nope ${elsewhere} --out ${at("no")} --yes`);
    assert.match(unknown.stderr, /No tenant has this id/);
    assert.equal(existsSync(at("no")), false);
    assert.equal(await accessorsOf("held"), 2);
    assert.match(await stateOf("held"), /state +enabled/);
  });
});
