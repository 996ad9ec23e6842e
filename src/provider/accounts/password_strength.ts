// Owns how easily a new password is guessed: common ones, repetitions, sequences, keyboard rows, dates, and whatever
// the guesser knows of the person. Offline; the lists come with the package.
import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

/**
 * The guesses a new password must withstand, as a power of ten. At the rates of attempt_rates.ts an attacker with
 * a thousand addresses makes 10^9 guesses at one account in two years.
 */
const leastGuessesLog10 = 9;

// Longer passwords are judged by their beginning and their end: the estimate takes seconds for the longest.
const judgedCharacters = 40;

let estimator: Promise<ZxcvbnFactory> | undefined;

/**
 * Tells whether a password is guessed too easily.
 * @param about what a guesser knows of the person: address, name, tenants. Its parts count as well
 * @see NIST SP 800-63B section 3.1.1.2 (blocklist); Wheeler, zxcvbn, USENIX Security 2016
 */
export async function isEasilyGuessed(password: string, about: readonly string[]): Promise<boolean> {
  // Loaded at first use: most processes never set a password.
  estimator ??= loadEstimator();
  const check = await estimator;
  const characters = [...password.normalize("NFKC")];
  const parts = [characters.slice(0, judgedCharacters), characters.slice(-judgedCharacters)];
  const known = wordsOf(about);
  return parts.every((part) => check.check(part.join(""), known).guessesLog10 < leastGuessesLog10);
}

async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  return new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs });
}

// An address is known whole and by its parts: jane.doe@acme.com knows jane, doe and acme.
function wordsOf(about: readonly string[]): string[] {
  const words = [...about, "tti", "tti-provider"].flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set(words.map((word) => word.toLowerCase()).filter((word) => word.length >= 3))];
}
