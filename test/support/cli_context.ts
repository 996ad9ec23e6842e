// Owns the context in which tests run operations as an operator at the command line does, who may do everything.
import type { MailContext } from "../../src/admin/operations/mail.ts";
import { systemClock } from "../../src/clock.ts";
import type { Database } from "../../src/db/connect.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import type { TxtResolver } from "../../src/provider/tenants/domain_proof.ts";

/** An operator at a store, for whom no domain has a TXT record, and whose mail stays in the outbox. */
export function cliContext(db: Database): MailContext & { resolveTxt: TxtResolver } {
  const mail = { sendsMail: true, mailPut: () => undefined };
  const who = { actor: "cli:test", may: () => true };
  return {
    db,
    clock: systemClock,
    passwords: createPasswords(),
    ...who,
    ...mail,
    resolveTxt: async () => [],
  };
}
