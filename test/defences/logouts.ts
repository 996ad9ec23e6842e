// Owns the defences of logouts that applications are told of.
import type { Defence } from "./defence.ts";

const test = "test/provider/logout_outbox.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "logout-put-in-with-the-sessions-end",
    promise: "Applications are told of sessions that end, by rows of the transaction that ends them.",
    file: "src/provider/storage/ended_records.ts",
    find: "  await putLogoutsOfSessions(db, sessionsIn(rows), now);\n  return countModels(rows);",
    replace: "  return countModels(rows);",
    test,
    name: "ending all of the person",
  },
  {
    id: "logout-put-in-where-only-the-grant-ends",
    promise: "Applications are told too where a session goes on and what they had in it ends.",
    file: "src/provider/storage/ended_records.ts",
    find: "  await putLogoutsOfGrants(db, ended, now);\n  return ended;",
    replace: "  return ended;",
    test,
    name: "ending the membership",
  },
  {
    id: "logout-put-in-by-a-sign-out",
    promise: "A sign-out has the other applications told, and waits for none of them.",
    file: "src/provider/storage/ended_records.ts",
    find: "  await putLogoutsOfSessions(trx, sessionsIn(rows), now);\n}",
    replace: "}",
    test,
    name: "signing out at an application",
  },
  {
    id: "logout-told-until-taken",
    promise: "An application that did not take a logout is told again.",
    file: "src/provider/assembly/logout_outbox.ts",
    find: "      return putOff(logout, error);\n",
    replace: "      void putOff;\n",
    test,
    name: "fails twice is told a third time",
  },
  {
    id: "logout-keeps-no-answer",
    promise: "Nothing an application answers to a logout is kept.",
    file: "src/provider/library/logout_tokens.ts",
    find: "{response.status}`);",
    replace: "{response.statusText}`);",
    test,
    name: "keeps no word of the application",
  },
  {
    id: "logout-of-before-signs-nobody-out",
    promise: "A logout of before does not sign out who signed in to the application anew.",
    file: "src/provider/storage/told_logout_store.ts",
    find: "  return iat * 1000 >= createdAtMs;",
    replace: "  return iat * 1000 < createdAtMs;",
    test,
    name: "who signed in to the application again",
  },
];
