// Owns what the account's pages with one form share: how a refusal stands beside the fields, and the words for what is not
// decided here.
import type { OperationError } from "../../errors.ts";
import { refusalWords } from "../../views/fault_words.ts";
import { currentWords } from "../../views/frame.ts";
import type { FormErrors } from "../../views/parts.ts";
import type { NotOwn } from "./account_person.ts";

/** A refusal, as the page shows it. */
export interface ShownRefusal {
  errors?: FormErrors;
  /** The fault of a field, for the field of this id. */
  faultOf(id: string): string | undefined;
}

/**
 * Puts a refusal beside the form's fields.
 * @param ids the form's fields, by which a refusal names them; another is told above them alone
 * @param own the page's own words for it, where it has some
 */
export function showRefusal(
  refusal: OperationError | undefined,
  ids: readonly string[],
  own?: string,
): ShownRefusal {
  if (refusal === undefined) return { faultOf: () => undefined };
  const message = own ?? refusalWords(refusal);
  const fieldId = refusal.field !== undefined && ids.includes(refusal.field) ? refusal.field : undefined;
  return {
    errors: {
      title: currentWords().account.nothingChanged,
      errors: [{ message, fieldId }],
      code: refusal.code,
    },
    faultOf: (id) => (id === fieldId ? message : undefined),
  };
}

/** Who can, where the person cannot. */
export function notHereLines(why: NotOwn, what: "name" | "password"): readonly string[] {
  const { external, vouched } = currentWords().notHere[what];
  return why === "external" ? external : vouched;
}
