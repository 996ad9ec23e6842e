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

test("the readers of folders, and the clients of folders and probes, are optional peers; the provider brings what it uses itself", () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const sandbox = read("../../package.json");
  const readers = ["htmlparser2", "marked", "unpdf"];
  const clients = ["iam", "identitystore", "qbusiness", "sso-admin", "sso-oidc", "sts"];
  const optional = [...clients.map((name) => `@aws-sdk/client-${name}`), ...readers];
  assert.deepEqual(Object.keys(sandbox.peerDependencies), optional);
  for (const name of optional) assert.deepEqual(sandbox.peerDependenciesMeta[name], { optional: true }, name);
  const { dependencies } = read("../../../../package.json");
  for (const name of readers) assert.equal(dependencies[name], sandbox.peerDependencies[name], name);
  // One range of the AWS SDK, whoever installs it.
  for (const name of Object.keys(dependencies).filter((one) => optional.includes(one)))
    assert.equal(dependencies[name], sandbox.peerDependencies[name], name);
});
