// Owns the defences of consents that are remembered.
import type { Defence } from "./defence.ts";

const test = "test/provider/interactions/consent.test.ts";
const outlived = "test/provider/sessions/outlived_by_nothing.test.ts";
const inFlight = "test/security/ended_in_flight.test.ts";
const store = "src/provider/sessions/consent_store.ts";

export const defences: readonly Defence[] = [
  {
    id: "consent-taken-back-with-the-grant",
    promise: "Whoever takes back what an application had takes back the consent too: it asks anew.",
    file: "src/provider/sessions/grant_store.ts",
    find: "if (tenantId === null) return;\n    await deleteConsents(",
    replace: "if (tenantId !== undefined) return;\n    await deleteConsents(",
    test,
    name: "taken back by the grant",
  },
  {
    id: "consent-of-what-ended-stands-no-more",
    promise:
      "A consent of a person, membership, application or organization that ended and came back stands no more.",
    file: store,
    find: "where a.id = k.account_id and a.sign_in_generation = k.sign_in_generation)",
    replace: "where a.id = k.account_id)",
    test,
    name: "signed out everywhere",
  },
  {
    id: "consent-ends-with-its-session",
    promise: "Who ends a browser session takes back what was consented to in it.",
    file: "src/provider/sessions/session_store.ts",
    find: "const forget = () => deleteConsents(trx, { session_uid_hash: uidHash });",
    replace: "const forget = async () => 0;",
    test,
    name: "the session it was given in",
  },
  {
    id: "consent-by-a-standing-login",
    promise: "A consent is remembered only of a login that stands at that moment.",
    file: store,
    find: "where a.id = ? and a.sign_in_generation = ?\n       and exists (",
    replace: "where a.id = ? and a.sign_in_generation = ?\n       or exists (",
    test,
    name: "leaves nothing to remember",
  },
  {
    id: "consent-asks-for-more",
    promise: "What an application asks for beyond what was allowed is asked of the person.",
    file: "src/provider/assembly/remembered_consent.ts",
    find: "  const taken = less(missing, left);",
    replace: "  const taken = missing;",
    test,
    name: "asked for that alone",
  },
  {
    id: "grant-written-only-where-it-is",
    promise: "A sign-in under way brings no grant back that was taken back meanwhile.",
    cve: [14],
    file: "src/provider/storage/adapter.ts",
    find: "foundRecordGone[model] !== undefined && isFoundRecord()",
    replace: "foundRecordGone[model] !== undefined && isFoundRecord() && expiresIn === -1",
    test: inFlight,
    name: "a consent taken back",
  },
  {
    id: "consent-asks-for-its-grant",
    promise: "A consent is remembered only while its grant stands, also where both change at one moment.",
    file: store,
    find: '"for key share of a, g"',
    replace: '"for key share of a"',
    test: outlived,
    name: "taking it back",
  },
  {
    id: "consent-forgotten-once-more",
    promise: "What is remembered of a grant until the very moment it goes is forgotten with it.",
    file: "src/provider/sessions/grant_store.ts",
    find: "const consents = before + (await deleteConsents(trx, which));",
    replace: "const consents = before;",
    test: outlived,
    name: "taking it back",
  },
  {
    id: "erased-after-what-is-written",
    promise: "Whoever erases a person comes after everything that is written of them, or before it.",
    file: "src/provider/sessions/end_rights_store.ts",
    find: '  await db("accounts").where("id", accountId).forUpdate().first("id");\n',
    replace: "",
    test: outlived,
    name: "outlive",
  },
  {
    id: "login-asks-for-its-person",
    promise: "No login is recorded of a person who is erased at that moment.",
    file: "src/provider/sessions/voucher_store.ts",
    find: 'isPostgres(db) ? "for key share of a" : ""',
    replace: '""',
    test: outlived,
    name: "a login does not outlive",
  },
];
