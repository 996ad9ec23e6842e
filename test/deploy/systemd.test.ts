// The units of deploy/systemd against the product and, where a machine has it, against systemd itself: settings that exist and
// production starts with, secrets as credentials, an end before it is killed, and what a service may do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { readGiven } from "./given_settings.ts";

const names = ["tti-provider", "tti-provider-migrate"] as const;
const read = (file: string) => readFileSync(new URL(`../../deploy/systemd/${file}`, import.meta.url), "utf8");

/** The lines of a unit: those of one name in their order. */
const linesOf = (unit: string): Map<string, string[]> => {
  const lines = new Map<string, string[]>();
  for (const [, name = "", value = ""] of read(unit).matchAll(/^(\w+)=(.*)$/gm))
    lines.set(name, [...(lines.get(name) ?? []), value]);
  return lines;
};

const settingsOf = (unit: string): Record<string, string> => {
  const given = [
    ...[...read("tti-provider.env").matchAll(/^([A-Z_]+)="?(.*?)"?$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
    ...(linesOf(unit).get("Environment") ?? []).flatMap((line) =>
      line.split(" ").map((word) => word.split(/=(.*)/s).slice(0, 2)),
    ),
  ];
  return Object.fromEntries(given);
};

for (const name of names)
  test(`${name} gets settings that exist and that production starts with; secrets are credentials`, () => {
    const unit = `${name}.service`;
    const config = readGiven(settingsOf(unit));
    assert.equal(config.trustedProxies, 1);
    assert.equal(config.databaseUrl, "postgres://tti@db/tti");
    const credentials = (linesOf(unit).get("LoadCredential") ?? []).map((line) => line.split(":")[0]);
    const files = Object.entries(settingsOf(unit)).filter(([setting]) => setting.endsWith("_FILE"));
    assert.deepEqual(
      files.map(([, file]) => file),
      credentials.map((credential) => `%d/${credential}`),
    );
    for (const member of ["Type", "User", "WorkingDirectory", "EnvironmentFile"])
      assert.equal(linesOf(unit).get(member)?.length, 1, member);
  });

test("the service ends by itself before it is killed, comes back when it fell, and both units may do as little", () => {
  const lines = linesOf("tti-provider.service");
  const { shutdownLimitSeconds } = readGiven(settingsOf("tti-provider.service"));
  assert.ok(Number(lines.get("TimeoutStopSec")?.[0]) > shutdownLimitSeconds);
  assert.deepEqual(lines.get("Restart"), ["on-failure"]);
  const hardening = (unit: string) =>
    read(unit)
      .slice(read(unit).indexOf("ProtectSystem="))
      .match(/^[A-Z]\w+=.*$/gm);
  const [one, other] = names.map((name) =>
    hardening(`${name}.service`)?.filter((line) => !/^WantedBy/.test(line)),
  );
  assert.deepEqual(one, other);
});

const noSystemd = spawnSync("systemd-analyze", ["--version"]).error !== undefined;
const skip = noSystemd ? "systemd-analyze is not on this machine" : false;
describe("the units, as systemd reads them", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tti-units-"));
  const analyze = (name: string, ...words: string[]) => {
    // A machine without a checkout in /opt has no such page to lead to.
    const file = join(folder, `${name}.service`);
    writeFileSync(file, read(`${name}.service`));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", [...words, file], { encoding: "utf8" });
    return { status, said: stdout + stderr };
  };
  for (const name of names)
    it(`${name} has no line that it does not know, and an exposure of 2 at most of 10`, () => {
      const verified = analyze(name, "verify", "--man=no");
      assert.doesNotMatch(verified.said, new RegExp(name), verified.said);
      const { said, status } = analyze(name, "security", "--offline=true", "--threshold=20");
      assert.equal(status, 0, said);
    });
  it("a line that it does not know is told", () => {
    const file = join(folder, "wrong.service");
    writeFileSync(file, read("tti-provider.service").replace("ProtectClock=", "ProtectClocks="));
    assert.match(
      spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" }).stderr,
      /ProtectClocks/,
    );
    rmSync(folder, { recursive: true });
  });
});
