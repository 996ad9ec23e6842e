// Owns reading the logins of a session together with whoever reads those of another at the same time: a statement for many costs
// about what one for one does. Nothing is cached: who asks is answered by what is read from then on.
import { createBatcher } from "../../db/batch.ts";
import { broughtRows, columnsOf } from "../../db/brought_rows.ts";
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import type { Voucher } from "./voucher.ts";
import {
  listVouchers,
  type SessionKey,
  standingOf,
  standingVouchers,
  type VoucherRow,
} from "./voucher_store.ts";

/** Whose logins are asked for, and when. */
interface Asked {
  session: SessionKey;
  now: Date;
}

/** Lists the logins of a session that stand, as {@link listVouchers} does. */
export type VoucherReader = (session: SessionKey, now: Date) => Promise<Voucher[]>;

/** Makes a reader that shares a statement with whoever asks at the same time. */
export function createVoucherReader(db: Database): VoucherReader {
  const read = createBatcher<Asked, Voucher[]>({
    run: (asked) => listMany(db, asked),
    mostItems: 50,
    mostBatches: 1,
  });
  return (session, now) => read({ session, now });
}

// PostgreSQL only.
const statementForMany = standingVouchers(
  "v.account_id = asked.account_id and v.session_uid_hash = asked.session_uid_hash",
  {
    rows: broughtRows("asked", { account_id: "text", session_uid_hash: "text" }),
    columns: "asked.place",
  },
);

// In the order asked. SQLite, in this process, gains nothing by it.
async function listMany(db: Database, asked: readonly Asked[]): Promise<Voucher[][]> {
  if (asked.length === 1 || !isPostgres(db))
    return Promise.all(asked.map(({ session, now }) => listVouchers(db, session, now)));
  const sessions = asked.map(({ session }) => [session.accountId, hashRecordId(session.sessionUid)]);
  const rows = await runStatement<VoucherRow & { place: number }>(
    db,
    "session_vouchers_list_many",
    statementForMany,
    columnsOf(sessions, 2),
  );
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place));
  return asked.map(({ now }, index) => standingOf(byPlace.get(index + 1) ?? [], now));
}
