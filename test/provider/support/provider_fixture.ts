// Owns a running provider for tests: a store of its own, people, tenants, relying parties, and the way through
// the login page.

import { generateKeyPairSync } from "node:crypto";
import { after, before } from "node:test";
import { hash } from "@node-rs/argon2";
import { type Config, readConfig } from "../../../src/config.ts";
import type { Database } from "../../../src/db/connect.ts";
import { silentLog } from "../../../src/log.ts";
import { type Account, createAccount } from "../../../src/provider/accounts/account_store.ts";
import { hashClientSecret } from "../../../src/provider/clients/client_secret.ts";
import { createClient, type StoredClientMetadata } from "../../../src/provider/clients/client_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import type { RunningServer, ServerOptions } from "../../../src/running_server.ts";
import { startServer } from "../../../src/server.ts";
import { openTestDatabase, type StoreKind, type TestDatabase } from "../../support/databases.ts";
import { punctual } from "../../support/punctual.ts";
import { compareRefusals } from "../../support/refusals.ts";
import { standIn } from "../../support/stand_in.ts";
import type { UserAgent, Visit } from "./user_agent.ts";

/** Every test person's password. */
export const password = "correct horse battery staple";
/** Every confidential test client's secret. */
export const clientSecret = "a-secret-of-the-test-client-0123456789";
/** Where relying parties are sent back to; nobody listens there. */
export const redirectUri = "https://rp.example/callback";

// Hashing takes longer than a test should, and so does every sign-in: how long is written in the hash. What real hashes
// cost is the subject of accounts/passwords.test.ts; every person here shares a cheap one.
const passwordHash = hash(password, { memoryCost: 8, timeCost: 1, parallelism: 1 });
const assertionKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** The private key of test clients that authenticate by private_key_jwt. */
export const assertionKey = assertionKeys.privateKey;

/** A provider under test. */
export interface ProviderFixture {
  server: RunningServer;
  issuer: string;
  db: Database;
  store: TestDatabase;
  config: Config;
  /** Starts another instance on the same store and, unless told otherwise, the same issuer. */
  startAnother(environment?: Record<string, string>, options?: ServerOptions): Promise<RunningServer>;
  close(): Promise<void>;
}

/** What a test may ask of its provider. */
export interface FixtureOptions extends ServerOptions {
  kind?: StoreKind;
  environment?: Record<string, string>;
  /** Whether the test itself writes while a request is under way, so that what a refused one wrote is not told. */
  writesMeanwhile?: boolean;
}

const secret = Buffer.alloc(32, 7).toString("base64");

/** Starts a provider on a store of its own. */
export async function startProvider(options: FixtureOptions = {}): Promise<ProviderFixture> {
  const store = await openTestDatabase(options.kind ?? "sqlite");
  const environment = {
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_SECRETS: secret,
    ...store.environment,
    ...options.environment,
  };
  const config = readConfig(environment);
  const others: RunningServer[] = [];
  const server = await startServer(config, { log: silentLog, drainMs: 200, loop: punctual, ...options });
  const urls = [server.issuer, server.adminUrl];
  const ends = options.writesMeanwhile === true ? [] : [compareRefusals(urls, store.db)];
  return {
    server,
    issuer: server.issuer,
    db: store.db,
    store,
    config,
    async startAnother(more = {}, serverOptions = {}) {
      const another = readConfig({ ...environment, TTI_ISSUER: server.issuer, ...more });
      const started = await startServer(another, {
        log: silentLog,
        drainMs: 200,
        loop: punctual,
        ...serverOptions,
      });
      others.push(started);
      if (options.writesMeanwhile !== true)
        ends.push(compareRefusals([started.localUrl, started.adminUrl], store.db));
      return started;
    },
    async close() {
      for (const end of ends) end();
      await Promise.all([server, ...others].map((one) => one.close()));
      await store.close();
    },
  };
}

/**
 * Gives the tests that follow, at this level and below, a provider of their own: running before the first, gone after
 * the last.
 * @param furnish who and what is there before the first test
 * @returns the provider; not to be asked before the first test or hook
 */
export function useProvider(options: FixtureOptions = {}, furnish?: () => Promise<void>): ProviderFixture {
  let fixture: ProviderFixture | undefined;
  before(async () => {
    fixture = await startProvider(options);
    await furnish?.();
  });
  after(() => fixture?.close());
  return standIn("the provider", () => fixture);
}

/** A person and the tenants they belong to. */
export interface PersonSpec {
  email: string;
  name?: string;
  tenants?: readonly string[];
  emailVerified?: boolean;
}

/** Adds a person; tenants that do not exist are added. */
export async function addPerson(db: Database, spec: PersonSpec): Promise<Account> {
  const now = new Date();
  const account = await createAccount(
    db,
    {
      email: spec.email,
      emailVerified: spec.emailVerified ?? true,
      ...(spec.name === undefined ? {} : { name: spec.name }),
      passwordHash: await passwordHash,
    },
    now,
  );
  for (const id of spec.tenants ?? []) {
    await createTenant(db, { id, name: `Tenant ${id}` }, now).catch(() => undefined);
    await createMembership(db, { tenantId: id, accountId: account.id, role: "member" }, now);
  }
  return account;
}

/** Adds a first-party relying party that gets refresh tokens; any metadata may be replaced. */
export async function addClient(
  db: Database,
  metadata: Partial<StoredClientMetadata> & { client_id: string },
): Promise<StoredClientMetadata> {
  const method = metadata.token_endpoint_auth_method ?? "client_secret_basic";
  const complete: StoredClientMetadata = {
    client_name: `Client ${metadata.client_id}`,
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: method,
    first_party: true,
    ...(method.startsWith("client_secret") ? { client_secret: hashClientSecret(clientSecret) } : {}),
    ...(method === "private_key_jwt"
      ? {
          jwks: {
            keys: [
              { ...assertionKeys.publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256" } as never,
            ],
          },
        }
      : {}),
    ...metadata,
  };
  await createClient(db, complete, new Date());
  return complete;
}

/** Opens an authorization URL and signs in; ends at the next page or at the relying party's address. */
export async function signInAt(
  agent: UserAgent,
  authorizationUrl: string | URL,
  email: string,
  secretWord: string = password,
): Promise<Visit> {
  const page = await agent.follow(authorizationUrl);
  return agent.submit(page, { email, password: secretWord }, "/login");
}
