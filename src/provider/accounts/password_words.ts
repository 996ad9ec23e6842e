// Owns what a person is told of a password that is refused: what is weak about it and what to do. Nothing of the password
// itself is said again. Pure.
import type { Weakness } from "./password_strength.ts";

/** What is wrong, as it goes on behind the field's name, and what to do. */
export interface PasswordFault {
  what: string;
  fix: string;
}

const choose = "Choose several words that have nothing to do with you or with each other.";

const faults: Readonly<Record<Weakness, PasswordFault>> = {
  personal: {
    what: "is easily guessed: it is made of what others know, such as your name, your address, your organization or this service",
    fix: choose,
  },
  common: {
    what: "is easily guessed: it is one that many people use, or is made of such, and lists of those are tried first",
    fix: `Capitals, digits and signs in place of letters do not help. ${choose}`,
  },
  repeat: { what: "is easily guessed: it repeats itself", fix: choose },
  sequence: {
    what: "is easily guessed: most of it counts up or down, or goes through the alphabet",
    fix: choose,
  },
  keyboard: { what: "is easily guessed: most of it is keys that lie side by side", fix: choose },
  date: { what: "is easily guessed: most of it is a date or a year", fix: choose },
  plain: { what: "is easily guessed: it is too short for how plain it is", fix: `Make it longer. ${choose}` },
};

/** The words for a weakness. */
export const faultOfWeakness = (weakness: Weakness): PasswordFault => faults[weakness];

/** The words for a length that is refused. @param length in characters */
export function faultOfLength(length: number, least: number, most: number): PasswordFault {
  return {
    what: `has ${length} ${length === 1 ? "character" : "characters"}; it needs ${least} to ${most}`,
    fix: choose,
  };
}

/** The words for text that no store holds as it is. */
export const faultOfText: PasswordFault = { what: "holds half a character or U+0000", fix: choose };
