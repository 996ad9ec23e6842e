// A package that only some uses need is named, with how to get it, by the use that misses it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadOptional, MissingPackageError } from "../../src/ground/optional_package.ts";

const load = (name: string) => () => import(name) as Promise<unknown>;

test("a missing package is named with what needs it and how to install it", async () => {
  await assert.rejects(loadOptional("no-such-reader", "Reading runes", load("no-such-reader")), (error) => {
    assert.ok(error instanceof MissingPackageError);
    assert.equal(
      error.message,
      "Reading runes needs the package no-such-reader, which is not installed. Install it: npm install no-such-reader.",
    );
    return true;
  });
});

test("what else goes wrong while loading is not hidden", async () => {
  await assert.rejects(loadOptional("no-such-reader", "Reading", load("other-missing")), /other-missing/);
  const broken = () => Promise.reject(new TypeError("broken"));
  await assert.rejects(loadOptional("x", "Reading", broken), TypeError);
  assert.equal(await loadOptional("x", "Reading", async () => 7), 7);
});

test("the readers and the client of folders are optional peers, and the provider brings the readers", () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const sandbox = read("../../package.json");
  const optional = ["@aws-sdk/client-qbusiness", "htmlparser2", "marked", "unpdf"];
  assert.deepEqual(Object.keys(sandbox.peerDependencies), optional);
  for (const name of optional) assert.deepEqual(sandbox.peerDependenciesMeta[name], { optional: true }, name);
  const { dependencies } = read("../../../../package.json");
  for (const name of optional) assert.equal(dependencies[name], sandbox.peerDependencies[name], name);
});
