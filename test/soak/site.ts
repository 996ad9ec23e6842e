// Owns what a soak runs on: PostgreSQL behind a wire that can fail, a mail server, two instances behind a balancer that
// follows their readiness, and an installation in it, made by the release before through its own interfaces.
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Balancer, startBalancer } from "../e2e/instances.ts";
import { type MailServer, startMailServer } from "../support/mail_server.ts";
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp_proxy.ts";
import { type Instance, type Release, runCommand, startInstance } from "./instance.ts";
import { form, send, tryHonestly } from "./wire.ts";

export const issuer = "https://login.soak.example";
export const redirectUri = "https://app.soak.example/callback";
export const tenant = "acme";
export const awsClientId = "soak-isv";
export const appId = "app";
export const backEndId = "back-end";

/** Somebody who signs in with a password. */
export interface Person {
  id: string;
  email: string;
  password: string;
  /** Where they come from: each from an address of their own. */
  address: string;
}

/** The installation under load. */
export interface Site {
  databaseUrl: string;
  environment: Readonly<Record<string, string>>;
  postgres: PostgresServer;
  wire: TcpProxy;
  mail: MailServer;
  balancer: Balancer;
  /** Those that run, by name. */
  instances: Map<string, Instance>;
  /** Every process there was. */
  started: Instance[];
  people: Person[];
  appSecret: string;
  backEndKey: KeyObject;
  backEndSecret: string;
  /** The key of a program that administers. */
  credential: string;
  start(name: string, release: Release): Promise<Instance>;
  close(): Promise<void>;
}

/** How a site is made. */
export interface SiteOptions {
  release: Release;
  people: number;
  /** Whether signing keys change in seconds. */
  compressKeys: boolean;
  /** Whether commits reach the disk. */
  fsync: boolean;
}

const compressedKeys = join(import.meta.dirname, "compressed_keys.mjs");

/** Starts everything, on a store that the release has made. */
export async function openSite({ release, people, compressKeys, fsync }: SiteOptions): Promise<Site> {
  const postgres = await startPostgres({ fsync });
  const wire = await startTcpProxy(postgres.url);
  const mail = await startMailServer();
  const balancer = await startBalancer();
  const environment: Record<string, string> = {
    TTI_ISSUER: issuer,
    TTI_SECRETS: randomBytes(32).toString("base64"),
    TTI_TRUSTED_PROXIES: "1",
    TTI_CLIENT_ID: awsClientId,
    TTI_HOST: "127.0.0.1",
    TTI_REQUIRE_VERIFIED_DOMAIN: "off",
    TTI_SHUTDOWN_DELAY: "1",
    TTI_LOG_LEVEL: "info",
    DATABASE_URL: wire.url,
    ...mail.environment,
  };
  const instances = new Map<string, Instance>();
  const started: Instance[] = [];
  await runCommand(release, environment, ["migrate", "up"]);
  const follow = followReadiness(balancer, instances);
  const site: Site = {
    databaseUrl: postgres.url,
    environment,
    postgres,
    wire,
    mail,
    balancer,
    instances,
    started,
    people: [],
    appSecret: "",
    backEndKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    backEndSecret: "",
    credential: await makeCredential(release, environment),
    async start(name, which) {
      const id = `${name}${started.length + 1}`;
      const instance = await startInstance({
        id,
        release: which,
        environment,
        ...(compressKeys ? { preload: compressedKeys } : {}),
      });
      started.push(instance);
      instances.set(name, instance);
      return instance;
    },
    async close() {
      follow.end();
      await Promise.all([...instances.values()].filter((one) => one.running()).map((one) => one.kill()));
      await balancer.close();
      await wire.close();
      await mail.close();
      await postgres.stop();
    },
  };
  try {
    const first = await site.start("a", release);
    await furnish(site, first, people);
    await site.start("b", release);
    return site;
  } catch (error) {
    await site.close();
    throw error;
  }
}

// As load balancers do: who does not say that they are ready gets nothing new; if nobody does, all are tried.
function followReadiness(balancer: Balancer, instances: ReadonlyMap<string, Instance>): { end(): void } {
  let over = false;
  const look = async () => {
    while (!over) {
      const running = [...instances.values()].filter((instance) => instance.running());
      const asked = running.map(async ({ url }) => {
        const signal = AbortSignal.timeout(1_000);
        const status = await fetch(`${url}/health/ready`, { signal }).then(
          (answer) => answer.status,
          () => 0,
        );
        return { url, ready: status === 200 };
      });
      const told = await Promise.all(asked);
      const ready = told.filter((one) => one.ready);
      balancer.targets.splice(
        0,
        Number.POSITIVE_INFINITY,
        ...(ready.length > 0 ? ready : told).map(({ url }) => url),
      );
      await sleep(200);
    }
  };
  void look();
  return {
    end() {
      over = true;
    },
  };
}

async function makeCredential(release: Release, environment: Record<string, string>): Promise<string> {
  const words = ["credential", "create", "--name", "soak", "--role", "owner", "--json"];
  const made = JSON.parse(await runCommand(release, environment, words)) as Record<string, unknown>;
  const key = made["key"] ?? made["secret"];
  if (typeof key !== "string") throw new Error(`no key: ${Object.keys(made).join(", ")}`);
  return key;
}

/** Calls the JSON API of an instance's admin port. */
export function administer(
  site: Pick<Site, "credential">,
  adminUrl: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  return send(`${adminUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${site.credential}`,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function furnish(site: Site, instance: Instance, people: number): Promise<void> {
  const call = async (method: string, path: string, body: unknown) => {
    const { answer } = await tryHonestly(() => administer(site, instance.adminUrl, method, path, body));
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  await call("POST", "/v1/tenants", { id: tenant });
  await call("PATCH", `/v1/tenants/${tenant}`, { loginMethod: "both", presence: "within 12" });
  const app = { clientId: appId, firstParty: true, redirectUris: [redirectUri] };
  site.appSecret = String((await call("POST", "/v1/clients", app))["clientSecret"]);
  await call("POST", "/v1/clients", { ...app, clientId: awsClientId });
  const jwk = { ...publicOf(site.backEndKey), alg: "ES256", use: "sig", kid: "s1" };
  const backEnd = { clientId: backEndId, purposes: ["mint"], mintTenants: [tenant], jwks: { keys: [jwk] } };
  site.backEndSecret = String((await call("POST", "/v1/clients", backEnd))["clientSecret"]);
  for (let index = 0; index < people; index += 1) {
    const email = `person-${index}@acme.example`;
    const password = `correct horse battery ${randomBytes(4).toString("hex")}`;
    const made = await call("POST", "/v1/users", { email, password, memberships: [{ tenantId: tenant }] });
    const address = `192.0.${Math.floor(index / 250) + 2}.${(index % 250) + 1}`;
    site.people.push({ id: String(made["id"]), email, password, address });
  }
}

function publicOf(key: KeyObject): Record<string, unknown> {
  const { d: _private, ...rest } = key.export({ format: "jwk" }) as Record<string, unknown>;
  return rest;
}

/** Asks the token endpoint as a client with a secret. */
export const askToken = (url: string, clientId: string, secret: string, fields: Record<string, string>) =>
  send(
    `${url}/token`,
    form(fields, { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}` }),
  );
