// An issuer's keys in the client: outages, additions, doubles, wrong kinds and clocks, each with its own code; and
// nobody's token costs anybody else's.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { type TestContext, test } from "node:test";
import { exportJWK } from "jose";
import { freshMs, IssuerKeys, staleIfErrorMs } from "../src/id_token/issuer_keys.ts";
import { type KeyServer, newPair, type SigningPair, startKeyServer } from "./support/key_server.ts";

const alice = { tenantId: "acme", user: "alice" };
const mallory = { tenantId: "acme", user: "mallory" };
const first = await newPair();
const second = await newPair();
const published = (kid: string, { jwk }: SigningPair, more: object = {}) => ({ ...jwk, kid, ...more });

interface Scene {
  readonly server: KeyServer;
  readonly keys: IssuerKeys;
  pass(ms: number): void;
  /** The code the verification ends with; undefined if it verifies. */
  codeFor(kid: string, signer: SigningPair, caller?: typeof alice): Promise<string | undefined>;
}

async function startScene(t: TestContext, options: { readonly jwksUri?: string } = {}): Promise<Scene> {
  const server = await startKeyServer(t);
  server.keys = [published("one", first)];
  let nowMs = 5_000_000;
  const keys = new IssuerKeys({
    issuer: server.issuer,
    clock: () => new Date(),
    now: () => nowMs,
    ...options,
  });
  const codeFor: Scene["codeFor"] = async (kid, signer, caller = alice) =>
    keys.verify(await server.token(kid, signer), caller).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
  return { server, keys, pass: (ms) => (nowMs += ms), codeFor };
}

test("one fetch serves every caller until the keys are old", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => codeFor("one", first))), [
    undefined,
    undefined,
    undefined,
  ]);
  pass(freshMs - 1);
  await codeFor("one", first);
  assert.equal(server.asked, 1);
  pass(1);
  await codeFor("one", first);
  assert.equal(server.asked, 2);
});

test("not found, ambiguous, unusable, does not verify, unreachable and wrong documents are different answers", async (t) => {
  const { server, codeFor } = await startScene(t);
  assert.equal(await codeFor("one", second), "id_token_signature");
  assert.equal(await codeFor("other", second), "id_token_key_not_found");

  const ec = await exportJWK(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
  const { privateKey } = first;
  const short = await newPair(1024);
  const scenes: readonly [unknown[], string | undefined][] = [
    [[published("one", first), published("one", second)], "id_token_key_ambiguous"],
    // One key listed twice is one key, and a stranger under the same kid is no key for this token.
    [[published("one", first), published("one", first, { alg: "RS256" })], undefined],
    [[published("one", first), { ...ec, kid: "one" }], undefined],
    [[null, 7, "key", {}, published("one", first)], undefined],
    [[{ ...ec, kid: "one" }], "id_token_key_unusable"],
    [[published("one", first, { use: "enc" })], "id_token_key_unusable"],
    [[published("one", first, { alg: "PS256" })], "id_token_key_unusable"],
    [[published("one", first, { key_ops: ["sign"] })], "id_token_key_unusable"],
    [[published("one", first, { n: "AA", e: "?" })], "id_token_key_unusable"],
    [[published("one", first, { n: undefined })], "id_token_key_unusable"],
    [[published("one", short)], "id_token_key_unusable"],
    [[{ ...(await exportJWK(privateKey)), kid: "one" }], "id_token_key_unusable"],
    [[], "id_token_key_not_found"],
  ];
  for (const [keys, code] of scenes) {
    const scene = await startScene(t);
    scene.server.keys = keys;
    const asked = JSON.stringify(keys).slice(0, 200);
    assert.equal(await scene.codeFor("one", first), code, asked);
  }

  const answers: readonly [KeyServer["answer"], string][] = [
    [(response) => response.socket?.destroy(), "id_token_keys_unavailable"],
    [(response) => void response.writeHead(503).end("{}"), "id_token_keys_unavailable"],
    [(response) => void response.writeHead(429).end("{}"), "id_token_keys_unavailable"],
    [(response) => void response.writeHead(404).end("{}"), "id_token_keys_invalid"],
    [(response) => void response.end("<html>"), "id_token_keys_invalid"],
    [(response) => void response.end('{"keys":{}}'), "id_token_keys_invalid"],
    [(response) => void response.end("[]"), "id_token_keys_invalid"],
    [(response) => void response.end(`{"keys":[],"pad":"${"x".repeat(600_000)}"}`), "id_token_keys_invalid"],
  ];
  for (const [answer, code] of answers) {
    const scene = await startScene(t);
    scene.server.answer = answer;
    assert.equal(await scene.codeFor("one", first), code, String(answer));
  }
  const scene = await startScene(t);
  scene.server.discovery = (response) =>
    void response.end(JSON.stringify({ issuer: `${scene.server.issuer}/`, jwks_uri: scene.server.issuer }));
  assert.equal(await scene.codeFor("one", first), "id_token_keys_invalid");
  assert.equal(server.asked > 0, true);
});

test("a new key is found at once, and only one fetch is made for everybody who needs it", async (t) => {
  const { server, codeFor } = await startScene(t);
  await codeFor("one", first);
  server.keys = [published("one", first), published("two", second)];
  const callers = Array.from({ length: 20 }, (_, index) => ({ tenantId: "acme", user: `user-${index}` }));
  assert.deepEqual(
    [...new Set(await Promise.all(callers.map((caller) => codeFor("two", second, caller))))],
    [undefined],
  );
  assert.equal(server.asked, 2);
});

test("a key replaced under its old kid is found at once", async (t) => {
  const { server, codeFor } = await startScene(t);
  await codeFor("one", first);
  server.keys = [published("one", second)];
  assert.equal(await codeFor("one", second), undefined);
  assert.equal(await codeFor("one", first), "id_token_signature");
});

test("one caller's foreign tokens cost few fetches, and never another caller's new key", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  for (let index = 0; index < 50; index += 1) {
    assert.equal(await codeFor(`garbage-${index}`, second, mallory), "id_token_key_not_found");
    assert.equal(await codeFor("one", second, mallory), "id_token_signature");
  }
  assert.equal(server.asked, 2, "all of them cost one fetch");
  server.keys = [published("one", first), published("two", second)];
  assert.equal(await codeFor("two", second, alice), undefined);
  assert.equal(server.asked, 3);
  pass(10_000);
  await codeFor("garbage", second, mallory);
  assert.equal(server.asked, 4);
});

