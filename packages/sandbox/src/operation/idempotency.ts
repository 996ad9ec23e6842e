// Idempotency tokens (`ClientToken`): the same token with the same parameters gets the first answer again,
// with others it is refused.

import { createHash } from "node:crypto";
import type { AwsError, Json } from "../ground/errors.ts";
import type { OperationContext } from "./operation.ts";

/** How long a token is remembered. AWS publishes no figure; longer only refuses more. */
const rememberedMs = 24 * 3_600_000;

/**
 * Performs a creation once per token.
 *
 * @param token the caller's token; undefined: every call creates
 * @param parameters the input without the token
 * @param create makes the thing and gives the answer, which must be plain JSON
 * @param refuse the error for a token that came with other parameters before
 * @throws AwsError what `refuse` gives, or what `create` throws (a failed creation may be tried again)
 */
export function createOnce<Output extends { [member: string]: Json }>(
  context: OperationContext,
  token: string | undefined,
  parameters: unknown,
  create: () => Output,
  refuse: () => AwsError,
): Output {
  if (token === undefined) return create();
  const { idempotencyRecords } = context.world;
  const nowMs = context.clock().getTime();
  const key = `${context.accountId}|${context.region}|${context.service}:${context.operation}|${token}`;
  const fingerprint = createHash("sha256").update(canonicalJson(parameters)).digest("hex");
  const earlier = idempotencyRecords.get(key);
  if (earlier && nowMs - earlier.createdAtMs < rememberedMs) {
    if (earlier.fingerprint !== fingerprint) throw refuse();
    context.passed("idempotency.parameters", "the first answer is given again");
    return earlier.output as Output;
  }
  const output = create();
  for (const [staleKey, record] of idempotencyRecords) {
    if (nowMs - record.createdAtMs >= rememberedMs) idempotencyRecords.delete(staleKey);
  }
  idempotencyRecords.set(key, { key, fingerprint, output, createdAtMs: nowMs });
  return output;
}

/** JSON whose object members are in order, so that equal parameters have equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
