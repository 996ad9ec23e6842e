// Owns one side of what growth is measured by: a store of a size, made of what the product wrote for its seed, a server process
// on it, and what is asked of it, each of somebody drawn from everybody who is there.
import type { KeyObject } from "node:crypto";
import pg from "pg";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../src/audit/chain/seal.ts";
import { createAccount, createExternalAccount } from "../../src/provider/accounts/account_store.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { createDomain, saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { saveLastLogin } from "../../src/provider/tenants/last_login_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { createTenant, saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { type Person, type RelyingParty, redeem, signIn } from "./browser_flow.ts";
import { countRows, fillStore, type GrowthSize, readTemplate } from "./growth_filler.ts";
import { copyOf, seed } from "./growth_words.ts";
import { openConnection, type Work } from "./http_load.ts";
import {
  awsClientId,
  clientSecret,
  type Installation,
  type Instance,
  openInstallation,
  redirectUri,
} from "./installation.ts";
import { AssertionMaker, addClients, minting, type NamedPerson } from "./minting.ts";

const password = "a password of the benchmark";
const secret = Buffer.alloc(32, 7);
export const seals = createBlockSeals([secret]);

/** A store of a size, and a server on it. */
export interface Side {
  name: "small" | "full";
  size: GrowthSize;
  installation: Installation;
  instance: Instance;
  /** A connection without limits. */
  client: pg.Client;
  maker: AssertionMaker;
  /** Whom the next assertions name; undefined: whoever is drawn. */
  only: { person?: NamedPerson | undefined };
  works: { mint: Work; login: Work; refresh: Work };
  close(): Promise<void>;
}

/** How many times the seed's person refreshes: so many tokens a pair of people are there to be copied. */
const refreshesFor = ({ tokens, people }: GrowthSize): number =>
  Math.max(1, Math.ceil((2 * tokens) / people));

/** Opens a store of a size, with a server. */
export async function openSide(
  name: Side["name"],
  size: GrowthSize,
  keys: { privateKey: KeyObject; publicKey: KeyObject },
  told: (text: string) => void,
): Promise<Side> {
  const loginAtSeconds = Math.floor(Date.now() / 1000) - 60;
  const installation = await openInstallation("postgres");
  await addClients(installation, keys.publicKey, ["*"]);
  const localAccountId = await addSeed(installation, loginAtSeconds * 1000);
  const client = new pg.Client({ connectionString: installation.environment["DATABASE_URL"] });
  await client.connect();
  await client.query("set maintenance_work_mem = '1GB'; set synchronous_commit = off");
  const first = await installation.startInstance({ name });
  const { issuer } = first;
  const party = { issuer, clientId: awsClientId, clientSecret, redirectUri };
  const before = await countRows(client);
  await liveAsSeed(first, party, keys.privateKey, loginAtSeconds, refreshesFor(size));
  while ((await sealNextBlock(installation.db, seals, new Date())) > 0);
  const template = await readTemplate(client, localAccountId, before);
  // While a store is filled it has no indexes.
  await first.child.stop();
  told(`${name}: filling`);
  await fillStore(client, template, size, told);
  const instance = await installation.startInstance({ name, issuer });
  const pairs = Math.floor(size.people / 2);
  const draw = drawFrom(pairs);
  const only: Side["only"] = {};
  const maker = new AssertionMaker(issuer, keys.privateKey, loginAtSeconds, () => {
    return only.person ?? namedCopy(draw(), size.tenants);
  });
  return {
    ...{ name, size, installation, instance, client, maker, only },
    works: worksOf(instance, party, maker, () => localCopy(draw(), size.tenants)),
    async close() {
      await client.end();
      await installation.close();
    },
  };
}

/** The person of a number whom their customer's ISV names. */
export function namedCopy(i: number, tenants: number): NamedPerson {
  const [sub, tenant] = [copyOf.namedId(i), copyOf.tenantId(i, tenants)];
  return { sub, tenant, email: `${sub}@${tenant}.example`, name: `User ${sub}` };
}

const localCopy = (i: number, tenants: number): Person => ({
  email: copyOf.localEmail(i, tenants),
  password,
  // A person keeps an address, so that sign-in rates see what they see in life.
  address: `198.51.${i % 100}.${Math.floor(i / 100) % 250}`,
});

// The same people in the same order each time, from the first to the last of them.
function drawFrom(count: number): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return 1 + (state % count);
  };
}

function worksOf(
  instance: Instance,
  party: RelyingParty,
  maker: AssertionMaker,
  next: () => Person,
): Side["works"] {
  const tokens = new Map<number, string>();
  return {
    mint: minting(instance, maker),
    async login(connection) {
      await signIn(connection, party, next());
    },
    async refresh(connection, lane) {
      const token = tokens.get(lane) ?? (await signIn(connection, party, next()));
      tokens.set(
        lane,
        await redeem(connection, party, { grant_type: "refresh_token", refresh_token: token }),
      );
    },
  };
}

