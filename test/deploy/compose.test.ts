// docker-compose.yml, its Dockerfile and its proxy against the product: settings that exist, two instances that are asked
// whether they are ready, nothing published but the proxy and, on the machine itself, the console; nobody is root.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { load, YAML11_SCHEMA } from "js-yaml";
import { readConfig } from "../../src/config.ts";
import type { Setting } from "../../src/settings/setting.ts";
import { settings } from "../../src/settings.ts";

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  networks: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt: string[];
  privileged?: boolean;
  stop_grace_period?: string;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean } | null>;
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { services, networks } = load(read("docker-compose.yml"), { schema: YAML11_SCHEMA }) as Compose;
const service = (name: string): Service => services[name] ?? assert.fail(`there is no service ${name}`);
const instances = ["provider-a", "provider-b"];

const given: Record<string, string> = {
  TTI_ISSUER: "https://login.example.com",
  TTI_SECRETS: Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64"),
  TTI_CLIENT_ID: "isv",
  POSTGRES_PASSWORD: "secret",
};
const filled = (value: string): string =>
  value.replace(
    /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
    (_all, from: string, otherwise = "") => given[from] ?? otherwise,
  );
const settingsOf = (name: string) =>
  Object.fromEntries(
    Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, filled(String(value))]),
  );

test("compose passes only settings that exist, and every one that production requires", () => {
  const table = Object.values(settings) as Setting<unknown>[];
  const sdk = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
  const known = [...table.map(({ name }) => name), ...sdk];
  const passed = Object.keys(service("provider-a").environment ?? {});
  assert.deepEqual(
    passed.filter((name) => !known.includes(name)),
    [],
  );
  const required = table.filter(({ requiredInProduction }) => requiredInProduction !== undefined);
  for (const name of [
    ...required.map((setting) => setting.name),
    ..."DATABASE_URL TTI_ROLE_ARN TTI_LOGIN_URL TTI_ADMIN_HOST SMTP_URL AWS_REGION".split(" "),
  ])
    assert.ok(passed.includes(name), `${name} is not passed on`);
});

test("compose's settings, with its defaults filled in, are ones production starts with, the same for all", () => {
  const config = readConfig(settingsOf("provider-a"), "production");
  assert.equal(config.databaseUrl, "postgres://tti:secret@postgres/tti");
  assert.equal(config.trustedProxies, 1);
  assert.equal(config.adminUrl, "http://127.0.0.1:3001");
  for (const name of ["migrate", ...instances]) assert.deepEqual(settingsOf(name), settingsOf("provider-a"));
  for (const name of instances) {
    const grace = Number(/^(\d+)s$/.exec(service(name).stop_grace_period ?? "")?.[1]);
    assert.ok(grace > config.shutdownLimitSeconds, "it is killed before its own limit");
  }
});

test("compose migrates once, before any instance, and has the proxy wait until both are ready", () => {
  assert.deepEqual(service("migrate").command, ["migrate", "up"]);
  for (const name of instances) {
    assert.equal(service(name).depends_on?.["migrate"]?.condition, "service_completed_successfully");
    assert.equal(service("proxy").depends_on?.[name]?.condition, "service_healthy");
  }
  const upstreams = service("proxy").environment?.["TTI_INSTANCES"]?.split(" ");
  assert.deepEqual(
    upstreams,
    instances.map((name) => `${name}:3000`),
  );
  for (const [from = ""] of (service("proxy").volumes ?? []).map((volume) => volume.split(":")))
    if (from.startsWith("./")) assert.ok(existsSync(new URL(`../../${from}`, import.meta.url)), from);
});

test("compose names a version of each image, and publishes the proxy, and on this machine alone the console", () => {
  for (const { image = "" } of Object.values(services))
    if (image !== "tti-provider") assert.match(image, /:\d+\.\d+/);
  const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port}`),
  );
  assert.deepEqual(published, ["provider-a 127.0.0.1:3001:3001", "proxy 80:80", "proxy 443:443"]);
  // The database is reached by whom it is for, and by nothing that is reached from outside.
  assert.equal(networks["store"]?.internal, true);
  assert.deepEqual(
    Object.keys(services).filter((name) => service(name).networks.includes("store")),
    ["postgres", "migrate", ...instances],
  );
});

test("compose gives no service a right that it does not need", () => {
  for (const [name, one] of Object.entries(services)) {
    assert.deepEqual(one.security_opt, ["no-new-privileges:true"], name);
    assert.equal(one.privileged, undefined, name);
    // PostgreSQL's own image begins as root and gives that up.
    if (name === "postgres") continue;
    assert.deepEqual([one.read_only, one.cap_drop], [true, ["ALL"]], name);
    assert.deepEqual(one.cap_add, name === "proxy" ? ["NET_BIND_SERVICE"] : undefined, name);
    if (name !== "proxy") assert.equal(one.user, "65532:65532", name);
  }
});
