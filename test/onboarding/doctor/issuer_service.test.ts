// How an issuer serves: TLS that nobody trusts, a certificate that ends soon, a name that leads inside; and where the
// doctor does not go, whatever a stranger's document says.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createClearServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import {
  type IssuerObservation,
  observeDocument,
  observeIssuer,
} from "../../../src/onboarding/doctor/issuer_observation.ts";
import {
  checkAddresses,
  checkAlgorithms,
  checkCaching,
  checkTls,
} from "../../../src/onboarding/doctor/issuer_service_checks.ts";
import { complaints } from "./doctor_support.ts";

const nowMs = Date.parse("2026-11-26T12:00:00Z");
const url = "https://login.example.com/.well-known/openid-configuration";
const answer = { url, status: 200, body: "{}", json: {} };
const observed = (change: Partial<IssuerObservation> = {}): IssuerObservation => ({
  issuer: "https://login.example.com",
  discovery: answer,
  misled: answer,
  addresses: ["93.184.215.14"],
  ...change,
});

for (const [code, words] of [
  ["CERT_HAS_EXPIRED", /has expired/],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", /signed by itself/],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /without the certificates between/],
  ["ERR_TLS_CERT_ALTNAME_INVALID", /another host name/],
  ["ERR_SSL_WRONG_VERSION_NUMBER", /TLS fails/],
] as const) {
  test(`a certificate with ${code} is told in words, with cause and fix`, () => {
    const discovery = { ...answer, status: 0, errorCode: code, error: "x" };
    const [told] = checkTls(observed({ discovery }), nowMs);
    assert.equal(told?.outcome, "failed");
    assert.match(told?.message ?? "", words);
    assert.ok(told?.cause && told.fix);
  });
}

test("a certificate that ends within two weeks is a warning, a longer one is well", () => {
  const until = (days: number) =>
    observed({ discovery: { ...answer, certificateUntilMs: nowMs + days * 86_400_000 } });
  assert.deepEqual(complaints(checkTls(until(13), nowMs)), ["warning tls"]);
  assert.match(checkTls(until(13), nowMs)[0]?.message ?? "", /good until 2026-12-09 only/);
  assert.deepEqual(complaints(checkTls(until(40), nowMs)), []);
  assert.deepEqual(checkTls(observed({ issuer: "http://localhost:3000" }), nowMs), []);
});

test("a public name that leads into a private network is told", () => {
  const [told] = checkAddresses(observed({ addresses: ["93.184.215.14", "10.1.2.3"] }));
  assert.equal(told?.outcome, "failed");
  assert.match(
    told?.message ?? "",
    /login\.example\.com leads to 10\.1\.2\.3, which is in a private network/,
  );
  assert.equal(checkAddresses(observed())[0]?.outcome, "passed");
});

test("other algorithms beside RS256 are told, none of them as a fault", () => {
  const supporting = (...named: string[]) =>
    checkAlgorithms({ id_token_signing_alg_values_supported: named });
  assert.deepEqual(
    supporting("RS256", "ES256").map(({ outcome }) => outcome),
    ["information"],
  );
  assert.deepEqual(supporting("ES256"), []);
  assert.equal(checkCaching({ ...answer, cacheControl: "no-store" }).outcome, "passed");
});

test("a certificate nobody signed is met as it is: told, and nothing of the answer believed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tti-doctor-"));
  const [key, certificate] = ["key.pem", "certificate.pem"].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout ${key} -out ${certificate}`;
  assert.equal(spawnSync("openssl", words.split(" ")).status, 0);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, to) =>
    to.end("{}"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const issuer = `https://localhost:${(server.address() as AddressInfo).port}`;
    const observation = await observeIssuer(issuer, systemClock);
    assert.equal(observation.discovery.status, 0);
    assert.deepEqual(complaints(checkTls(observation, Date.now())), ["failed tls"]);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what a public issuer's document names inside our network is not asked for", async () => {
  let asked = 0;
  const server = createClearServer((_, to) => {
    asked += 1;
    to.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"]) {
      const { status, error } = await observeDocument(`http://${host}:${port}/jwks`, "public");
      assert.equal(status, 0, host);
      assert.match(error ?? "", /leads into a private or special network, and was not asked/, host);
    }
    assert.equal(asked, 0);
    assert.equal((await observeDocument(`http://127.0.0.1:${port}/jwks`, "anywhere")).status, 200);
    for (const other of ["file:///etc/passwd", "ftp://example.com/x", "data:application/json,{}"]) {
      assert.equal((await observeDocument(other, "anywhere")).error, "it is no http or https URL");
    }
  } finally {
    server.close();
  }
});

test("an answer without end is not read to its end", async () => {
  let sent = 0;
  const server = createClearServer((_, to) => {
    const part = Buffer.alloc(65_536, " ");
    const pour = () => {
      while (sent < 50_000_000 && !to.destroyed) {
        sent += part.length;
        if (!to.write(part)) return void to.once("drain", pour);
      }
      to.end();
    };
    pour();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { status, error } = await observeDocument(`http://127.0.0.1:${port}/`, "anywhere");
    assert.equal(status, 0);
    assert.match(error ?? "", /larger than 1000000 bytes/);
    assert.ok(sent < 50_000_000);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
