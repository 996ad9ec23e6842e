// Owns passwords that nobody chose: what an operator passes on to a new user.
import { randomInt } from "node:crypto";

// Letters and digits that are not mistaken for each other when read aloud or copied by hand.
const passwordLetters = "abcdefghjkmnpqrstuvwxyz23456789";

/** Makes a password of 20 letters and digits in groups of five: 99 bits. */
export function generatePassword(): string {
  const group = () =>
    Array.from({ length: 5 }, () => passwordLetters[randomInt(passwordLetters.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}
