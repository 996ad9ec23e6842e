// `tti onboard` at the terminal: papers from the settings, into a folder as a whole or not at all, never over what is not theirs.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";

const roleArn = "arn:aws:iam::111122223333:role/isv";
const application = "--application-role arn:aws:iam::111122223333:role/application";
const elsewhere = "--issuer https://login.example.com --name 'Example ISV'";

let terminal: TestTerminal;
before(async () => {
  terminal = openTypedTerminal({
    TTI_MODE: "development",
    TTI_CLIENT_ID: "isv-client",
    TTI_ROLE_ARN: roleArn,
  });
  assert.equal((await terminal.tti("migrate up")).exitCode, 0);
  assert.equal((await terminal.tti("tenant create acme --name 'Acme $(id)'")).exitCode, 0);
});
after(() => terminal.close());

const at = (...parts: string[]) => join(terminal.dataDir, ...parts);

describe("tti onboard link", () => {
  it("tells bounds of days with an example that is within them", async () => {
    for (const days of ["0", "31"]) {
      const ran = await terminal.tti(`onboard link acme --days ${days}`);
      assert.match(ran.stderr, /from 1 to 30/);
      assert.equal(/like --days (\d+)/.exec(ran.stderr)?.[1], "30");
    }
  });

  it("of a tenant that is disabled tells that, and of none that there is none", async () => {
    assert.equal((await terminal.tti("tenant create initech --name Initech")).exitCode, 0);
    assert.equal((await terminal.tti("tenant disable initech")).exitCode, 0);
    const disabled = await terminal.tti("onboard link initech --json");
    const { error } = disabled.json<{ error: { code: string; fix: string } }>();
    assert.equal(error.code, "tenant_disabled");
    assert.match(error.fix, /tti tenant enable initech/);
    const none = await terminal.tti("onboard link nobody --json");
    assert.equal(none.json<{ error: { code: string } }>().error.code, "tenant_not_found");
  });
});

describe("tti onboard registration", () => {
  it("prints the paper, filled from the settings", async () => {
    const ran = await terminal.tti(`onboard registration ${application} ${elsewhere}`);
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.match(ran.stdout, /^# Example ISV: registration/);
    assert.match(ran.stdout, /isv-client/);
    assert.ok(ran.stdout.includes(roleArn));
  });

  it("answers programs with every file, and refuses what AWS would refuse by the option it is typed with", async () => {
    const whole = await terminal.tti(`onboard registration ${application} ${elsewhere} --json`);
    assert.equal(whole.json<{ files: unknown[] }>().files.length, 6);
    const wrong = await terminal.tti(
      "onboard registration --role-arn x --client-id tti-demo --method auth-code --method tti --json",
    );
    assert.equal(wrong.exitCode, 1);
    const { error } = wrong.json<{ error: { message: string; fix: string; code: string } }>();
    assert.equal(error.code, "invalid_input");
    for (const option of ["--issuer", "--client-id", "--role-arn", "--application-role", "--redirect-uri"]) {
      assert.ok(error.message.includes(`${option} `), `${option}: ${error.message}`);
      assert.ok(error.fix.includes(`${option}: `), error.fix);
    }
    for (const setting of ["TTI_ISSUER", "TTI_CLIENT_ID", "TTI_ROLE_ARN"])
      assert.ok(error.fix.includes(setting));
  });

  it("tells on standard error what to look at of an issuer that is not ours", async () => {
    const ran = await terminal.tti(
      `onboard registration ${application} --name ISV --cognito-pool eu-central-1_a1B2 --out ${at("cognito")}`,
    );
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.match(ran.stderr, /! Turn token revocation on/);
    assert.match(
      readFileSync(at("cognito", "registration.md"), "utf8"),
      /cognito-idp\.eu-central-1\.amazonaws\.com/,
    );
  });
});

describe("tti onboard pack", () => {
  const pack = (folder: string, more = "") =>
    terminal.tti(`onboard pack acme ${elsewhere} --out ${folder} ${more}`);

  it("writes the pack, the script to be run; again, it is all there", async () => {
    const folder = at("new", "acme");
    const ran = await pack(folder, "--json");
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.equal(ran.json<{ written: string[] }>().written.length, 8);
    assert.equal(statSync(join(folder, "setup.sh")).mode & 0o111, 0o111);
    assert.equal(statSync(join(folder, "security.md")).mode & 0o111, 0);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith(".")),
      [],
    );
    const again = await pack(folder, "--json");
    assert.equal(again.json<{ unchanged: string[] }>().unchanged.length, 8);
  });

  it("writes nothing where one file is another's, and says which; with --replace it gives way", async () => {
    const folder = at("full");
    mkdirSync(folder);
    writeFileSync(join(folder, "security.md"), "mine");
    const refused = await pack(folder);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /not these papers: security\.md\. Nothing was written\./);
    assert.match(refused.stderr, /--replace/);
    assert.deepEqual(readdirSync(folder), ["security.md"]);
    const replaced = await pack(folder, "--replace --json");
    assert.deepEqual(replaced.json<{ replaced: string[] }>().replaced, ["security.md"]);
    assert.match(readFileSync(join(folder, "security.md"), "utf8"), /for the security team/);
  });

  it("goes through no link, and takes back what it had written when a file cannot be", async () => {
    const folder = at("linked");
    mkdirSync(folder);
    mkdirSync(at("outside"));
    symlinkSync(at("outside"), join(folder, "terraform"));
    assert.equal((await pack(folder)).exitCode, 1);
    // A folder stands where the last file is to be.
    const blocked = at("blocked");
    mkdirSync(join(blocked, "terraform"), { recursive: true });
    writeFileSync(at("plain"), "");
    const through = await pack(join(at("plain"), "inside"));
    assert.match(through.stderr, /--out cannot be written \(ENOTDIR\); nothing was/);
    for (const place of [at("outside"), join(blocked, "terraform")]) assert.deepEqual(readdirSync(place), []);
  });

  it("refuses a customer there is not, a claim AWS cannot map, and what the role lacks", async () => {
    assert.match((await terminal.tti(`onboard pack nope ${elsewhere}`)).stderr, /No tenant has this id/);
    const claim = await terminal.tti(`onboard pack acme ${elsewhere} --claim urn:x --json`);
    assert.match(
      claim.json<{ error: { message: string } }>().error.message,
      /^--claim is no claim AWS can map/,
    );
    const accessor = await terminal.tti(`onboard pack acme ${elsewhere} --accessor other --json`);
    assert.equal(accessor.json<{ error: { code: string } }>().error.code, "accessor_not_found");
  });

  it("fills in what the customer handed over", async () => {
    const entered = await terminal.tti(
      "accessor create --tenant acme --q-region us-east-1 --idc-region us-west-2 --application-id 11111111-2222-3333-4444-555555555555 --retriever-id 66666666-7777-8888-9999-000000000000 --idc-application-arn arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    );
    assert.equal(entered.exitCode, 0, entered.stderr);
    const ran = await terminal.tti(`onboard pack acme ${elsewhere} --json`);
    const { files } = ran.json<{ files: { path: string; content: string }[] }>();
    const script = files.find(({ path }) => path === "setup.sh")?.content ?? "";
    assert.match(script, /IDC_REGION='us-west-2'/);
  });
});

