// The defences of what was ended: it stays so, whatever a request under way writes afterwards.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "ended-is-a-state",
    promise:
      "What was under way while a person's sign-ins were ended opens nothing: no password, session, code or token.",
    faults: ["S2"],
    cve: [14],
    file: "src/provider/sessions/voucher.ts",
    find: "  if (vouched.generation !== tenant.generation) return false;\n",
    replace: "",
    test: "test/security/ended_in_flight.test.ts",
  },
  {
    id: "ending-begins-a-generation",
    promise:
      "Ending a person's sign-ins makes every earlier one worth nothing, also one that is written later.",
    faults: ["S2"],
    cve: [14],
    file: "src/provider/sessions/end_sign_ins_store.ts",
    find: "  await beginSignInGeneration(db, accountId);\n",
    replace: "  void beginSignInGeneration;\n",
    test: "test/security/ended_in_flight.test.ts",
  },
  {
    id: "ended-membership-stays-ended",
    promise:
      "A membership that was removed and added again brings back nothing that was under way for the former.",
    faults: ["S2"],
    file: "src/provider/sessions/voucher.ts",
    find: "vouched.memberSinceMs !== null && vouched.memberSinceMs !== tenant.memberSinceMs",
    replace: "vouched.memberSinceMs === 0",
    test: "test/provider/sessions/voucher.test.ts",
  },
  {
    id: "ended-login-shows-no-account",
    promise:
      "A browser whose sign-in was ended while it was under way is not signed in at the account page either.",
    faults: ["S2"],
    file: "src/provider/sessions/voucher_store.ts",
    find: "on a.id = v.account_id and a.sign_in_generation = v.sign_in_generation",
    replace: "on a.id = v.account_id",
    test: "test/security/ended_in_flight.test.ts",
  },
  {
    id: "ended-grant-not-brought-back",
    promise:
      "Signing in anew never brings back the grant of a sign-in that was ended, nor a token made from it.",
    faults: ["S2"],
    file: "src/provider/assembly/bind_tenant_to_login.ts",
    find: "  if (kept.generation !== login.generation) return false;\n",
    replace: "",
    test: "test/security/ended_in_flight.test.ts",
  },
  {
    id: "ended-login-is-not-the-last",
    promise: "A login that was ended before it was complete does not count for a presence policy.",
    faults: ["S2"],
    file: "src/provider/tenants/last_login_store.ts",
    find: ", sign_in_generation: of.signIns }",
    replace: "}",
    test: "test/security/ended_in_flight.test.ts",
  },
];
