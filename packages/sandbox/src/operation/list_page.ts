// Cuts lists into pages. A token carries the offset and is bound to the list it was given for,
// so that a token of another list, account or filter is refused instead of skipping entries.

import { createHash } from "node:crypto";
import { refuseInput } from "../models/refusal.ts";
import type { OperationContext } from "./operation.ts";

/** What a caller asked for, by any service's member names. */
export type PageRequest = {
  /** Entries per page at most; the model bounds it. */
  size: number;
  nextToken: string | undefined;
  /** The token's member as the caller knows it, for the refusal, e.g. `nextToken` or `Marker`. */
  tokenMember: string;
  /** Whatever tells this list from others: ids and filters of the request. */
  filter?: unknown;
};

/**
 * The page a token asks for.
 *
 * @returns the entries, and a token when more follow
 * @throws AwsError the service's validation error when the token was not given for this very list
 */
export function cutPage<T>(
  context: Pick<OperationContext, "service" | "operation" | "accountId" | "region">,
  items: readonly T[],
  { size, nextToken, tokenMember, filter }: PageRequest,
): { page: T[]; nextToken?: string } {
  const { service, operation, accountId, region } = context;
  const binding = createHash("sha256")
    .update(JSON.stringify([service, operation, accountId, region, filter ?? null]))
    .digest("base64url")
    .slice(0, 16);
  const start = nextToken === undefined || nextToken === "" ? 0 : readToken(nextToken, binding);
  if (start === undefined) {
    const text = `Value at '${tokenMember}' failed to satisfy constraint: Member must be a token of an earlier answer to the same request`;
    throw refuseInput(service, "constraint", [{ path: tokenMember, text }]);
  }
  const end = start + size;
  const page = items.slice(start, end);
  return end < items.length ? { page, nextToken: writeToken(end, binding) } : { page };
}

function writeToken(offset: number, binding: string): string {
  return Buffer.from(`${binding}${offset}`).toString("base64url");
}

function readToken(token: string, binding: string): number | undefined {
  const text = Buffer.from(token, "base64url").toString();
  const offset = text.slice(binding.length);
  return text.startsWith(binding) && /^[1-9]\d{0,9}$/.test(offset) ? Number(offset) : undefined;
}
