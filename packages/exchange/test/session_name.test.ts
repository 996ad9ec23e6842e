// RoleSessionName: CloudTrail tells who, in the alphabet STS allows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { roleSessionName } from "../src/index.ts";

test("an e-mail address stays readable", () => {
  assert.equal(roleSessionName("alice@example.com"), "alice@example.com");
});

test("any user name becomes one that STS takes", () => {
  const names = [
    "Zoë Müller",
    "李雷",
    "a",
    "",
    "x".repeat(300),
    "a/b|c\nd",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "😀",
  ];
  for (const name of names) {
    assert.match(roleSessionName(name), /^[A-Za-z0-9_+=,.@-]{2,64}$/, JSON.stringify(name));
  }
  assert.equal(roleSessionName("Zoë Müller"), "Zoe-Muller");
});
