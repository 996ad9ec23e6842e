// Owns which words a failure is told in: found by its stable code in the catalogue of the language, never by an English
// message, which is for programs and the log. A code without words of its own is told in general.
import { currentWords } from "./frame.ts";

/** A fault in a person's words. */
export interface FaultWords {
  /** What happened, as the page's title. */
  title: string;
  /** Why, where a person can know. */
  why?: string;
  /** What to do. */
  todo: string;
}

/** Words as looked up. */
export interface FoundWords extends FaultWords {
  /** False where a code has no words of its own. */
  known: boolean;
}

/** What is told to people who need have no account here: none is offered to them. */
export const withoutAccount: readonly string[] = [
  "onboarding_link_over",
  "onboarding_link_used",
  "onboarding_no_cookie",
];

/** The words for a code; what has none is said in general, and the small print holds the rest. */
export function faultWords(code: string, words = currentWords()): FoundWords {
  const found = ofCode<FaultWords>(words.faults, code);
  return found === undefined ? { ...words.otherFault, known: false } : { ...found, known: true };
}

/**
 * Why a sign-in failed, for the pages of the sign-in: what is so, and what a person can do.
 * @param waitSeconds how long to wait, where that helps
 */
export function signInFault(code: string, waitSeconds?: number): string {
  const words = currentWords();
  const { title, why, todo } = faultWords(code);
  if (waitSeconds !== undefined) return `${title}. ${words.waitThenTry(waitSeconds)}`;
  return ofCode(words.signInFaults, code) ?? inFull({ title, why, todo });
}

/** A refusal of a form as far as a page tells it; an OperationError is one. */
export interface Refusal {
  code: string;
  /** What exactly was wrong with a field, by its stable name; absent: the code says enough. */
  reason?: { name: string; values: Readonly<Record<string, number>> } | undefined;
  retryAfterSeconds?: number | undefined;
}

/** Why a form was refused, beside it. */
export function refusalWords({ code, reason, retryAfterSeconds }: Refusal): string {
  const said: ((values: Readonly<Record<string, number>>) => string) | undefined =
    reason && ofCode(currentWords().refusals, reason.name);
  if (said !== undefined) return said(reason?.values ?? {});
  return retryAfterSeconds === undefined ? inFull(faultWords(code)) : signInFault(code, retryAfterSeconds);
}

/** Why an organization is shut to somebody who belongs to it, where theirs are listed; what has no words is said in general. */
export function shutPlaceWords(code: string, { shutPlaces } = currentWords()): string {
  return ofCode<string>(shutPlaces, code) ?? shutPlaces.other;
}

const inFull = ({ title, why, todo }: { title: string; why?: string | undefined; todo: string }): string =>
  [`${title}.`, why, todo].filter((one) => one !== undefined).join(" ");

function ofCode<Text>(texts: Readonly<Record<string, Text>>, code: string): Text | undefined {
  return Object.hasOwn(texts, code) ? texts[code] : undefined;
}
