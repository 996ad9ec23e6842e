// The canonical request against AWS's published example values, and the corners where signers differ.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canonicalRequest,
  sha256Hex,
  signature,
  stringToSign,
} from "../../../src/gateway/sigv4/canonical_request.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SCOPE = { date: "20150830", region: "us-east-1", service: "service" };
const EMPTY = Buffer.alloc(0);

function get(rawPath: string, rawQuery = "") {
  return {
    method: "GET",
    rawPath,
    rawQuery,
    headers: { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" },
    body: EMPTY,
  };
}

function signed(rawPath: string, rawQuery = ""): string {
  const canonical = canonicalRequest(get(rawPath, rawQuery), ["host", "x-amz-date"], sha256Hex(EMPTY));
  return signature(SECRET, SCOPE, stringToSign("20150830T123600Z", SCOPE, canonical));
}

test("AWS's test suite value for a plain GET comes out", () => {
  assert.equal(signed("/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
});

test("a signed header that is not there is empty, also under the name of a member of every object", () => {
  for (const name of ["constructor", "__proto__", "not-there"])
    assert.match(canonicalRequest(get("/"), [name], ""), new RegExp(`^${name}:$`, "m"));
});

test("AWS's test suite value for a query that must be sorted comes out", () => {
  assert.equal(
    signed("/", "Param2=value2&Param1=value1"),
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  );
});

test("a path is encoded once more, with dot segments removed", () => {
  const [, path] = canonicalRequest(get("/a/./b/../c%20d"), [], sha256Hex(EMPTY)).split("\n");
  assert.equal(path, "/a/c%2520d");
});

test("header values are trimmed, inner spaces are joined and several values are listed", () => {
  const request = { ...get("/"), headers: { "my-header": "  a   b ", other: ["x", " y "] } };
  const lines = canonicalRequest(request, ["my-header", "other"], "hash").split("\n");
  assert.deepEqual(lines.slice(3, 5), ["my-header:a b", "other:x,y"]);
});
