// Owns the pages that ask before something ends: what it is, what else it ends, whether it can be undone; and the name that is
// typed for what cannot. An answer counts for the question that was read: where the page would say something else by now, it is
// shown again and nothing is done.
import { createHash } from "node:crypto";
import type { OperationEntry } from "../../admin/operations/entry.ts";
import { OperationError } from "../../errors.ts";
import type { ConsolePage } from "../../views/console_pages.ts";
import type { Confirm, Field, FormErrors } from "../../views/parts.ts";
import { isTicked } from "../form_values.ts";
import { type Done, type Place, pathOf, type Refused, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import type { Section } from "../sections.ts";

/** What is asked. */
export interface Question extends Omit<Confirm, "form" | "hidden" | "fields"> {
  title: string;
  /**
   * What else ends, in sentences that count what comes and goes by itself, as tokens do. They are shown with the consequences,
   * and an answer is not bound to them: else nobody could ever end what is much used.
   */
  passing?: readonly string[];
  /** What an answer is bound to besides what the page says: which secret, which keys, in which state. */
  state?: string;
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
      const question = await ask(visit);
      const asked = [...noAdminFields(refused), ...(question.typed === undefined ? [] : [question.typed])];
      const { fields, errors } = isStale(refused)
        ? { fields: asked, errors: saidMeanwhile }
        : shownForm(asked, refused);
      return shownQuestion(question, { action: pathOf(place.path, visit.params), fields }, errors);
    },
    async act(visit, form) {
      if (!isAnswered(form)) {
        throw new OperationError("invalid_input", "The question was not answered.", {
          fix: "Answer it with the button.",
        });
      }
      // Right before the act; an act that must not miss a change in between is bound to the state in its own transaction.
      if (form.get("said") !== markOf(await ask(visit))) throw staleAnswer();
      return act(visit, form);
    },
  };
}

/** What a page that asks says, and the state it was made of, short: only whether it is the same is asked. */
function markOf({ title, what, consequences, undo, submitLabel, typed, state = "" }: Question): string {
  const said = [title, what, consequences, undo, submitLabel, typed?.label ?? "", state];
  return createHash("sha256").update(JSON.stringify(said)).digest("base64url");
}

const staleAnswer = (): OperationError =>
  new OperationError("precondition_failed", "What this page says changed since it was opened.", {
    fix: "Read it again, and answer it once more.",
  });

const isStale = (refused: Refused | undefined): boolean => refused?.error.code === "precondition_failed";

const saidMeanwhile: FormErrors = {
  title: "Nothing was changed",
  errors: [
    {
      message:
        "Somebody else changed what this page says since it was opened. It is shown as it is now: read it again, and answer it once more.",
    },
  ],
  code: "precondition_failed",
};

function shownQuestion(
  question: Question,
  more: Pick<Confirm, "fields" | "hidden"> & { action: string },
  errors: FormErrors | undefined,
): ConsolePage {
  const { title, crumbs, typed: _typed, passing = [], state, consequences, ...asked } = question;
  const bound = { said: markOf(question), ...(state === undefined ? {} : { revision: state }) };
  return {
    head: { title, crumbs },
    errors,
    confirm: {
      ...asked,
      ...more,
      consequences: [...consequences, ...passing],
      hidden: { ...more.hidden, ...bound },
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
 * with `confirm`, and with what was asked.
 * @param action where the form was sent
 * @returns undefined: this very question was answered
 */
export function askedFirst(
  question: Question,
  action: string,
  form: ReadonlyMap<string, string>,
): Done | undefined {
  const isSame = form.get("said") === markOf(question);
  if (isAnswered(form) && isSame) return undefined;
  const hidden = Object.fromEntries(
    [...form].filter(([name]) => name !== "csrf" && name !== "confirm" && name !== "said"),
  );
  return {
    page: shownQuestion(question, { action, hidden }, isAnswered(form) ? saidMeanwhile : undefined),
  };
}

/** Whether a form answers a question. */
const isAnswered = (form: ReadonlyMap<string, string>): boolean => form.get("confirm") === "yes";

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
