// Owns a store with a crowd in it, made by the store itself in a few statements: tenants, people, memberships, clients,
// sessions, grants and a trail, for what is asked about lists of many. What a list finds is there in every crowd, however
// large, in equal number and at equal distance, so that one crowd can be compared with another.
import { type Database, isPostgres } from "../../src/db/connect.ts";

/** How large a crowd is. */
export interface CrowdSize {
  people: number;
  tenants: number;
}

/** Those of a crowd that are asked for by name; in each crowd they have equally much. */
export const ofCrowd = {
  /** Half of all people belong to it. */
  largeTenant: "tenant-00000",
  /** Ten people belong to it, and ten events are of it. */
  smallTenant: "few",
  person: "p000042",
  email: "person-000042@tenant-00042.example",
  /** Half of all tokens are for it. */
  largeClient: "client-00000",
  smallClient: "client-00042",
  rareActor: "cli:rare",
  rareAddress: "192.0.2.1",
  /** Four events are of it, older than all others. */
  rareType: "key.revoked",
} as const;

/** Now, in the crowd's own time: later than all that happened in it. Epoch milliseconds. */
export const crowdNowMs = 1_800_000_000_000;
const sinceMs = 1_700_000_000_000;
const endsMs = crowdNowMs + 86_400_000;

/** The most rows one statement makes: PostgreSQL allows it seconds. */
const rowsAtOnce = 20_000;

const padded = (number: string, digits: number): string =>
  `substr('000000' || (${number}), length('000000' || (${number})) - ${digits - 1})`;
const person = (number: string): string => `'p' || ${padded(number, 6)}`;
const tenant = (number: string): string => `'tenant-' || ${padded(number, 5)}`;
const client = (number: string): string => `'client-' || ${padded(number, 5)}`;
// Twenty first names, each of every twentieth person.
const firstNames = "AdaBobCyrDanEveFayGusHalIdaJanKimLeoMiaNedOlaPamQuiRayStuTom";

/** What stands in one table: how many rows, and the columns of the row numbered `i`, as SQL. */
interface Rows {
  table: string;
  count: number;
  columns: Readonly<Record<string, string>>;
}

const times = { created_at_ms: `${sinceMs} + i`, updated_at_ms: `${sinceMs} + i` };
// Not constant for the planner's statistics, and as long as they are in life.
const filler = `'${"x".repeat(200)}'`;

