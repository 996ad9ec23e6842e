// What is read off a foreign call's Authorization header before anything is authenticated: its meaning, and that a header
// which is as long as any list of spaces is read as soon as a short one (counts would show nothing: a slow reading hangs).
import assert from "node:assert/strict";
import { test } from "node:test";
import { readForeignCall } from "../../src/gateway/foreign/foreign_call.ts";

const scope = "AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/athena/aws4_request";
const read = (authorization: string, rawQuery = "") =>
  readForeignCall({ headers: { authorization }, rawQuery });
const athena = { service: "athena", region: "us-east-1", accessKeyId: "AKIAIOSFODNN7EXAMPLE" };

test("the credential stands anywhere among the header's fields", () => {
  for (const header of [
    `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
    `AWS4-HMAC-SHA256 SignedHeaders=host,Credential=${scope},Signature=0`,
    `AWS4-HMAC-SHA256   SignedHeaders=host,  Credential=${scope}`,
  ])
    assert.deepEqual(read(header), athena, header);
  const global = scope.replace("/us-east-1", "");
  assert.equal(read(`AWS4-ECDSA-P256-SHA256 Credential=${global}, Signature=0`)?.region, null);
  assert.deepEqual(read("", `X-Amz-Credential=${encodeURIComponent(scope)}`), athena);
  for (const header of [
    `Bearer Credential=${scope}`,
    `Credential=${scope}`,
    `AWS4-X NoCredential=${scope}`,
    "",
  ])
    assert.equal(read(header), undefined, header);
});

test("a header of a million spaces is read in one pass", () => {
  const spaces = " ".repeat(1_000_000);
  assert.equal(read(`AWS4-x${spaces}x`), undefined);
  assert.equal(read(`AWS4-${"x".repeat(1_000_000)}`), undefined);
  assert.deepEqual(read(`AWS4-x${spaces}Credential=${scope}`), athena);
  assert.equal(read(`AWS4-x ${", Credential=x".repeat(100_000)}`), undefined);
});
