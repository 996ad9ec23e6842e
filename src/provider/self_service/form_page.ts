// Owns what the account's pages with one form share: how a refusal stands beside the fields, and the words for what is not
// decided here.
import type { OperationError } from "../../errors.ts";
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
 * @param words what to say where it is not the refusal's own message
 */
export function showRefusal(
  refusal: OperationError | undefined,
  ids: readonly string[],
  words?: string,
): ShownRefusal {
  if (refusal === undefined) return { faultOf: () => undefined };
  const message = words ?? `${refusal.message} ${refusal.fix}`;
  const fieldId = refusal.field !== undefined && ids.includes(refusal.field) ? refusal.field : undefined;
  return {
    errors: { title: "Nothing was changed", errors: [{ message, fieldId }], code: refusal.code },
    faultOf: (id) => (id === fieldId ? message : undefined),
  };
}

/** Who can, where the person cannot. @param what e.g. `Your name` */
export function notHereLines(why: NotOwn, what: string): string[] {
  return why === "external"
    ? [
        `${what} comes from the application you sign in through, and is changed there.`,
        "If you find no place for it, ask the people who run that application.",
      ]
    : [
        `An application signed you in here, for one of your organizations. ${what} is for all of them.`,
        "To change it, sign out and sign in here yourself.",
      ];
}