test("a caller with a known key does not wait for a fetch somebody's foreign token began", async (t) => {
  const { server, codeFor } = await startScene(t);
  await codeFor("one", first);
  let release: () => unknown = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    server.answer = (response) => {
      release = () => void response.end(JSON.stringify({ keys: server.keys }));
      resolve();
    };
  });
  const foreign = codeFor("garbage", second, mallory);
  await arrived;
  assert.equal(await codeFor("one", first, alice), undefined);
  release();
  assert.equal(await foreign, "id_token_key_not_found");
});

test("through an outage known keys stay good, until they are too old", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  server.answer = (response) => void response.writeHead(503).end();
  server.discovery = server.answer;
  pass(freshMs);
  assert.equal(await codeFor("one", first), undefined);
  assert.equal(await codeFor("two", second), "id_token_keys_unavailable", "it may exist, nobody knows");
  pass(staleIfErrorMs - freshMs - 1);
  assert.equal(await codeFor("one", first), undefined);
  pass(1001);
  assert.equal(await codeFor("one", first), "id_token_keys_unavailable");
});

test("in an outage nobody waits for an issuer that never answers", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  server.answer = (response) => void response.writeHead(503).end();
  pass(freshMs);
  await codeFor("one", first);
  server.answer = () => undefined;
  const before = server.asked;
  pass(30_000);
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => codeFor("one", first))), [
    undefined,
    undefined,
    undefined,
  ]);
  assert.ok(server.asked <= before + 1);
});

test("a wrong answer after good keys is an outage as well", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  server.answer = (response) => void response.end("<html>captive portal</html>");
  pass(freshMs);
  assert.equal(await codeFor("one", first), undefined);
});

test("a key the issuer took back is refused once the keys are fetched again", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  server.keys = [published("two", second)];
  pass(freshMs);
  assert.equal(await codeFor("one", first), "id_token_key_not_found");
});

test("an outage of discovery alone does not hide the key set, and a moved key set is found", async (t) => {
  const { server, codeFor, pass } = await startScene(t);
  await codeFor("one", first);
  server.discovery = (response) => void response.writeHead(500).end();
  server.keys = [published("two", second)];
  pass(freshMs);
  assert.equal(await codeFor("two", second), undefined);
  server.discovery = (response) =>
    void response.end(JSON.stringify({ issuer: server.issuer, jwks_uri: `${server.issuer}/moved` }));
  server.keys = [published("one", first)];
  pass(freshMs);
  assert.equal(await codeFor("one", first), undefined);
});

test("an issuer whose clock differs shows it; a cached answer tells nothing", async (t) => {
  const scene = await startScene(t);
  const said =
    (date: Date, age?: string): KeyServer["answer"] =>
    (response) => {
      if (age !== undefined) response.setHeader("age", age);
      response.setHeader("date", date.toUTCString()).end(JSON.stringify({ keys: scene.server.keys }));
    };
  scene.server.answer = said(new Date(Date.now() - 3_600_000));
  await scene.codeFor("one", first);
  const ahead = scene.keys.issuerAheadSeconds ?? 0;
  assert.ok(ahead < -3590 && ahead > -3610, String(ahead));
  scene.server.answer = said(new Date(Date.now() - 3_600_000), "3600");
  scene.pass(freshMs);
  await scene.codeFor("one", first);
  assert.equal(scene.keys.issuerAheadSeconds, undefined);
});
