// One list of simulated services, that of the registry: whatever tells which there are tells all of them, or says which not.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { describeSandbox } from "../../src/command/describe_sandbox.ts";
import { runSandboxCommand } from "../../src/command/sandbox_command.ts";
import { notSimulated } from "../../src/gateway/foreign/not_simulated.ts";
import { serviceNames } from "../../src/models/index.ts";
import { simulatedServices } from "../../src/models/simulated_services.ts";
import { renderControls } from "../../src/page/controls_page.ts";
import { assembleRegistry } from "../../src/services/registry.ts";
import { emptySeedResult } from "../../src/state/seed_result.ts";

const titles = simulatedServices.map(({ title }) => title);
const names = simulatedServices.map(({ name }) => name);
const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

/** Whole names: `S3` is not told by `S3 Control`. */
function assertTold(text: string, what: string): void {
  const flat = text.replace(/\s+/g, " ").replaceAll("S3 Control", "S3Control");
  for (const title of titles) {
    const name = title.replaceAll("S3 Control", "S3Control");
    assert.match(flat, new RegExp(`\\b${name}\\b`), `${what} lacks ${title}`);
  }
}

test("the registry simulates something of each service of the list, and of no other", () => {
  const operations = assembleRegistry({} as never).list();
  assert.deepEqual([...new Set(operations.map(({ service }) => service))].sort(), [...serviceNames].sort());
  assert.deepEqual(names, serviceNames);
});

test("the help and the first words of the docs name them all", async () => {
  const out: string[] = [];
  const silent = { out: (text: string) => out.push(text), err: () => {}, stopped: async () => {} };
  await runSandboxCommand(["--help"], silent);
  assertTold(out.join("\n").split("--seed FILE  ")[0] ?? "", "tti-sandbox --help");
  assertTold(/^One port[\s\S]*?\n\n/m.exec(read("docs/sandbox.md"))?.[0] ?? "", "sandbox.md");
  assertTold(/^A local AWS[\s\S]*?\n\n/m.exec(read("README.md"))?.[0] ?? "", "README.md");
});

test("the start prints a variable for each but S3, and says so of S3", () => {
  const text = describeSandbox("http://127.0.0.1:4566", emptySeedResult());
  const printed = [...text.matchAll(/^ {2}export AWS_ENDPOINT_URL_(\w+)=(\S+)$/gm)];
  assert.deepEqual(
    printed.map(([, variable]) => variable),
    "STS SSO_OIDC SSO_ADMIN IDENTITYSTORE QBUSINESS IAM KMS CLOUDTRAIL S3_CONTROL SSO".split(" "),
  );
  assert.deepEqual(
    simulatedServices.map(({ variable }) => variable).filter((variable) => variable !== "S3"),
    printed.map(([, variable]) => variable),
  );
  assert.match(text, /S3 still goes to AWS: AWS_ENDPOINT_URL_S3=http:\/\/127\.0\.0\.1:4566 sends it here/);
  const address = new Map(printed.map(([, variable, url]) => [variable, url]));
  assert.equal(address.get("S3_CONTROL"), "http://localhost:4566", "the account stands before a name");
  assert.equal(address.get("STS"), "http://127.0.0.1:4566");
});

test("a call of another service, the page's selection and the docs of faults name them all", () => {
  const call = { service: "athena", region: null, accessKeyId: "" };
  const [, told = ""] = /it has \(([^)]*)\)/.exec(notSimulated(call, null, "").fix) ?? [];
  assert.deepEqual(
    told.split(", "),
    simulatedServices.map(({ variable }) => variable),
  );
  const control = { clock: () => ({ now: "", offsetSeconds: 0 }), faults: () => [], rules: () => [] };
  const [, options = ""] =
    /<select id="service"[^>]*>(.*?)<\/select>/.exec(renderControls({ control, token: "" }).markup) ?? [];
  assert.deepEqual(
    [...options.matchAll(/value="([^"]*)"/g)].map(([, value]) => value),
    ["", ...names],
  );
  const [, listed = ""] = /A fault names a `service` \(([^)]*)\)/.exec(read("docs/sandbox.md")) ?? [];
  assert.deepEqual(
    [...listed.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    names,
  );
});
