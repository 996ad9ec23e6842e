// A store with people, a customer and relying parties in it, and servers on it: what the benchmarks of the provider
// share. Made through the product's own stores, so that the rows are those of life.
import type { Database } from "../../src/db/connect.ts";
import { createAccount, createExternalAccount } from "../../src/provider/accounts/account_store.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { hashClientSecret } from "../../src/provider/clients/client_secret.ts";
import { createClient, type StoredClientMetadata } from "../../src/provider/clients/client_store.ts";
import { createDomain, saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { saveLastLogin } from "../../src/provider/tenants/last_login_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { createTenant, saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { openTestDatabase, type StoreKind, type TestDatabase } from "../../test/support/databases.ts";
import { startPostgres } from "../../test/support/postgres.ts";
import { type Child, startChild } from "./child.ts";
import type { Side } from "./cost.ts";
import type { Load } from "./http_load.ts";

/** The client registered with AWS: audience of every token. */
export const awsClientId = "bench-aws";
export const clientSecret = "a-secret-of-the-bench-client-0123456789";
export const redirectUri = "http://127.0.0.1:9/callback";
/** The one customer. */
export const tenantId = "acme";

/** A store, and what is needed to start servers on it. */
export interface Installation {
  readonly kind: StoreKind;
  readonly db: Database;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts one server process. With an issuer it is one more instance of that issuer; the store sees its name. */
  startInstance(options?: { name?: string; issuer?: string; nodeOptions?: string }): Promise<Instance>;
  close(): Promise<void>;
}

/** One server process. */
export interface Instance {
  readonly issuer: string;
  readonly localUrl: string;
  readonly child: Child;
  /** What its connections are called in PostgreSQL. */
  readonly applicationName: string;
}

/**
 * Opens an empty store with the customer in it. PostgreSQL is a server of this run with its usual durability, unless
 * TEST_POSTGRES_URL names one.
 */
export async function openInstallation(kind: StoreKind): Promise<Installation> {
  const stopPostgres = kind === "postgres" ? await openBenchPostgres() : async () => {};
  const store: TestDatabase = await openTestDatabase(kind);
  await addCustomer(store.db);
  const environment = {
    TTI_MODE: "development",
    TTI_ADMIN_PORT: "0",
    TTI_SECRETS: Buffer.alloc(32, 7).toString("base64"),
    TTI_CLIENT_ID: awsClientId,
    TTI_REQUIRE_VERIFIED_DOMAIN: "true",
    TTI_LOG_LEVEL: "warn",
    TTI_TRUSTED_PROXIES: "1",
    ...store.environment,
  };
  const running: Child[] = [];
  let started = 0;
  return {
    kind,
    db: store.db,
    environment,
    async startInstance({ name, issuer, nodeOptions } = {}) {
      started += 1;
      // Others may measure on the same PostgreSQL.
      const applicationName = `bench-${process.pid}-${name ?? started}`;
      const child = startChild("tti_server.ts", {
        ...environment,
        PORT: "0",
        ...(issuer === undefined ? {} : { TTI_ISSUER: issuer }),
        PGAPPNAME: applicationName,
        ...(nodeOptions === undefined ? {} : { BENCH_NODE_OPTIONS: nodeOptions }),
      });
      running.push(child);
      const addresses = await child.ask<{ issuer: string; localUrl: string }>("start");
      return { ...addresses, child, applicationName };
    },
    async close() {
      await Promise.all(running.map((child) => child.stop()));
      await store.close();
      await stopPostgres();
    },
  };
}

/** Adds the one customer, whose domain is proven. */
export async function addCustomer(db: Database): Promise<void> {
  const now = new Date();
  await createTenant(db, { id: tenantId, name: "Acme" }, now);
  const presencePolicy = { name: "within", hours: 12 } as const;
  await saveTenant(db, tenantId, { loginMethod: "both", presencePolicy }, now);
  await createDomain(db, { tenantId, domain: "acme.example", challenge: "bench" }, now);
  await saveDomainVerified(db, { tenantId, domain: "acme.example", shared: false }, now);
}

/** A server of an installation, asked for something, as one side of a comparison. */
export function sideOf(
  { db, kind }: Installation,
  { child, localUrl, applicationName }: Instance,
  asked: Pick<Side, "name" | "prepare"> & Omit<Load, "urls">,
): Side {
  const { name, prepare, ...load } = asked;
  return {
    name,
    load: { ...load, urls: [localUrl] },
    children: [child],
    ...(kind === "postgres" ? { database: { db, applicationName } } : {}),
    ...(prepare === undefined ? {} : { prepare }),
  };
}

/** Starts the PostgreSQL of a run, unless TEST_POSTGRES_URL names one. @returns what stops it */
export async function openBenchPostgres(): Promise<() => Promise<void>> {
  if (process.env["TEST_POSTGRES_URL"] !== undefined) return async () => {};
  const server = await startPostgres({ fsync: true });
  process.env["TEST_POSTGRES_URL"] = server.url;
  return async () => {
    delete process.env["TEST_POSTGRES_URL"];
    await server.stop();
  };
}

/** Adds a first-party relying party with a secret; any metadata may be replaced. */
export async function addRelyingParty(
  db: Database,
  metadata: Partial<StoredClientMetadata> & { client_id: string },
): Promise<void> {
  const complete: StoredClientMetadata = {
    client_name: metadata.client_id,
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
    client_secret: hashClientSecret(clientSecret),
    first_party: true,
    ...metadata,
  };
  await createClient(db, complete, new Date());
}

/** The numbered person's address. */
export function emailOf(index: number): string {
  return `user-${index}@acme.example`;
}

/** Adds people the customer's ISV has named, each logged in at the given moment. */
export async function addNamedPeople(
  db: Database,
  count: number,
  loginAtMs: number,
  addressOf: (index: number) => string = emailOf,
): Promise<void> {
  const now = new Date();
  await db.transaction(async (trx) => {
    for (let index = 0; index < count; index += 1) {
      const email = addressOf(index);
      const accountId = `user-${index}`;
      await createExternalAccount(trx, { id: accountId, email }, now);
      const named = { email, name: `User ${index}` };
      await createMembership(trx, { tenantId, accountId, role: "member", ...named }, now);
      await saveLastLogin(trx, { tenantId, accountId }, loginAtMs, now);
    }
  });
}

/** The numbered named person's address where people who sign in here are beside them: nobody is both. */
export const namedEmail = (index: number): string => `named-${index}@acme.example`;

/** Whom an assertion of a number names there, of a hundred. */
export function namedPerson(number: number) {
  const person = number % 100;
  return { sub: `user-${person}`, tenant: tenantId, email: namedEmail(person), name: `User ${person}` };
}

/** Adds people who sign in here, all with one password. */
export async function addLocalPeople(db: Database, count: number, password: string): Promise<void> {
  const now = new Date();
  const passwordHash = await createPasswords().hashPassword(password);
  await db.transaction(async (trx) => {
    for (let index = 0; index < count; index += 1) {
      const account = await createAccount(
        trx,
        { email: emailOf(index), emailVerified: true, passwordHash },
        now,
      );
      await createMembership(trx, { tenantId, accountId: account.id, role: "member" }, now);
    }
  });
}
