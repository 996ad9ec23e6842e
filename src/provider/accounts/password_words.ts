// Owns how a weakness of a password is told to programs and in terminals: in English, as the pages' own. A page tells it in
// its reader's language, by the reason.
import type { OperationErrorOptions } from "../../errors.ts";
import { wordsIn } from "../../views/words/languages.ts";
import type { Weakness } from "./password_strength.ts";

/** What is wrong, as it goes on behind the field's name; what to do; and which of the catalogue's reasons it is. */
export interface PasswordFault {
  what: string;
  fix: string;
  reason: NonNullable<OperationErrorOptions["reason"]>;
}

const { passwordFaults, passwordLength } = wordsIn("en");

/** The words for a weakness. */
export const faultOfWeakness = (weakness: Weakness): PasswordFault => ({
  ...passwordFaults[weakness],
  reason: { name: `password_${weakness}`, values: {} },
});

/** The words for a length that is refused. @param length in characters */
export function faultOfLength(length: number, least: number, most: number): PasswordFault {
  const values = { length, least, most };
  return { ...passwordLength(values), reason: { name: "password_length", values } };
}

/** The words for text that no store holds as it is. */
export const faultOfText: PasswordFault = {
  ...passwordFaults.text,
  reason: { name: "password_text", values: {} },
};
