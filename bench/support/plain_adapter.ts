// The plainest adapter that keeps what oidc-provider stores in PostgreSQL: one table, payloads as JSON, a statement for each call.
// It is what a team writes first; what durability costs is measured by it.
import type { Adapter, AdapterConstructor, AdapterPayload } from "oidc-provider";
import type { Pool } from "pg";

/** Makes the one table. */
export async function createPlainTable(pool: Pool): Promise<void> {
  await pool.query(`create table plain_records (
    model text not null, id text not null, payload jsonb not null, grant_id text, user_code text, uid text,
    expires_at timestamptz, consumed_at timestamptz, primary key (model, id))`);
  for (const column of ["grant_id", "user_code", "uid"])
    await pool.query(`create index on plain_records (${column}) where ${column} is not null`);
}

interface Row {
  payload: AdapterPayload;
  expires_at: Date | null;
  consumed_at: Date | null;
}

/** The adapter's class, on a pool. */
export function plainAdapter(pool: Pool): AdapterConstructor {
  return class PlainAdapter implements Adapter {
    readonly #model: string;

    constructor(model: string) {
      this.#model = model;
    }

    async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
      const expiresAt = expiresIn > 0 ? new Date(Date.now() + expiresIn * 1000) : null;
      await pool.query(
        `insert into plain_records (model, id, payload, grant_id, user_code, uid, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (model, id) do update set payload = excluded.payload,
           grant_id = excluded.grant_id, user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`,
        [
          ...[this.#model, id, JSON.stringify(payload)],
          ...[payload.grantId ?? null, payload.userCode ?? null, payload.uid ?? null, expiresAt],
        ],
      );
    }

    find(id: string): Promise<AdapterPayload | undefined> {
      return this.#findBy("id", id);
    }

    findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      return this.#findBy("user_code", userCode);
    }

    findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.#findBy("uid", uid);
    }

    async consume(id: string): Promise<void> {
      await pool.query("update plain_records set consumed_at = now() where model = $1 and id = $2", [
        this.#model,
        id,
      ]);
    }

    async destroy(id: string): Promise<void> {
      await pool.query("delete from plain_records where model = $1 and id = $2", [this.#model, id]);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      await pool.query("delete from plain_records where model = $1 and grant_id = $2", [
        this.#model,
        grantId,
      ]);
    }

    async #findBy(column: string, value: string): Promise<AdapterPayload | undefined> {
      const { rows } = await pool.query<Row>(
        `select payload, expires_at, consumed_at from plain_records where model = $1 and ${column} = $2`,
        [this.#model, value],
      );
      const [row] = rows;
      if (row === undefined || (row.expires_at !== null && row.expires_at.getTime() < Date.now()))
        return undefined;
      return { ...row.payload, ...(row.consumed_at === null ? {} : { consumed: true }) };
    }
  };
}
