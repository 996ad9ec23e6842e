// Owns "refusals write nothing but their audit event", for every suite that starts a provider: each request of the
// test that is refused is compared with the store as it was before. Requests that overlap are not: one's writes
// would be another's.
import assert from "node:assert/strict";
import type { Database } from "../../src/db/connect.ts";
import { differencesOf, readWholeStore } from "./whole_store.ts";

const stores = new Map<string, Database>();
const plainFetch = globalThis.fetch;
let running = 0;
let started = 0;
let compared = 0;

/** How many refused requests of this process were compared. */
export const comparedRefusals = (): number => compared;

/**
 * Compares the refused requests to some addresses from now on.
 * @param urls addresses of servers on this store; only their origins count
 * @param db a pool of the test's own
 * @returns ends it; call it before the pool is closed
 */
export function compareRefusals(urls: readonly string[], db: Database): () => void {
  const origins = urls.map((url) => new URL(url).origin);
  for (const origin of origins) stores.set(origin, db);
  globalThis.fetch = comparingFetch;
  return () => {
    for (const origin of origins) stores.delete(origin);
  };
}

const comparingFetch: typeof fetch = async (input, init) => {
  const db = stores.get(new URL(input instanceof Request ? input.url : input).origin);
  if (db === undefined) return plainFetch(input, init);
  const alone = running === 0;
  running += 1;
  started += 1;
  const mine = started;
  try {
    const before = alone ? await readWholeStore(db) : undefined;
    const response = await plainFetch(input, init);
    if (before === undefined || started !== mine || !isRefusal(response)) return response;
    const left = differencesOf(before, await readWholeStore(db));
    if (started !== mine) return response;
    compared += 1;
    const url = response.url === "" ? String(input) : response.url;
    assert.deepEqual(left, [], `${init?.method ?? "GET"} ${url} answered ${response.status} and wrote`);
    return response;
  } finally {
    running -= 1;
  }
};

// 5xx are faults, and say nothing of what was decided.
function isRefusal({ status, headers, url }: Response): boolean {
  if (status >= 400 && status < 500) return true;
  const to = headers.get("location");
  if (to === null || status < 300 || status > 399) return false;
  // At an OAuth endpoint the browser carries the refusal to the client (RFC 6749 section 4.1.2.1).
  const { searchParams, hash } = new URL(to, url === "" ? "http://localhost" : url);
  return searchParams.has("error") || new URLSearchParams(hash.slice(1)).has("error");
}
