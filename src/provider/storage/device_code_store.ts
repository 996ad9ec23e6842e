// Owns the change of a device code: somebody has it in hand, and it is decided. Each once, by one conditional statement: of
// several browsers that go on with one code, one does, and nobody's answer replaces another's.
import type { AdapterPayload } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId, serializePayload } from "./record_payload.ts";
import { hashInReference } from "./record_reference.ts";

// Members of a payload: inside of a text their quotation marks would be escaped.
const isUndecided =
  "replace(payload, '\"accountId\":', '') = payload and replace(payload, '\"error\":', '') = payload";
const isInNobodysHand = "replace(payload, '\"inFlight\":', '') = payload";

/**
 * Writes what became of a device code.
 * @param reference as the record was found by its user code
 * @returns false if somebody else decided it, or has it in hand, or it is gone
 */
export async function changeDeviceCode(
  db: Database,
  reference: string,
  payload: AdapterPayload,
): Promise<boolean> {
  const decides = payload.accountId !== undefined || Reflect.get(payload, "error") !== undefined;
  const { sessionUid } = payload as { sessionUid?: string };
  const hashed = (value: string | undefined) => (value === undefined ? null : hashRecordId(value));
  const rows = await runStatement<{ model: string }>(
    db,
    decides ? "device_code_decide" : "device_code_take",
    `update oidc_records set payload = ?, grant_id_hash = ?, account_id = ?, session_uid_hash = ?
     where model = 'DeviceCode' and id_hash = ? and consumed_at_ms is null
       and ${isUndecided}${decides ? "" : ` and ${isInNobodysHand}`}
     returning model`,
    [
      serializePayload(payload),
      hashed(payload.grantId),
      payload.accountId ?? null,
      hashed(sessionUid),
      hashInReference(reference) ?? "",
    ],
  );
  return rows.length > 0;
}
