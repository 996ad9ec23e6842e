// Cuts lists into pages. A token carries the offset and is bound to the list it was given for,
// so that a token of another list, account or filter is refused instead of skipping entries.

import { createHash } from "node:crypto";
import { refuseInput } from "../models/refusal.ts";
import type { OperationContext, OperationData } from "./operation.ts";

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
function cutPage<T>(
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

/** How a service spells a list: members of its input and output. */
export type PageWords = {
  size: string;
  token: string;
  next: string;
  /** Says whether more follows, where the service says so. */
  truncated?: string;
  /** The token as the service's messages name it. */
  told: string;
};

/** What one list is. */
export type ListOf<Item> = {
  /** Member of the output. */
  as: string;
  show(item: Item): unknown;
  /** Entries of a page when the caller does not say; default 100. */
  usual?: number;
  /** Entries of a page at most, whatever the caller says. */
  most?: number;
  /** Whatever tells this list from others: ids and filters of the request. */
  filter?: unknown;
};

/**
 * The lists of a service, in its own words.
 *
 * @returns a function that answers one page of a list; it throws as {@link cutPage} does
 */
export function listing({ size, token, next, truncated, told }: PageWords) {
  return <Item>(
    context: OperationContext,
    input: OperationData,
    items: readonly Item[],
    { as, show, usual = 100, most = Number.POSITIVE_INFINITY, filter }: ListOf<Item>,
  ): OperationData => {
    const { [size]: asked, [token]: given } = input;
    const cut = cutPage(context, items, {
      size: typeof asked === "number" ? Math.min(asked, most) : usual,
      nextToken: typeof given === "string" ? given : undefined,
      tokenMember: told,
      filter,
    });
    return {
      [as]: cut.page.map((item) => show(item)),
      [next]: cut.nextToken,
      ...(truncated !== undefined && { [truncated]: cut.nextToken !== undefined }),
    };
  };
}

function writeToken(offset: number, binding: string): string {
  return Buffer.from(`${binding}${offset}`).toString("base64url");
}

function readToken(token: string, binding: string): number | undefined {
  const text = Buffer.from(token, "base64url").toString();
  const offset = text.slice(binding.length);
  return text.startsWith(binding) && /^[1-9]\d{0,9}$/.test(offset) ? Number(offset) : undefined;
}
