// docker-compose.yml against the table of settings: it passes what production needs, under names that exist, and
// publishes no port of the provider itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readConfig } from "../src/config.ts";
import type { Setting } from "../src/settings/setting.ts";
import { settings } from "../src/settings.ts";

const compose = readFileSync(new URL("../docker-compose.yml", import.meta.url), "utf8");
const block = /environment: &environment\n((?: {6}.*\n)+)/.exec(compose)?.[1] ?? "";
const passed = Object.fromEntries(
  [...block.matchAll(/^ {6}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = "", value = ""]) => [name, value]),
);

test("compose passes only settings that exist, and every one that production requires", () => {
  const table = Object.values(settings) as Setting<unknown>[];
  const sdk = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
  const known = [...table.map(({ name }) => name), ...sdk];
  assert.deepEqual(
    Object.keys(passed).filter((name) => !known.includes(name)),
    [],
  );
  const required = table
    .filter((setting) => setting.requiredInProduction !== undefined)
    .map(({ name }) => name);
  for (const name of [
    ...required,
    "DATABASE_URL",
    "TTI_ROLE_ARN",
    "TTI_LOGIN_URL",
    "TTI_ADMIN_HOST",
    "AWS_REGION",
  ]) {
    assert.ok(name in passed, `${name} is not passed on`);
  }
});

test("compose's settings, with its defaults filled in, are ones production starts with", () => {
  const given: Record<string, string> = {
    TTI_ISSUER: "https://login.example.com",
    TTI_SECRETS: Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64"),
    TTI_CLIENT_ID: "isv",
    POSTGRES_PASSWORD: "secret",
  };
  const filled = Object.fromEntries(
    Object.entries(passed).map(([name, value]) => [
      name,
      value.replace(
        /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
        (_all, from: string, otherwise = "") => given[from] ?? otherwise,
      ),
    ]),
  );
  assert.equal(readConfig(filled, "production").databaseUrl, "postgres://tti:secret@postgres/tti");
});

test("compose names a version of each image, and reaches the provider through its proxy alone", () => {
  for (const [, version] of compose.matchAll(/image: \S+?:(\S+)/g)) assert.match(version ?? "", /^\d+\.\d+/);
  const provider = /\n {2}provider:\n((?: {4}.*\n)+)/.exec(compose)?.[1] ?? "";
  assert.match(provider, /expose:/);
  assert.doesNotMatch(provider, /ports:/);
  const published = [...compose.matchAll(/\n {2}(\w+):\n((?: {4}.*\n)+)/g)].filter(([, , of]) =>
    /ports:/.test(of ?? ""),
  );
  assert.deepEqual(
    published.map(([, service]) => service),
    ["proxy"],
  );
});
