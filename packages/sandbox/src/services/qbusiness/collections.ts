// What applications, indices, retrievers, data sources and data accessors share: made once per clientToken, and listed.

import type { Json } from "../../ground/errors.ts";
import { createOnce } from "../../operation/idempotency.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { type ResourceType, refuseConflict } from "./refuse.ts";

/** Input of every list. */
export type ListInput = { nextToken?: string; maxResults?: number };

/** Lists in Q Business's words. */
export const list = listing({
  size: "maxResults",
  token: "nextToken",
  next: "nextToken",
  told: "nextToken",
});

/**
 * Makes a resource, once for each clientToken of the input.
 *
 * @param create makes it and gives the answer
 * @throws AwsError ConflictException when the token came with other parameters before; what `create` throws
 */
export function createByToken(
  context: OperationContext,
  input: { clientToken?: string },
  type: ResourceType,
  create: () => { [member: string]: Json },
): { [member: string]: Json } {
  const { clientToken, ...parameters } = input;
  const refuseReuse = () =>
    refuseConflict({ type, id: "" }, "The clientToken was used before with different parameters.", {
      rule: "idempotency.parameters",
      why: "The same clientToken was sent before with other parameters.",
      fix: "Use a new clientToken for a new request.",
    });
  return createOnce(context, clientToken, parameters, create, refuseReuse);
}