async function addSeed({ db }: Installation, loginAtMs: number): Promise<string> {
  const now = new Date();
  const { tenantId, domain } = seed;
  await createTenant(db, { id: tenantId, name: `Customer ${tenantId}` }, now);
  const presencePolicy = { name: "within", hours: 12 } as const;
  await saveTenant(db, tenantId, { loginMethod: "both", presencePolicy }, now);
  await createDomain(db, { tenantId, domain, challenge: "bench" }, now);
  await saveDomainVerified(db, { tenantId, domain, shared: false }, now);
  const passwordHash = await createPasswords().hashPassword(password);
  const account = await createAccount(db, { email: seed.localEmail, emailVerified: true, passwordHash }, now);
  await createMembership(db, { tenantId, accountId: account.id, role: "member" }, now);
  await createExternalAccount(db, { id: seed.namedId, email: seed.namedEmail }, now);
  const named = { email: seed.namedEmail, name: `User ${seed.namedId}` };
  await createMembership(db, { tenantId, accountId: seed.namedId, role: "member", ...named }, now);
  await saveLastLogin(db, { tenantId, accountId: seed.namedId }, loginAtMs, now);
  return account.id;
}

async function liveAsSeed(
  instance: Instance,
  party: RelyingParty,
  key: KeyObject,
  loginAtSeconds: number,
  refreshes: number,
): Promise<void> {
  const { tenantId, namedId, namedEmail, localEmail } = seed;
  const named = { sub: namedId, tenant: tenantId, email: namedEmail, name: `User ${namedId}` };
  const maker = new AssertionMaker(instance.issuer, key, loginAtSeconds, () => named);
  const connection = await openConnection(instance.localUrl);
  try {
    const mint = minting(instance, maker);
    for (let count = 0; count < 2; count += 1) await mint(connection, 0);
    let token = await signIn(connection, party, { email: localEmail, password, address: "198.51.100.1" });
    for (let count = 0; count < refreshes; count += 1)
      token = await redeem(connection, party, { grant_type: "refresh_token", refresh_token: token });
  } finally {
    connection.close();
  }
  maker.clear();
}

/** Gives a person so many records more: refresh tokens, or sessions with the login of each. */
export async function manyOfOne(
  { client }: Side,
  accountId: string,
  model: "RefreshToken" | "Session",
  count: number,
): Promise<void> {
  const own = { id_hash: hashOf("many"), account_id: `'${accountId}'` };
  const isSession = model === "Session";
  await copySeeds(client, "oidc_records", count, `model = '${model}'`, {
    ...own,
    ...(isSession ? { uid_hash: hashOf("session") } : { grant_id_hash: hashOf("grant") }),
  });
  if (isSession) {
    const login = { session_uid_hash: hashOf("session"), account_id: `'${accountId}'` };
    await copySeeds(client, "session_vouchers", count, "method = 'password'", login);
  }
  await client.query("analyze oidc_records; analyze session_vouchers");
}

let ended = 0;

/** Adds so many records that ended long ago, each of somebody else. */
export async function endTokens({ client }: Side, count: number): Promise<void> {
  ended += 1;
  await copySeeds(client, "oidc_records", count, "model = 'RefreshToken'", {
    id_hash: hashOf(`ended-${ended}`),
    grant_id_hash: hashOf(`ended-grant-${ended}`),
    account_id: "'person-' || lpad(i::text, 9, '0')",
    expires_at_ms: "i",
  });
}

/** Adds so many events that nobody sealed yet. */
export async function addUnsealed({ client }: Side, count: number): Promise<void> {
  await copySeeds(client, "audit_events", count, "type = 'token.issued'", {
    id: "'unsealed-' || i",
    at_ms: `${Date.now()}::bigint + i`,
    ...Object.fromEntries(
      ["block_number", "block_place", "hash", "personal_salt", "personal_hash"].map((name) => [name, "null"]),
    ),
  });
}

const hashOf = (tag: string): string => `left(md5('${tag}' || i) || md5(i::text), 43)`;

// Rows as the seed's person has one.
async function copySeeds(
  client: pg.Client,
  table: string,
  count: number,
  which: string,
  own: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped`,
  );
  const names = rows.map(({ name }) => name);
  await client.query(`insert into ${table} (${names.join(", ")})
    select ${names.map((name) => own[name] ?? `r.${name}`).join(", ")}
    from generate_series(1, ${count}) as i, (select * from ${table} where ${which}
      and account_id = (select id from accounts where email = '${seed.localEmail}') limit 1) r`);
}
