// Owns the defences of consents that are remembered.
import type { Defence } from "./defence.ts";

const test = "test/provider/interactions/consent.test.ts";
const store = "src/provider/sessions/consent_store.ts";

export const defences: readonly Defence[] = [
  {
    id: "consent-taken-back-with-the-grant",
    promise: "Whoever takes back what an application had takes back the consent too: it asks anew.",
    file: "src/provider/sessions/grant_store.ts",
    find: "  if (tenantId !== null) {\n    await deleteConsents(",
    replace: "  if (tenantId === undefined) {\n    await deleteConsents(",
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
    find: "  await deleteConsents(trx, { session_uid_hash: uidHash });\n",
    replace: "",
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
];
