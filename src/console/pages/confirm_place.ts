// Owns the pages that ask before something ends: what it is, what else it ends, whether it can be undone; and the name that is
// typed for what cannot.
import type { OperationEntry } from "../../admin/operations/entry.ts";
import { OperationError } from "../../errors.ts";
import type { Confirm, Field } from "../../views/parts.ts";
import { isTicked } from "../form_values.ts";
import { type Done, type Place, pathOf, type Refused, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import type { Section } from "../sections.ts";

/** What is asked. */
export interface Question extends Omit<Confirm, "form" | "hidden" | "fields"> {
  title: string;
  /** The field in which the name is typed of what cannot be undone. */
  typed?: Field;
  crumbs: readonly { label: string; url: string }[];
}

/** An act that is asked for. */
export interface AskedAct {
  path: string;
  section: Section;
  operation: { entry: OperationEntry };
  ask(visit: Visit): Promise<Question>;
  act(visit: Visit, form: ReadonlyMap<string, string>): Promise<Done>;
}

/** Makes the place of an act that is asked for: nothing happens on the first click. */
export function confirmPlace({ ask, act, ...place }: AskedAct): Place {
  return {
    ...place,
    async show(visit, refused) {
      const { title, crumbs, typed, ...question } = await ask(visit);
      const asked = [...noAdminFields(refused), ...(typed === undefined ? [] : [typed])];
      const { fields, errors } = shownForm(asked, refused);
      const action = pathOf(place.path, visit.params);
      return { head: { title, crumbs }, errors, confirm: { ...question, action, fields } };
    },
    async act(visit, form) {
      if (!isAnswered(form)) {
        throw new OperationError("invalid_input", "The question was not answered.", {
          fix: "Answer it with the button.",
        });
      }
      return act(visit, form);
    },
  };
}

/** The field in which the name of what is to end for good is typed. */
export function typedField(name: string, what: string): Field {
  return { id: "typed", label: `Type ${what} to go on: ${name}`, autocomplete: "off", required: true };
}

/** @throws OperationError invalid_input, if another name was typed */
export function assertTyped(form: ReadonlyMap<string, string>, name: string): void {
  if (form.get("typed")?.trim() === name) return;
  throw new OperationError("invalid_input", `What was typed is not ${name}.`, {
    field: "typed",
    fix: "Type it exactly as it is written.",
  });
}

/**
 * The page that asks before a form that was sent does what it says, because that ends something. Its answer is the same form
 * with `confirm`.
 * @param action where the form was sent
 */
export function questionOf(
  { title, crumbs, ...question }: Question,
  action: string,
  form: ReadonlyMap<string, string>,
): Done {
  const hidden = Object.fromEntries([...form].filter(([name]) => name !== "csrf" && name !== "confirm"));
  return { page: { head: { title, crumbs }, confirm: { ...question, action, hidden } } };
}

/** Whether the question that came of a form was answered. */
export const isAnswered = (form: ReadonlyMap<string, string>): boolean => form.get("confirm") === "yes";

/**
 * What is asked besides, once an act was refused because an organization would be left without an administrator: whoever
 * means it says so. Nobody is asked who has not read the refusal.
 */
export function noAdminFields(refused: Refused | undefined): Field[] {
  if (refused?.error.code !== "last_admin") return [];
  return [{ id: "allowNoAdmin", label: "Leave the organization without an administrator", type: "checkbox" }];
}

/** What a form says of that. */
export const saidOfAdmin = (form: ReadonlyMap<string, string>): { allowNoAdmin?: true } =>
  isTicked(form, "allowNoAdmin") ? { allowNoAdmin: true } : {};
