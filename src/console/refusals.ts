// Owns how a refused form is shown again: what was typed, and each fault beside its field, in the form's own words. Pure.
import { InputRefused, inWordsOf, phrasesOf } from "../admin/operations/input_faults.ts";
import { OperationError } from "../errors.ts";
import type { Field, FormErrors } from "../views/parts.ts";
import { inPageWords } from "./fault_words.ts";
import type { Refused } from "./place.ts";

/** The fields of a form, and the faults of it. */
export interface ShownForm {
  fields: Field[];
  errors: FormErrors | undefined;
}

interface Fault {
  member: string | undefined;
  message: string;
}

/**
 * Puts what was typed, and what is wrong with it, into a form's fields. A field's id is the name of the operation's member it
 * fills, that with `Id` (what is not found is a `tenant`, named in `tenantId`), or what stands in `members` for that.
 * @param members names of members by what a field is called, where the two differ
 */
export function shownForm(
  fields: readonly Field[],
  refused: Refused | undefined,
  members: Readonly<Record<string, string>> = {},
): ShownForm {
  if (refused === undefined) return { fields: [...fields], errors: undefined };
  const fieldOf = (member: string | undefined) =>
    fields.find(({ id }) => id === member || id === `${member}Id` || members[member ?? ""] === id);
  const labelOf = (member: string) => fieldOf(member)?.label;
  const faults = faultsOf(refused.error, labelOf).map((fault) => ({
    ...fault,
    field: fieldOf(fault.member),
  }));
  const shown = fields.map((field) => {
    const own = faults.filter((fault) => fault.field === field).map(({ message }) => message);
    const typed = refused.form.get(field.name ?? field.id);
    return {
      ...field,
      ...(field.type === "checkbox" ? { checked: typed !== undefined } : {}),
      // A password is typed again; whatever else was is still there.
      ...(field.type === "checkbox" || field.type === "password" ? {} : { value: typed ?? "" }),
      ...(own.length === 0 ? {} : { error: own.join(" ") }),
    };
  });
  const errors = faults.map(({ message, field }) => ({ message, fieldId: field?.id }));
  return { fields: shown, errors: { title: "Nothing was changed", errors, code: refused.error.code } };
}

function faultsOf(error: OperationError, labelOf: (member: string) => string | undefined): Fault[] {
  if (error instanceof InputRefused) {
    return error.faults.map((fault) => {
      const member = String(fault.path[0] ?? "");
      const { what, fix } = phrasesOf(fault, (name) => labelOf(name) ?? name);
      return { member, message: `${labelOf(member) ?? (member || "The form")} ${what}. ${fix}` };
    });
  }
  const member = error.field?.startsWith("/") ? error.field.split("/")[1] : error.field;
  const said = inWordsOf(error, ([name]) => labelOf(String(name)));
  const { message, fix } = inPageWords(said instanceof OperationError ? said : error);
  return [{ member, message: `${message} ${fix}`.trim() }];
}
