// Owns what becomes of a call that names an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): done once, and
// told the same again. A call that fails is not remembered: it wrote nothing, and may be sent again. An answer that tells of
// a person goes with them; the key stays used.
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { forgottenAnswer, savePeopleTold } from "../../provider/accounts/kept_answers_store.ts";
import type { AnswerSeals } from "./answer_seals.ts";
import { claimCall, findCall, releaseCall, saveAnswer } from "./repeated_call_store.ts";

/** A call as its caller named it. */
export interface NamedCall {
  /** Who calls: each has keys of their own. */
  actor: string;
  /** Which of those who had that name: whoever has it by now is told nothing that another was. */
  generation: number;
  key: string;
  method: string;
  path: string;
  body: unknown;
}

/** A call that was taken up. */
export interface TakenCall {
  /**
   * Keeps the answer.
   * @param trx the transaction of the act
   * @throws OperationError repeat_in_progress if somebody else has taken the call up meanwhile
   */
  settle(trx: Database, answer: unknown): Promise<void>;
  /**
   * Gives the call back, as far as it was not settled. While the store does not take that, it is tried again beside
   * whatever comes next: until the claim ends by itself the call could not be sent again.
   */
  release(): Promise<void>;
}

const field = "Idempotency-Key";
/** Together half a minute: after twice that the claim ends by itself. */
const releaseWaitsMs = [500, 1_000, 2_000, 4_000, 8_000, 16_000];
const inQuotes = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"$/;
const bare = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/;

/**
 * Reads the header: a string in quotation marks as the draft has it, or the same without them.
 * @throws OperationError invalid_input
 */
export function parseRepeatKey(header: string): string {
  const key = inQuotes.exec(header.trim())?.[1] ?? bare.exec(header.trim())?.[0];
  if (key !== undefined) return key;
  throw new OperationError("invalid_input", "Idempotency-Key is no key.", {
    field,
    fix: 'Send 1 to 255 visible characters, best a new UUID for each call: Idempotency-Key: "8e03978e-…".',
  });
}

/**
 * Takes a call up, or finds what it was answered.
 * @throws OperationError repeat_differs for another call under the same key, repeat_in_progress, repeat_forgotten
 */
export async function takeUp(
  { db, clock, answerSeals }: { db: Database; clock: Clock; answerSeals: AnswerSeals },
  { actor, generation, key, method, path, body }: NamedCall,
): Promise<TakenCall | { answered: unknown }> {
  const idHash = hashOf([actor, key, ...(generation === 0 ? [] : [String(generation)])]);
  const requestHash = hashOf([method, path, canonical(body)]);
  const claim = randomUUID();
  if (await claimCall(db, { idHash, requestHash, claim }, clock())) {
    return {
      async settle(trx, answer) {
        const sealedAnswer = await answerSeals.seal(idHash, answer);
        if (!(await saveAnswer(trx, { idHash, claim, sealedAnswer }))) throw inProgress();
        await savePeopleTold(trx, idHash, wordsOf(answer));
      },
      release: () =>
        releaseCall(db, idHash, claim).catch(() => {
          void releaseLater(() => releaseCall(db, idHash, claim));
        }),
    };
  }
  const found = await findCall(db, idHash);
  if (found !== undefined && found.requestHash !== requestHash) {
    throw new OperationError("repeat_differs", "Another call had this Idempotency-Key.", { field });
  }
  // Given back between the two statements, it may be sent again at once.
  if (found?.sealedAnswer == null) throw inProgress();
  if (found.sealedAnswer === forgottenAnswer) {
    throw new OperationError(
      "repeat_forgotten",
      "The call was done; its answer told of a person who was erased or got another address.",
      { field, fix: "Read what there is now; what is to be done anew takes a new key." },
    );
  }
  const opened = await answerSeals.open(idHash, found.sealedAnswer);
  if (opened !== undefined) return { answered: opened.answer };
  throw new OperationError("repeat_differs", "The call was done, and its answer cannot be read any more.", {
    field,
    fix: "Read what it made; TTI_SECRETS lacks the secret that sealed the answer.",
  });
}

async function releaseLater(release: () => Promise<void>): Promise<void> {
  for (const waitMs of releaseWaitsMs) {
    await sleep(waitMs, undefined, { ref: false });
    if (
      await release().then(
        () => true,
        () => false,
      )
    )
      return;
  }
}

function inProgress(): OperationError {
  return new OperationError("repeat_in_progress", "The call of this Idempotency-Key is under way.", {
    field,
    retryAfterSeconds: 1,
  });
}

const hashOf = (parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url");

// Every text of an answer that may be an id, once; whatever shape the answer has, none is missed.
function wordsOf(answer: unknown): string[] {
  const words = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === "string") words.add(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(answer);
  return [...words].filter((word) => word.length <= mostOfId);
}

/** No account's id is longer. */
const mostOfId = 255;

// The same members in another order are the same call.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
