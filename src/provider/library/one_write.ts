// Owns using up a code together with saving what it gives. The library uses the code up, then saves token after token, then signs:
// whatever fails in between, or a process that ends there, leaves a used code and a caller who is told to try again, which is a
// reuse then. Here its writes are held until all is made and signed, and done in one transaction.
import { AsyncLocalStorage } from "node:async_hooks";
import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { keptByProvider } from "./internals.ts";
import { tellingStoreTrouble } from "./token_error.ts";

/** A write of the library's, done in the transaction it is given. */
export type HeldWrite = (trx: Database) => Promise<void>;

const held = new AsyncLocalStorage<HeldWrite[]>();

/**
 * Holds a write until the request has made all of its answer.
 * @returns false if nothing is held here: then it is to be done at once
 */
export function holdWrite(write: HeldWrite): boolean {
  const writes = held.getStore();
  writes?.push(write);
  return writes !== undefined;
}

/** A code that somebody else used up meanwhile. Thrown by a held write; whatever was written with it is taken back. */
export class CodeUsed extends Error {
  readonly refusal: Error;
  readonly endFamily: () => Promise<void>;

  /**
   * @param refusal what the caller is answered
   * @param endFamily ends what was given for the code, once the transaction is taken back
   */
  constructor(refusal: Error, endFamily: () => Promise<void>) {
    super("the code was used meanwhile");
    this.refusal = refusal;
    this.endFamily = endFamily;
  }
}

/**
 * Has some grants of the library write at once.
 * @param grants names of grants that the library handles
 * @param deps.record records what was given, in the same transaction
 */
export function redeemInOneWrite(
  provider: Provider,
  grants: readonly string[],
  { db, record }: { db: Database; record(trx: Database, ctx: KoaContextWithOIDC): Promise<void> },
): void {
  const { grantTypeHandlers } = keptByProvider(provider);
  for (const grant of grants) {
    const handler = grantTypeHandlers.get(grant);
    if (handler === undefined) continue;
    grantTypeHandlers.set(grant, async (ctx) => {
      const writes: HeldWrite[] = [];
      const refusal = await held.run(writes, () => handler(ctx)).then(() => undefined, refusalOf);
      await tellingStoreTrouble(writeAll(db, writes, (trx) => (refusal ? undefined : record(trx, ctx))));
      if (refusal !== undefined) throw refusal;
    });
  }
}

async function writeAll(
  db: Database,
  writes: readonly HeldWrite[],
  record: (trx: Database) => Promise<void> | undefined,
): Promise<void> {
  if (writes.length === 0) return;
  try {
    await db.transaction(async (trx) => {
      for (const write of writes) await write(trx);
      await record(trx);
    });
  } catch (error) {
    if (!(error instanceof CodeUsed)) throw error;
    await error.endFamily();
    throw error.refusal;
  }
}

// What is refused once a code was shown is refused for good, and the code used up; what failed by our fault is as if it had
// not been shown.
function refusalOf(error: unknown): Error {
  if (error instanceof errors.OIDCProviderError && error.statusCode < 500) return error;
  throw error;
}