describe("tti onboard details", () => {
  const line = (tenant: string) =>
    `tti-details tenant=${tenant} application=11111111-2222-4333-8444-555555555555 q-region=eu-west-1 retriever=66666666-7777-4888-8999-000000000000 idc-application=arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef idc-region=eu-central-1`;

  it("enters what the script printed, and refuses another customer's", async () => {
    const ran = await terminal.tti(
      "onboard details acme --name pasted --json",
      `Changed: 4.\n\n${line("acme")}\n`,
    );
    assert.equal(ran.exitCode, 0, ran.stderr);
    assert.equal(ran.json<{ qRegion: string }>().qRegion, "eu-west-1");
    const other = await terminal.tti("onboard details acme --name other --json", line("globex"));
    assert.equal(other.exitCode, 1);
    assert.match(
      other.json<{ error: { message: string } }>().error.message,
      /^standard input has the details of another/,
    );
    const broken = await terminal.tti(
      "onboard details acme --name other --json",
      line("acme").replace("eu-west-1", "x"),
    );
    assert.match(broken.json<{ error: { message: string } }>().error.message, /expected|qRegion|is "x"/);
    assert.equal((await terminal.tti("accessor show --tenant acme --name other")).exitCode, 1);
  });

  it("says a detail by its label in the mail, and to a program also by its member", async () => {
    const mail = line("acme").replace("eu-central-1", "Frankfurt").replace("eu-west-1", "Ireland");
    const person = await terminal.tti("onboard details acme --name other", mail);
    assert.match(person.stderr, /IAM Identity Center region is "Frankfurt"/);
    assert.match(person.stderr, /Application region is "Ireland"/);
    assert.doesNotMatch(person.stderr, /idcRegion|qRegion/);
    const program = await terminal.tti("onboard details acme --name other --json", mail);
    const { error } = program.json<{ error: { message: string; field: string } }>();
    assert.match(error.message, /IAM Identity Center region \(idcRegion\) is "Frankfurt"/);
    assert.ok(["IAM Identity Center region", "Application region"].includes(error.field), error.field);
  });

  it("asks for the mail where nothing comes; nothing in it is secret", async () => {
    for (const nothing of ["", "\n"]) {
      const ran = await terminal.tti("onboard details acme", nothing);
      assert.equal(ran.exitCode, 1);
      assert.match(ran.stderr, /standard input holds no details/);
      assert.match(ran.stderr, /< mail\.txt/);
      assert.doesNotMatch(ran.stderr, /SECRET/);
    }
  });

  it("takes a quoted mail for its own customer only", async () => {
    assert.equal((await terminal.tti("tenant create globex --name Globex")).exitCode, 0);
    const mail = `> Application ID  11111111-2222-4333-8444-555555555555\n> ${line("globex")}\n`;
    assert.equal((await terminal.tti("onboard details acme --name quoted", mail)).exitCode, 1);
    assert.equal((await terminal.tti("accessor show --tenant acme --name quoted")).exitCode, 1);
    const own = await terminal.tti("onboard details globex --name quoted", mail);
    assert.equal(own.exitCode, 0, own.stderr);
  });
});
