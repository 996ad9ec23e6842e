// Owns the context in which tests run operations as an operator at the command line does, who may do everything.
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { systemClock } from "../../src/clock.ts";
import type { Database } from "../../src/db/connect.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { TxtResolver } from "../../src/provider/tenants/domain_proof.ts";

/** An operator at a store, for whom no domain has a TXT record. */
export function cliContext(db: Database): OperationContext & { resolveTxt: TxtResolver } {
  const who = { actor: "cli:test", may: () => true };
  return { db, clock: systemClock, passwords: createPasswords(), ...who, resolveTxt: async () => [] };
}
