// Owns the defences of calls that name an Idempotency-Key.
import type { Defence } from "./defence.ts";

const test = "test/admin/repeats/repeated_calls.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "a-named-call-is-done-once",
    promise:
      "A call under an Idempotency-Key is done once, however many send it at once, on whichever instance.",
    file: "src/admin/repeats/repeated_call_store.ts",
    find: "(repeated_calls.sealed_answer is null and repeated_calls.claimed_until_ms <= ?)",
    replace: "(repeated_calls.sealed_answer is null and repeated_calls.claimed_until_ms > ?)",
    test,
  },
  {
    id: "a-named-call-that-lost-its-claim-does-nothing",
    promise: "Who was too slow with a call that somebody else has taken up changes nothing.",
    file: "src/admin/repeats/repeated_call.ts",
    find: "if (!(await saveAnswer(trx, { idHash, claim, sealedAnswer }))) throw inProgress();",
    replace: "await saveAnswer(trx, { idHash, claim, sealedAnswer });",
    test,
    name: "free after a minute",
  },
  {
    id: "kept-answers-go-with-the-person",
    promise: "No answer that is kept to be told again tells of a person who was erased.",
    file: "src/provider/sessions/end_rights_store.ts",
    find: "await forgetAnswersTelling(db, accountId);",
    replace: "void forgetAnswersTelling;",
    test,
    name: "forgets it with the person",
  },
  {
    id: "kept-answers-go-with-the-address",
    promise: "No answer that is kept to be told again tells the address that a person had before.",
    file: "src/provider/accounts/account_address_store.ts",
    find: "await forgetAnswersTelling(trx, id);",
    replace: "void forgetAnswersTelling;",
    test,
    name: "another address",
  },
  {
    id: "a-forgotten-answer-frees-no-key",
    promise: "A call whose answer is kept no more is not done again under its key.",
    file: "src/provider/accounts/kept_answers_store.ts",
    find: ".update({ sealed_answer: forgottenAnswer });",
    replace: ".update({ sealed_answer: null });",
    test,
    name: "forgets it with the person",
  },
  {
    id: "kept-answers-are-sealed",
    promise: "An answer that is kept to be told again, and the secret in it, cannot be read from the store.",
    file: "src/admin/repeats/answer_seals.ts",
    find: "seal: (idHash, answer) =>",
    replace:
      "seal: async (idHash, answer) => idHash === '' ? '' : JSON.stringify(answer),\n    sealed: async (idHash, answer) =>",
    test,
    name: "answers the same again",
  },
];