function rowsOf({ people, tenants }: CrowdSize): Rows[] {
  const email = `'person-' || ${padded("i", 6)} || '@' || ${tenant(`i % ${tenants}`)} || '.example'`;
  const name = `substr('${firstNames}', (i % 20) * 3 + 1, 3) || ' Person' || ${padded("i", 6)}`;
  // Every tenth came by a login at the ISV, and is known by what that named for the tenant.
  const isNamed = "i % 10 = 9";
  const few = Math.max(10, Math.floor(tenants / 10));
  const event = `case when i < 4 then '${ofCrowd.rareType}' when i % 100 = 50 then 'token.refused'
    when i % 100 = 51 then 'search.made' when i % 3 = 0 then 'token.issued' else 'token.minted' end`;
  return [
    {
      table: "tenants",
      count: tenants,
      columns: {
        ...{ id: tenant("i"), name: `'Customer ' || ${padded("i", 5)}`, ...times },
        disabled_at_ms: `case when i % 50 = 13 then ${sinceMs} end`,
      },
    },
    { table: "tenants", count: 1, columns: { id: `'${ofCrowd.smallTenant}'`, name: "'Few'", ...times } },
    {
      table: "accounts",
      count: people,
      columns: {
        ...{ id: person("i"), email, name, ...times },
        login_key: `case when ${isNamed} then null else ${email} end`,
        email_verified_at_ms: `case when i % 50 = 3 then null else ${sinceMs} end`,
        disabled_at_ms: `case when i % 50 = 7 then ${sinceMs} end`,
        external_at_ms: `case when ${isNamed} then ${sinceMs} end`,
      },
    },
    {
      table: "memberships",
      count: people,
      columns: {
        tenant_id: tenant(`case when i % 2 = 0 then 0 else 1 + (i / 2) % ${tenants - 1} end`),
        ...{ account_id: person("i"), role: "'member'", created_at_ms: `${sinceMs} + i` },
        email: `case when ${isNamed} then ${email} end`,
        name: `case when ${isNamed} then ${name} end`,
      },
    },
    {
      table: "memberships",
      count: 10,
      columns: {
        tenant_id: `'${ofCrowd.smallTenant}'`,
        ...{ account_id: person("i"), role: "'admin'", created_at_ms: `${sinceMs} + i` },
      },
    },
    {
      table: "tenant_domains",
      count: tenants,
      columns: {
        tenant_id: tenant("i"),
        ...{ domain: `${tenant("i")} || '.example'`, challenge: "'c'", created_at_ms: `${sinceMs} + i` },
        verified_at_ms: `case when i % 5 = 4 then null else ${sinceMs} end`,
      },
    },
    {
      table: "accessors",
      count: tenants,
      columns: {
        ...{
          id: `'a' || ${padded("i", 5)}`,
          tenant_id: tenant("i"),
          name: "'default'",
          method: "'tti'",
          ...times,
        },
        application_id: "'11111111-2222-4333-8444-555555555555'",
        retriever_id: "'11111111-2222-4333-8444-666666666666'",
        idc_application_arn:
          "'arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111'",
        ...{ q_region: "'us-east-1'", idc_region: "'us-east-1'" },
      },
    },
    {
      table: "clients",
      count: tenants,
      columns: {
        client_id: client("i"),
        metadata: `'{"client_id":"' || ${client("i")} || '","client_name":"App ' || ${padded("i", 5)} || '"}'`,
        ...times,
        disabled_at_ms: `case when i % 50 = 13 then ${sinceMs} end`,
      },
    },
    {
      table: "administrators",
      count: few,
      columns: { account_id: person("i"), role: "'auditor'", ...times },
    },
    {
      table: "api_credentials",
      count: few,
      columns: {
        ...{ id: `'c' || ${padded("i", 6)}`, name: "'nightly'", key_hash: `'k' || ${padded("i", 6)}` },
        ...{ role: "'auditor'", created_at_ms: `${sinceMs}`, expires_at_ms: `${endsMs}` },
      },
    },
    {
      table: "resources",
      count: few,
      columns: {
        ...{ identifier: `'https://api.example/' || ${padded("i", 6)}`, name: "'API'", scopes: "'[]'" },
        ...{ token_format: "'jwt'", token_ttl_seconds: "300", ...times },
      },
    },
    {
      table: "oidc_records",
      count: people,
      columns: {
        ...{ model: "'Session'", id_hash: `'s' || ${padded("i", 6)}`, uid_hash: `'u' || ${padded("i", 6)}` },
        payload: `'{"uid":"u","iat":1,"loginTs":1,"filler":"' || ${filler} || '"}'`,
        ...{ account_id: person("i"), expires_at_ms: `${endsMs} + i` },
      },
    },
    {
      table: "oidc_records",
      count: people,
      columns: {
        ...{ model: "'Grant'", id_hash: `'g' || ${padded("i", 6)}`, account_id: person("i") },
        payload: `'{"clientId":"' || ${client(`i % ${tenants}`)} || '","iat":1,"filler":"' || ${filler} || '"}'`,
        ...{ client_id: client(`i % ${tenants}`), tenant_id: tenant(`i % ${tenants}`) },
        ...{ expires_at_ms: `${endsMs} + i`, session_uid_hash: `'u' || ${padded("i", 6)}` },
      },
    },
    {
      table: "oidc_records",
      count: people,
      columns: {
        ...{ model: "'RefreshToken'", id_hash: `'r' || ${padded("i", 6)}`, account_id: person("i") },
        payload: `'{"filler":"' || ${filler} || '"}'`,
        ...{ client_id: client(`i % ${tenants}`), grant_id_hash: `'g' || ${padded("i", 6)}` },
        ...{ expires_at_ms: `${endsMs} + i`, session_uid_hash: `'u' || ${padded("i", 6)}` },
      },
    },
    {
      table: "session_vouchers",
      count: people,
      columns: {
        ...{ session_uid_hash: `'u' || ${padded("i", 6)}`, account_id: person("i"), method: "'password'" },
        ...{
          tenant_id: "''",
          amr: `'["pwd"]'`,
          auth_time_ms: "1",
          created_at_ms: "1",
          checked_at_ms: `${sinceMs} + i`,
        },
      },
    },
    {
      table: "logouts",
      count: people,
      columns: {
        ...{ id: `'l' || ${padded("i", 6)}`, client_id: "'c'", account_id: person("i") },
        ...{ session_uid_hash: `'u' || ${padded("i", 6)}`, sid: "'s'", attempts: "1" },
        ...{ state: "case when i % 10 = 7 then 'failed' else 'waiting' end", give_up_at_ms: `${endsMs}` },
        ...{ created_at_ms: `${sinceMs} + i`, expires_at_ms: `${endsMs} + i` },
      },
    },
    {
      table: "mails",
      count: people,
      columns: {
        ...{
          id: `'m' || ${padded("i", 6)}`,
          kind: "'invitation'",
          recipient: email,
          account_id: person("i"),
        },
        ...{ details: "'{}'", state: "case when i % 10 = 7 then 'failed' else 'sent' end", attempts: "1" },
        ...{ give_up_at_ms: `${endsMs}`, created_at_ms: `${sinceMs} + i`, expires_at_ms: `${endsMs} + i` },
      },
    },
    {
      table: "passkeys",
      count: people,
      columns: {
        ...{ id: `'k' || ${padded("i", 6)}`, credential_id: `'c' || ${padded("i", 6)}` },
        // Every third person has three, and the rest none.
        ...{
          account_id: person("(i - i % 3)"),
          user_handle: "'h'",
          public_key: "'p'",
          counter: "1",
          name: "'A key'",
        },
        ...{ transports: `'["usb"]'`, synced: "1", backed_up: "1", created_at_ms: `${sinceMs} + i` },
      },
    },
    {
      table: "audit_blocks",
      count: Math.ceil((2 * people) / 500),
      columns: {
        ...{ number: "i + 1", previous_hash: "'h'", root: "'r'", hash: "'h'", seal: "'s'" },
        events: `case when (i + 1) * 500 > ${2 * people} then ${(2 * people) % 500} else 500 end`,
        ...{ first_at_ms: `${sinceMs}`, last_at_ms: `${sinceMs}`, sealed_at_ms: `${sinceMs}` },
      },
    },
    {
      table: "audit_events",
      count: 2 * people,
      columns: {
        ...{
          id: `'e' || ${padded("i", 6)}`,
          at_ms: `${sinceMs} + i * 1000`,
          type: event,
          details: `'{"jti":"j"}'`,
        },
        tenant_id: `case when i % 100 = 51 then '${ofCrowd.largeTenant}' when i < 10 then '${ofCrowd.smallTenant}'
          when i % 2 = 0 then '${ofCrowd.largeTenant}' else ${tenant(`1 + i % ${tenants - 1}`)} end`,
        account_id: person(`i % ${people}`),
        client_id: `case when i % 2 = 0 then '${ofCrowd.largeClient}' else ${client(`i % ${tenants}`)} end`,
        actor: `case when i < 4 then '${ofCrowd.rareActor}' else 'client:' || ${client(`i % ${tenants}`)} end`,
        address: `case when i < 4 then '${ofCrowd.rareAddress}' else '198.51.100.' || (i % 200) end`,
        login_hash: `case when i % 20 = 9 then 'l' || ${padded(`i % ${people}`, 6)} end`,
        ...{ block_number: "1 + i / 500", block_place: "i % 500" },
      },
    },
  ];
}

