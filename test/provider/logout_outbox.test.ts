// Applications are told of every session of theirs that ends: by a row of the transaction that ends it, by one instance, again
// until they took it, and never by waiting of the person.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload } from "jose";
import type Provider from "oidc-provider";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { readConfig } from "../../src/config.ts";
import type { Database } from "../../src/db/connect.ts";
import { installationOf } from "../../src/installation.ts";
import { silentLog } from "../../src/log.ts";
import { checkLogouts } from "../../src/onboarding/doctor/logout_checks.ts";
import { buildProvider } from "../../src/provider/assembly/build_provider.ts";
import { logoutPolicy, startLogoutOutbox } from "../../src/provider/assembly/logout_outbox.ts";
import { createClientReader } from "../../src/provider/clients/client_reader.ts";
import { saveClientDisabled } from "../../src/provider/clients/client_store.ts";
import { createOutgoingFetch } from "../../src/provider/edge/outgoing_fetch.ts";
import { endRightsOfClient, endRightsOfTenant } from "../../src/provider/sessions/end_rights_store.ts";
import { endSignIns } from "../../src/provider/sessions/end_sign_ins.ts";
import { endGrant } from "../../src/provider/sessions/grant_store.ts";
import { endSession } from "../../src/provider/sessions/session_store.ts";
import { deleteSessionOfId } from "../../src/provider/storage/ended_records.ts";
import { logoutLife } from "../../src/provider/storage/logout_store.ts";
import { hashRecordId } from "../../src/provider/storage/record_payload.ts";
import { saveRecord } from "../../src/provider/storage/record_store.ts";
import { claimLogout, listLogouts, readLogoutsState } from "../../src/provider/storage/told_logout_store.ts";
import { type StoreKind, storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";
import { addClient, addPerson } from "./support/provider_fixture.ts";

const none = { logouts: 0, clientId: null };
const startMs = Date.now() - (Date.now() % 1000);
const issuer = "http://localhost:1";
const policy = { ...logoutPolicy, intervalMs: 3_600_000 };
const event = "http://schemas.openid.net/event/backchannel-logout";

let receiver: Server;
let uri: string;
const received: { token: string; path: string }[] = [];
let answers: number[] = [];
let held: Promise<void> | undefined;

before(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new URLSearchParams(Buffer.concat(chunks).toString());
    received.push({ token: body.get("logout_token") ?? "", path: request.url ?? "" });
    await held;
    const status = answers.shift() ?? 200;
    response.writeHead(status, "a-word-of-the-application", status === 302 ? { location: "/elsewhere" } : {});
    response.end("a-word-of-the-application");
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  uri = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/logout`;
});
after(() => {
  receiver.closeAllConnections();
  receiver.close();
});

async function providerOn(db: Database, clock: () => Date, allow: string[]): Promise<Provider> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const keys = [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "k" }];
  const config = readConfig({ TTI_CLIENT_ID: "app" });
  return buildProvider(
    installationOf(config, { db, issuer, clock, log: silentLog, secrets: [randomBytes(32)] }),
    { clients: createClientReader(db), fetch: createOutgoingFetch(allow), logoutPut: () => undefined },
    { keys } as Parameters<typeof buildProvider>[2],
  );
}

for (const kind of storeKinds) {
  describe(`logouts in ${kind}`, () => worked(kind));
}

function worked(kind: StoreKind): void {
  let nowMs = startMs;
  let ann: string;
  let provider: Provider;
  const clock = () => new Date(nowMs);
  const store = useStore(kind, async () => {
    ann = (await addPerson(store.db, { email: "ann@acme.example", tenants: ["acme", "globex"] })).id;
    await addClient(store.db, { client_id: "told", backchannel_logout_uri: uri });
    await addClient(store.db, { client_id: "silent" });
    provider = await providerOn(store.db, clock, ["127.0.0.0/8"]);
  });
  const open = (db = store.db, current = provider) =>
    startLogoutOutbox({ db, clock, log: silentLog, current: () => current }, policy);
  const rows = () => listLogouts(store.db, { limit: 100 });
  const whom = async () => (await rows()).map(({ clientId }) => clientId).toSorted();
  /** A session that is signed in to both applications, for one tenant. */
  async function signIn(name = "1", tenantId = "acme"): Promise<void> {
    const authorizations: Record<string, object> = {};
    for (const clientId of ["told", "silent"]) {
      const grantId = `grant-${name}-${clientId}`;
      const grant = { accountId: ann, clientId, tenantId, iat: Math.floor(nowMs / 1000) };
      await saveRecord(store.db, "Grant", grantId, { ...grant, jti: grantId }, nowMs + 1_000_000);
      authorizations[clientId] = { sid: `sid-${name}-${clientId}`, grantId };
    }
    const session = { uid: `uid-${name}`, accountId: ann, authorizations, loginTs: nowMs / 1000 };
    await saveRecord(store.db, "Session", `id-${name}`, { ...session, jti: `id-${name}` }, nowMs + 1_000_000);
  }
  async function listenAt(clientId: string, backchannel_logout_uri: string): Promise<void> {
    const of = store.db("clients").where("client_id", clientId);
    const [{ metadata }] = await of.clone().select("metadata");
    await of
      .clone()
      .update({ metadata: JSON.stringify({ ...JSON.parse(metadata), backchannel_logout_uri }) });
  }
  const signOut = () => store.db.transaction((trx) => deleteSessionOfId(trx, "id-1", clock()));
  const workOff = async (db?: Database, current?: Provider) => {
    const outbox = open(db, current);
    await outbox.work();
    await outbox.stop();
  };
  beforeEach(async () => {
    nowMs = startMs;
    received.length = 0;
    [answers, held] = [[], undefined];
    for (const table of ["logouts", "oidc_records", "ended_sessions", "audit_events"]) {
      await store.db(table).delete();
    }
  });

  const reason = { reason: "account.disabled", actor: "test" } as const;
  const acts: Record<string, (trx: Database) => Promise<unknown>> = {
    "signing out at an application": (trx) => deleteSessionOfId(trx, "id-1", clock()),
    "ending the session": (trx) => endSession(trx, { id: `s_${hashRecordId("uid-1")}` }, clock()),
    "ending all of the person": (trx) => endSignIns(trx, { accountId: ann, ...reason }, clock()),
    "ending the membership": (trx) =>
      endSignIns(trx, { accountId: ann, tenantId: "acme", ...reason }, clock()),
    "disabling the tenant": (trx) => endRightsOfTenant(trx, "acme", clock()),
    "disabling the application": (trx) => endRightsOfClient(trx, "told", clock()),
    "revoking what the application may": (trx) =>
      endGrant(trx, { id: `g_${hashRecordId("grant-1-told")}`, accountId: ann }, clock()),
  };
  for (const [act, run] of Object.entries(acts)) {
    test(`${act} has the application told, with the act or not at all`, async () => {
      await signIn();
      await store.db
        .transaction(async (trx) => {
          await run(trx);
          throw new Error("taken back");
        })
        .catch(() => undefined);
      assert.deepEqual(await whom(), []);
      await store.db.transaction(run);
      assert.deepEqual(await whom(), ["told"], "and not the one that is told of nothing");
      await workOff();
      const { sub, sid } = decodeJwt(received[0]?.token ?? "");
      assert.deepEqual([sub, sid, received.length], [ann, "sid-1-told", 1]);
      assert.deepEqual(await rows(), []);
    });
  }

  test("what ends elsewhere is told to nobody", async () => {
    await signIn("1", "globex");
    await store.db.transaction((trx) => endRightsOfTenant(trx, "acme", clock()));
    await store.db.transaction((trx) =>
      endSignIns(trx, { accountId: ann, tenantId: "acme", ...reason }, clock()),
    );
    await store.db.transaction((trx) => endRightsOfClient(trx, "silent", clock()));
    assert.deepEqual(await whom(), []);
  });

  test("whoever stays signed in in one browser has the others' applications told alone", async () => {
    await signIn("1");
    await signIn("2");
    const all = { accountId: ann, keptSessionUid: "uid-1", ...reason };
    await store.db.transaction((trx) => endSignIns(trx, all, clock()));
    assert.deepEqual(
      (await rows()).map(({ sid }) => sid),
      ["sid-2-told"],
    );
  });

  test("an application that fails twice is told a third time, later each time, by a token made anew", async () => {
    await signIn();
    await signOut();
    answers = [503, 400];
    for (const tries of [1, 2]) {
      await workOff();
      await workOff();
      const [row] = await rows();
      assert.deepEqual([row?.state, row?.attempts], ["waiting", tries]);
      assert.equal(row?.fault, `it answered ${tries === 1 ? 503 : 400}`);
      const { late } = await readLogoutsState(store.db, nowMs);
      assert.deepEqual(late, { clientId: "told", createdAtMs: startMs, fault: row?.fault });
      assert.match(JSON.stringify(checkLogouts({ late, failed: none })), /"warning".*told could not be told/);
      const waitMs = (row?.nextAttemptAtMs ?? 0) - nowMs;
      const most = policy.firstWaitMs * 4 ** (tries - 1);
      assert.ok(waitMs <= most && waitMs >= most * (1 - policy.spread), `${waitMs}`);
      nowMs += waitMs;
    }
    await workOff();
    assert.deepEqual(await rows(), []);
    const tokens = received.map(({ token }) => token);
    const payloads: JWTPayload[] = tokens.map((token) => decodeJwt(token));
    assert.equal(new Set(payloads.map(({ jti }) => jti)).size, 3);
    for (const [at, { iss, aud, iat = 0, exp = 0, events, nonce }] of payloads.entries()) {
      assert.equal(decodeProtectedHeader(tokens[at] ?? "").typ, "logout+jwt");
      assert.deepEqual([iss, aud, nonce], [issuer, "told", undefined]);
      assert.deepEqual(events, { [event]: {} });
      assert.ok(exp > iat && exp - iat <= 120);
    }
  });

  test("what is never taken is given up, told in the trail, and keeps no word of the application", async () => {
    await signIn();
    await signOut();
    let tries = 0;
    for (;;) {
      answers = [500];
      await workOff();
      tries += 1;
      const [row] = await rows();
      if (row?.nextAttemptAtMs == null) break;
      nowMs = row.nextAttemptAtMs;
    }
    assert.equal(tries, policy.mostAttempts);
    assert.ok(nowMs - startMs < logoutLife.worthMs);
    const [row] = await rows();
    assert.deepEqual([row?.state, row?.fault], ["failed", "it answered 500"]);
    const { late, failed } = await readLogoutsState(store.db, nowMs - 1);
    assert.deepEqual([late, failed], [null, { logouts: 1, clientId: "told" }]);
    assert.equal((await readLogoutsState(store.db, nowMs + 1)).failed.logouts, 0);
    assert.equal(checkLogouts({ late, failed }).outcome, "warning");
    const events = await listAuditEvents(store.db, { type: "logout.failed" });
    assert.deepEqual(events.map(({ tenantId }) => tenantId).toSorted(), ["acme", "globex"]);
    assert.deepEqual(events[0]?.details, {
      session: `s_${hashRecordId("uid-1")}`,
      fault: "it answered 500",
      attempts: policy.mostAttempts,
    });
    const kept = JSON.stringify([await store.db("logouts"), await store.db("audit_events")]);
    assert.doesNotMatch(kept, /a-word-of-the-application/);
  });

  test("what no instance told within a day is not told any more", async () => {
    await signIn();
    await signOut();
    nowMs += logoutLife.worthMs;
    await workOff();
    assert.deepEqual([received.length, (await rows())[0]?.state], [0, "failed"]);
  });

  test("of two instances one tells each, and what one had taken when it was killed another tells later", async () => {
    for (let name = 1; name <= 12; name += 1) await signIn(String(name));
    await store.db.transaction((trx) => endSignIns(trx, { accountId: ann, ...reason }, clock()));
    assert.ok(await claimLogout(store.db, { nowMs, leaseMs: policy.leaseMs }), "and then it was killed");
    const boxes = [open(), open(store.openAnother())];
    await Promise.all(boxes.map((box) => box.work()));
    assert.equal(received.length, 11);
    nowMs += policy.leaseMs;
    await Promise.all(boxes.map((box) => box.work()));
    await Promise.all(boxes.map((box) => box.stop()));
    assert.equal(received.length, 12);
    assert.equal(new Set(received.map(({ token }) => decodeJwt(token)["sid"])).size, 12);
  });

  test("a redirect is not followed, and a private network that was not named is not reached", async () => {
    await signIn();
    await signOut();
    answers = [302];
    await workOff();
    assert.deepEqual(
      received.map(({ path }) => path),
      ["/logout"],
    );
    assert.equal((await rows())[0]?.fault, "it cannot be reached, or redirects");
    nowMs += policy.firstWaitMs;
    await workOff(store.db, await providerOn(store.db, clock, []));
    assert.equal(received.length, 1);
    assert.match((await rows())[0]?.fault ?? "", /private or special network, which TTI_ALLOW_NETWORKS/);
  });

  test("who signed in to the application again in the same session meanwhile is not signed out of it", async () => {
    await signIn();
    await store.db.transaction((trx) => endRightsOfTenant(trx, "acme", clock()));
    nowMs += 1_000;
    await signIn("1", "globex");
    await workOff();
    assert.deepEqual([received.length, await rows()], [0, []]);
  });

  test("an application that is disabled is told, one that was deleted or is told no more is not", async () => {
    await signIn();
    await signOut();
    await saveClientDisabled(store.db, "told", true, clock());
    await workOff();
    await saveClientDisabled(store.db, "told", false, clock());
    assert.equal(received.length, 1);
    await signIn();
    await signOut();
    const [{ metadata }] = await store.db("clients").where("client_id", "told").select("metadata");
    await store.db("clients").where("client_id", "told").update({ metadata: '{"client_id":"told"}' });
    await workOff();
    await store.db("clients").where("client_id", "told").update({ metadata });
    assert.deepEqual([received.length, await rows()], [1, []]);
  });

  test("an application that does not answer has its others wait, and none of another application", async () => {
    await listenAt("silent", uri);
    for (let name = 1; name <= 30; name += 1) await signIn(String(name));
    await store.db.transaction((trx) => endSignIns(trx, { accountId: ann, ...reason }, clock()));
    await listenAt("told", "https://10.0.0.1/logout");
    await workOff();
    const left = await rows();
    assert.ok(left.every(({ clientId, nextAttemptAtMs: at }) => clientId === "told" && (at ?? 0) > nowMs));
    assert.equal(left.length, 30);
    const tried = left.reduce((sum, { attempts }) => sum + attempts, 0);
    assert.ok(tried <= policy.atOnce, `${tried} were tried`);
    assert.equal(received.length, 30);
  });
}
