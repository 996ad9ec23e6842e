// Owns oidc-provider's storage contract over the record store. The library checks, then writes; here the
// write itself is the check, and a caller that comes second is refused.
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from "oidc-provider";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { clientServed, generationServed } from "../library/client_generation.ts";
import { servesDevicePages } from "../library/device_codes.ts";
import { isFoundRecord } from "../library/found_records.ts";
import { holdCode } from "../library/held_code.ts";
import { holdRecord, holdUse } from "../library/one_write.ts";
import { isWrittenAgain, SessionGone } from "../library/session_ids.ts";
import { tellingStoreTrouble } from "../library/token_error.ts";
import { changeDeviceCode } from "./device_code_store.ts";
import { deleteSessionOfId } from "./ended_records.ts";
import type { RecordPayload } from "./record_payload.ts";
import {
  createRecordReader,
  findRecordByUserCode,
  findReferredRecord,
  type RecordReader,
} from "./record_reader_store.ts";
import { hashInReference } from "./record_reference.ts";
import {
  clientOf,
  consumeRecord,
  createRecordOnce,
  deleteFamilyOfRecord,
  deleteRecord,
  deleteRecordsOfGrant,
  replaceRecord,
  saveRecord,
} from "./record_store.ts";

/** What the adapter needs. */
export interface AdapterDeps {
  db: Database;
  clock: Clock;
  /** Reads a relying party's metadata by its client id. */
  findClientMetadata(clientId: string): Promise<AdapterPayload | undefined>;
  /** Told of each grant that is read, for whoever records what became of a request. */
  onGrant?(grant: AdapterPayload): void;
  /** Told of each session that was ended, once applications that have to be told are put in. */
  onLogout?(): void;
}

/**
 * Makes the storage oidc-provider uses.
 *
 * Beyond its contract: `consume` throws `invalid_grant` and revokes the whole grant when the record was used
 * before (RFC 6749 section 4.1.2, RFC 9700 section 4.14.2), and a ReplayDetection record can be saved once.
 */
export function createAdapterFactory(deps: AdapterDeps): AdapterFactory {
  const read = createRecordReader(deps.db);
  return (model) => bounded(model === "Client" ? clientAdapter(deps) : recordAdapter(deps, model, read));
}

// Every way of the library to the store leads through here.
function bounded(adapter: Adapter): Adapter {
  return {
    upsert: (...args) => tellingStoreTrouble(adapter.upsert(...args)),
    find: (...args) => tellingStoreTrouble(adapter.find(...args)),
    findByUid: (...args) => tellingStoreTrouble(adapter.findByUid(...args)),
    findByUserCode: (...args) => tellingStoreTrouble(adapter.findByUserCode(...args)),
    consume: (...args) => tellingStoreTrouble(adapter.consume(...args)),
    destroy: (...args) => tellingStoreTrouble(adapter.destroy(...args)),
    revokeByGrantId: (...args) => tellingStoreTrouble(adapter.revokeByGrantId(...args)),
  };
}

function recordAdapter(
  { db, clock, onGrant, onLogout }: AdapterDeps,
  model: string,
  read: RecordReader,
): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      const expiresAtMs = expiresIn === undefined ? null : clock().getTime() + expiresIn * 1000;
      if (model === "DeviceCode" && hashInReference(id) !== undefined) {
        if (await changeDeviceCode(db, id, payload)) return;
        throw new errors.InvalidRequest("the code has already been used");
      }
      if (model === "Session" && isWrittenAgain()) {
        if (await replaceRecord(db, model, id, payload, expiresAtMs)) return;
        throw new SessionGone("the session is over, or has another id");
      }
      if (foundRecordGone[model] !== undefined && isFoundRecord()) {
        if (await replaceRecord(db, model, id, payload, expiresAtMs)) return;
        throw foundRecordGone[model]();
      }
      if (model !== "ReplayDetection") {
        const whole = inItsGeneration(model, payload);
        if (model === "AuthorizationCode" && holdCode({ model, id, payload: whole, expiresAtMs })) return;
        if (givenForCodes.includes(model) && holdRecord({ model, id, payload: whole, expiresAtMs })) return;
        return saveRecord(db, model, id, whole, expiresAtMs);
      }
      if (await createRecordOnce(db, model, id, payload, expiresAtMs)) return;
      throw new errors.InvalidRequest("this assertion was used before");
    },
    async find(id) {
      // What stands in the store is no code: only where a person goes on with one is it found by that.
      const found =
        model === "DeviceCode" && servesDevicePages()
          ? await findReferredRecord(db, model, id)
          : await read.byId(model, id);
      if (model === "Grant" && found) onGrant?.(found);
      return found;
    },
    findByUid: (uid) => read.byUid(model, uid),
    findByUserCode: (userCode) => findRecordByUserCode(db, model, userCode),
    async consume(id) {
      const endFamily = () => deleteFamilyOfRecord(db, model, id);
      const refusal = () => new errors.InvalidGrant(alreadyUsed[model] ?? "already used");
      if (holdUse({ model, id, refusal, endFamily })) return;
      if (await consumeRecord(db, model, id, clock().getTime())) return;
      // Nothing came of it that could be ended: who came first has the code.
      if (model === "PushedAuthorizationRequest") {
        throw new errors.InvalidRequestUri("request_uri is invalid, expired, or was already used");
      }
      await endFamily();
      throw refusal();
    },
    async destroy(id) {
      if (model === "Session") {
        await db.transaction((trx) => deleteSessionOfId(trx, id, clock()));
        return onLogout?.();
      }
      // What ends an interaction goes on with its answer: of any number of resumes one does.
      if ((await deleteRecord(db, model, id)) || model !== "Interaction") return;
      throw new errors.SessionNotFound("this sign-in was continued already");
    },
    revokeByGrantId: (grantId) => deleteRecordsOfGrant(db, model, grantId),
  };
}

const givenForCodes = ["AccessToken", "RefreshToken"];

// What was made earlier, or with its client at hand, says so itself.
function inItsGeneration(model: string, payload: RecordPayload): RecordPayload {
  if (model === "PushedAuthorizationRequest") return ofWhoPushed(payload);
  const clientId = clientOf(payload);
  if (clientId === null || payload.clientGeneration !== undefined) return payload;
  const clientGeneration = generationServed(clientId, model);
  return clientGeneration === undefined ? payload : { ...payload, clientGeneration };
}

// The library's own record names the client only inside of the request: it would outlive the client.
function ofWhoPushed(payload: RecordPayload): RecordPayload {
  const served = clientServed();
  if (served === undefined) return payload;
  return { ...payload, clientId: served.clientId, clientGeneration: served.generation };
}

// What somebody ended meanwhile is refused as if it had not been given.
const foundRecordGone: Readonly<Record<string, () => Error>> = {
  Grant: () => new errors.AccessDenied("what was allowed was taken back meanwhile"),
  Interaction: () => new errors.SessionNotFound("this sign-in is over"),
};

// In the library's own words, so that a race and a plain replay read the same.
const alreadyUsed: Readonly<Record<string, string>> = {
  AuthorizationCode: "authorization code already consumed",
  RefreshToken: "refresh token already used",
  DeviceCode: "device code already consumed",
};

// Relying parties are administered elsewhere; the library only reads them.
function clientAdapter({ findClientMetadata }: AdapterDeps): Adapter {
  const refuse = async (): Promise<never> => {
    throw new Error("oidc-provider must not write clients");
  };
  return {
    find: findClientMetadata,
    upsert: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}
