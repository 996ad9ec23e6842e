// Expects a call to be refused: AWS's name and status on the wire, the rule, reason and fix in the sandbox's log.
import assert from "node:assert/strict";
import type { RequestRecord, Sandbox } from "../../src/index.ts";
import { lastRequest } from "./world.ts";

export type ExpectedRefusal = {
  name: string;
  status: number;
  rule: string;
  error?: string;
  description?: string;
};

/** @returns the log's record of the refused request */
export async function assertRefused(
  sandbox: Sandbox,
  call: Promise<unknown>,
  expected: ExpectedRefusal,
): Promise<RequestRecord> {
  await assert.rejects(call, (error: ServiceError) => {
    assert.equal(error.name, expected.name);
    assert.equal(error.$metadata?.httpStatusCode, expected.status);
    if (expected.error !== undefined) assert.equal(error.error, expected.error);
    if (expected.description !== undefined) assert.equal(error.error_description, expected.description);
    return true;
  });
  const record = lastRequest(sandbox);
  assert.equal(record.rule, expected.rule, record.reason ?? "");
  assert.ok(record.reason, "the log says why");
  assert.ok(record.fix, "the log says what to do");
  assert.equal(record.checks.at(-1)?.passed, false);
  return record;
}

type ServiceError = {
  name?: string;
  error?: string;
  error_description?: string;
  $metadata?: { httpStatusCode?: number };
};
