// Owns how easily a new password is guessed, and why: common and leaked ones, repetitions, sequences, keyboard rows, dates,
// and whatever the guesser knows of the person. Offline; the lists come with the package.
import type { MatchExtended, ZxcvbnFactory } from "@zxcvbn-ts/core";
import { frequentWords } from "./frequent_words.ts";

/**
 * The guesses a new password must withstand, as a power of ten. At the rates of attempt_rates.ts an attacker with
 * a thousand addresses makes 10^9 guesses at one account in two years.
 */
const leastGuessesLog10 = 9;

// Longer passwords are judged by their beginning and their end: the estimate of the longest holds everybody up for a second.
const judgedCharacters = 40;

// What is known of somebody in a thousand organizations would lengthen every estimate.
const mostKnownWords = 200;

/** Letters and digits that a password must hold beside what is known of the person, and beside years. */
const leastOwnCharacters = 5;

/** Why a password is guessed easily. `plain`: for no one reason, it is too short for how plain it is. */
export type Weakness = "personal" | "common" | "repeat" | "sequence" | "keyboard" | "date" | "plain";

let estimator: Promise<ZxcvbnFactory> | undefined;

/**
 * Finds why a password is guessed too easily.
 * @param about what a guesser knows of the person: address, name, tenants. Its parts count as well
 * @returns undefined if it is not
 * @see NIST SP 800-63B section 3.1.1.2 (blocklist); Wheeler, zxcvbn, USENIX Security 2016
 */
export async function findWeakness(
  password: string,
  about: readonly string[],
): Promise<Weakness | undefined> {
  const characters = [...password.normalize("NFKC")];
  const known = wordsOf(about);
  if (isMadeOf(characters.join(""), known)) return "personal";
  // Loaded at first use: most processes never set a password.
  estimator ??= loadEstimator();
  const check = await estimator;
  let weakness: Weakness | undefined;
  for (const part of [characters.slice(0, judgedCharacters), characters.slice(-judgedCharacters)]) {
    const { guessesLog10, sequence } = check.check(part.join(""), known);
    if (guessesLog10 >= leastGuessesLog10) return undefined;
    weakness ??= weaknessOf(sequence);
  }
  return weakness;
}

async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, frequent: [...frequentWords] },
    graphs: common.adjacencyGraphs,
  });
}

// Of what it is made of, the longest part that has a name.
function weaknessOf(sequence: readonly MatchExtended[]): Weakness {
  const named = sequence.filter((match) => match.pattern in patterns || match.pattern === "dictionary");
  const longest = named.sort((one, other) => other.token.length - one.token.length)[0];
  if (longest === undefined) return "plain";
  if (longest.pattern !== "dictionary") return patterns[longest.pattern] ?? "plain";
  return longest["dictionaryName"] === "userInputs" ? "personal" : "common";
}

const patterns: Readonly<Record<string, Weakness>> = {
  repeat: "repeat",
  sequence: "sequence",
  spatial: "keyboard",
  date: "date",
  regex: "date",
};

// The estimate knows no pattern of names with a year behind them: what is left without them decides.
function isMadeOf(password: string, known: readonly string[]): boolean {
  let rest = password.toLowerCase();
  let any = false;
  for (const word of known) {
    any ||= rest.includes(word);
    rest = rest.replaceAll(word, " ");
  }
  const own = rest.replace(/(?:19|20)\d\d/g, "").replace(/[^\p{L}\p{N}]/gu, "");
  return any && [...own].length < leastOwnCharacters;
}

// An address is known whole and by its parts: jane.doe@acme.com knows jane, doe and acme. The longest first.
function wordsOf(about: readonly string[]): string[] {
  const words = [...about, "tti", "tti-provider"].flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  const plain = words.map((word) => word.normalize("NFKC").toLowerCase()).filter((word) => word.length >= 3);
  return [...new Set(plain)].sort((one, other) => other.length - one.length).slice(0, mostKnownWords);
}
