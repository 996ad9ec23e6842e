// Owns using up a code together with saving what it gives. The library uses the code up, then saves token after token, then signs:
// whatever fails in between, or a process that ends there, leaves a used code and a caller who is told to try again, which is a
// reuse then. Here its writes are held until all is made and signed, and done as one.
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";
import { type AdapterPayload, errors, type KoaContextWithOIDC } from "oidc-provider";
import { keptByProvider } from "./internals.ts";
import { tellingStoreTrouble } from "./token_error.ts";

/** A record the library writes. */
export interface HeldRecord {
  model: string;
  id: string;
  payload: AdapterPayload;
  /** Epoch milliseconds; null: it does not end. */
  expiresAtMs: number | null;
}

/** A code that is used up, and what is to be done where somebody else did meanwhile. */
export interface HeldUse {
  model: string;
  id: string;
  /** What the caller is answered then. */
  refusal: () => Error;
  /** Ends what was given for the code. */
  endFamily: () => Promise<void>;
}

/** What one request writes. */
export interface HeldWrites {
  used?: HeldUse;
  given: HeldRecord[];
}

const held = new AsyncLocalStorage<HeldWrites>();

/**
 * Holds that a code is used until the request has made all of its answer.
 * @returns false if nothing is held here: then it is to be done at once
 */
export function holdUse(use: HeldUse): boolean {
  const writes = held.getStore();
  if (writes === undefined) return false;
  if (writes.used !== undefined) throw new Error("a request uses one code");
  writes.used = use;
  return true;
}

/** Holds a record that is given for a code, as {@link holdUse} does. */
export function holdRecord(record: HeldRecord): boolean {
  const writes = held.getStore();
  // Before anything is used up there is nothing to wait for.
  if (writes?.used === undefined) return false;
  writes.given.push(record);
  return true;
}

/**
 * Has some grants of the library write at once.
 * @param grants names of grants that the library handles
 * @param write does all of it or nothing, and says what was given: undefined of a request that was refused.
 *   @returns whether this request was the first to use the code; if not, nothing was written
 */
export function redeemInOneWrite(
  provider: Provider,
  grants: readonly string[],
  write: (
    used: HeldUse,
    given: readonly HeldRecord[],
    ctx: KoaContextWithOIDC | undefined,
  ) => Promise<boolean>,
): void {
  const { grantTypeHandlers } = keptByProvider(provider);
  for (const grant of grants) {
    const handler = grantTypeHandlers.get(grant);
    if (handler === undefined) continue;
    grantTypeHandlers.set(grant, async (ctx) => {
      const writes: HeldWrites = { given: [] };
      const refusal = await held.run(writes, () => handler(ctx)).then(() => undefined, refusalOf);
      const { used, given } = writes;
      if (used !== undefined) {
        const isFirst = await tellingStoreTrouble(write(used, given, refusal ? undefined : ctx));
        if (!isFirst) {
          await tellingStoreTrouble(used.endFamily());
          throw used.refusal();
        }
      }
      if (refusal !== undefined) throw refusal;
    });
  }
}

// What is refused once a code was shown is refused for good, and the code used up; what failed by our fault is as if it had
// not been shown.
function refusalOf(error: unknown): Error {
  if (error instanceof errors.OIDCProviderError && error.statusCode < 500) return error;
  throw error;
}
