// Owns the English of why a new password is refused: what is weak about it and what to do. Nothing of the password itself is
// said again.

const choose = "Choose several words that have nothing to do with you or with each other.";

/** By weakness: how it goes on behind "password", and what to do. */
export const passwordFaults = {
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
  text: { what: "holds half a character or U+0000", fix: choose },
};

/** For a length that is refused; all in characters. */
export const passwordLength = ({ length, least, most }: { length: number; least: number; most: number }) => ({
  what: `has ${length} ${length === 1 ? "character" : "characters"}; it needs ${least} to ${most}`,
  fix: choose,
});

/** The same, as sentences. */
export const told = ({ what, fix }: { what: string; fix: string }): string => `The password ${what}. ${fix}`;