/**
 * Fills an empty store with a crowd.
 * @param db for a large crowd a pool with the limits of a migration: an index takes its time
 * @param told is told how far it is: how many rows of which table
 */
export async function fillCrowd(
  db: Database,
  size: CrowdSize,
  told: (table: string, rows: number) => void = () => {},
): Promise<void> {
  // An index is made in less time than it is kept, row by row.
  const indexes = await listIndexes(db);
  for (const { name } of indexes) await db.raw(`drop index ${name}`);
  for (const { table, count, columns } of rowsOf(size)) {
    const names = Object.keys(columns).join(", ");
    for (let from = 0; from < count; from += rowsAtOnce) {
      const below = Math.min(count, from + rowsAtOnce);
      await db.raw(`insert into ${table} (${names})
        with recursive numbers(i) as (select ${from} union all select i + 1 from numbers where i + 1 < ${below})
        select ${Object.values(columns).join(", ")} from numbers`);
    }
    told(table, count);
  }
  for (const { definition } of indexes) await db.raw(definition);
  told("indexes", indexes.length);
  // PostgreSQL does it by itself, and nobody does it to an SQLite file.
  if (isPostgres(db)) await db.raw("analyze");
}

// Those of primary keys and of unique constraints stay.
async function listIndexes(db: Database): Promise<{ name: string; definition: string }[]> {
  if (!isPostgres(db)) {
    return db.raw(
      "select name, sql as definition from sqlite_master where type = 'index' and sql is not null",
    );
  }
  const { rows } = await db.raw(`select i.indexname as name, i.indexdef as definition from pg_indexes i
    where i.schemaname = 'public' and not exists
      (select 1 from pg_constraint c where c.conname = i.indexname and c.connamespace = 'public'::regnamespace)`);
  return rows;
}
