// Owns forms that change what somebody else may have changed meanwhile: each carries which state it shows, and is refused
// where there is another. Nothing of it is lost then: what was typed stands in its field, what was left alone is as it is
// now, and a field that both changed says what it became.
import { createHash } from "node:crypto";
import type { TableContext } from "../admin/operations/table.ts";
import { OperationError } from "../errors.ts";
import type { Field } from "../views/parts.ts";
import type { Refused, Visit } from "./place.ts";
import { type ShownForm, shownForm } from "./refusals.ts";
import { textIn, typedIn } from "./schema_fields.ts";

/** Reads something, and which state of it that is. */
export async function readRevised<Answer>(
  { context }: Visit,
  show: (context: TableContext) => Promise<Answer>,
): Promise<{ shown: Answer; revision: string }> {
  let revision = "";
  const told = (etag: string) => {
    revision = etag;
  };
  return { shown: await show({ ...context, condition: { ifMatch: undefined, told } }), revision };
}

/**
 * What an operation is called with for a form that shows a state.
 * @throws OperationError invalid_input where the form says none
 */
export function contextOfForm({ context }: Visit, form: ReadonlyMap<string, string>): TableContext {
  const ifMatch = form.get("revision");
  if (ifMatch === undefined || ifMatch === "") {
    throw new OperationError("invalid_input", "The form does not say which state it was made of.", {
      fix: "Open the page again, and send the form from there.",
    });
  }
  return { ...context, condition: { ifMatch, told: () => undefined } };
}

/** A form with what it carries besides its fields. */
export interface RevisedForm extends ShownForm {
  hidden: Readonly<Record<string, string>>;
}

/**
 * The fields of such a form, with what was typed and what is wrong with it.
 * @param fields as things stand
 * @param revision of that
 */
export function revisedForm(
  fields: readonly Field[],
  revision: string,
  refused: Refused | undefined,
  members: Readonly<Record<string, string>> = {},
): RevisedForm {
  const now = { revision, was: marksOf(fields) };
  if (refused === undefined) return { fields: [...fields], errors: undefined, hidden: now };
  const { form, error } = refused;
  if (error.code !== "precondition_failed") {
    // What was too large was not read: the form is of what it shows now.
    const before = { revision: form.get("revision") ?? "", was: form.get("was") ?? "" };
    return { ...shownForm(fields, refused, members), hidden: form.size === 0 ? now : before };
  }
  const was = readMarks(form.get("was") ?? "");
  const merged = fields.map((field): Field => {
    const [typed, stands, before] = [typedIn(field, form), textIn(field), was.get(field.id)];
    if (typed === stands || markOf(typed) === before) return field;
    const kept: Field =
      field.type === "checkbox" ? { ...field, checked: typed !== "" } : { ...field, value: typed };
    return markOf(stands) === before ? kept : { ...kept, error: `Meanwhile it became ${saidOf(field)}.` };
  });
  const clashes = merged.flatMap(({ id, label, error: fault }) =>
    fault === undefined ? [] : [{ message: `${label}: ${fault}`, fieldId: id }],
  );
  const told = {
    message:
      "Somebody else changed it since this page was opened. What you typed is still here, and the rest is as it is now: look it over, and send it again.",
  };
  const errors = { title: "Nothing was changed", errors: [told, ...clashes], code: error.code };
  return { fields: merged, errors, hidden: now };
}

function saidOf(field: Field): string {
  if (field.type === "checkbox") return field.checked === true ? "ticked" : "not ticked";
  const text = textIn(field);
  const chosen = field.options?.find(({ value }) => value === text)?.label;
  return text === "" ? "empty" : `“${chosen ?? text}”`;
}

// What each field said, short: only whether it is the same is asked.
const markOf = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 8);

const marksOf = (fields: readonly Field[]): string =>
  fields.map((field) => `${field.id}=${markOf(textIn(field))}`).join(" ");

const readMarks = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/(\S+)=(\S+)/g)].map(([, id = "", mark = ""]) => [id, mark] as const));
