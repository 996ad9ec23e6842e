// Owns the form of an application, new or to be changed: the members that the operation takes, under heads. What an operation
// learns to take stands in it by itself. Pure.
import type { z } from "zod";
import { registrationOf } from "../../admin/operations/client_metadata.ts";
import type { ClientView } from "../../admin/operations/client_view.ts";
import type { FieldGroup } from "../../views/console_pages.ts";
import type { Field } from "../../views/parts.ts";
import { changeOf, type FormMember, fieldsOf, formMembers, textIn } from "../schema_fields.ts";
import { applicationHeads, applicationWords } from "./application_words.ts";

// What is so of an application that says nothing of it.
const usual: Readonly<Record<string, unknown>> = {
  requirePkce: true,
  rotateRefreshToken: true,
  backchannelLogoutSessionRequired: true,
};
// What the form of a new one says at first.
const atFirst: Readonly<Record<string, unknown>> = {
  ...usual,
  purposes: ["login"],
  authMethod: "client_secret_basic",
};

/** A form of an application: what it takes, and what stands in it. */
export interface ApplicationForm {
  members: readonly FormMember[];
  fields: readonly Field[];
}

/**
 * The form of one that is there, or of a new one.
 * @param input what the operation takes
 * @param without members that have a page of their own
 */
export function applicationForm(
  { input }: { input: z.ZodObject },
  without: readonly string[],
  client?: ClientView,
): ApplicationForm {
  const members = formMembers(input, applicationWords, without);
  const values: Readonly<Record<string, unknown>> =
    client === undefined ? {} : { ...registrationOf(client.metadata) };
  const fields = members.flatMap((member) => {
    const unsaid = (client === undefined ? atFirst : usual)[member.name];
    return fieldsOf(member, values[member.name], unsaid).map((field) =>
      isSecret(field) ? hide(field) : field,
    );
  });
  return { members, fields };
}

const isSecret = ({ id }: Field): boolean => id === "secret";
const hide = (field: Field): Field => ({ ...field, type: "password", autocomplete: "new-password" });

/**
 * What was typed that is something else than what stood there.
 * @throws OperationError invalid_input naming the member
 */
export function changesOf(
  { members, fields }: ApplicationForm,
  form: ReadonlyMap<string, string>,
): Record<string, unknown> {
  return Object.fromEntries(
    members
      .map((member) => [member.name, changeOf(member, fields, form)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** What members are called. */
export const labelsOf = ({ members }: ApplicationForm, names: readonly string[]): string[] =>
  members.filter(({ name }) => names.includes(name)).map(({ words }) => words.label);

/** Where faults of a member stand that has a box for each of several. */
export const firstBoxes = ({ members }: ApplicationForm): Record<string, string> =>
  Object.fromEntries(
    members
      .filter(({ kind }) => kind === "several")
      .map(({ name, choices }) => [name, `${name}.${choices[0]}`]),
  );

/** Fields under their heads. */
export function groupsOf(fields: readonly Field[]): FieldGroup[] {
  const memberOf = ({ id }: Field) => id.replace(/\..*/, "");
  const known = applicationHeads.flatMap(([, names]) => names);
  const named = applicationHeads.map(([legend, names]) => ({
    legend,
    fields: names.flatMap((name) => fields.filter((field) => memberOf(field) === name)),
  }));
  const others = { legend: "More", fields: fields.filter((field) => !known.includes(memberOf(field))) };
  return [...named, others].filter((group) => group.fields.length > 0);
}

/** What a registration says, for who reads it: each member with its value, what says nothing left out. */
export function factsOf({ members, fields }: ApplicationForm): { label: string; text: string }[] {
  return members.flatMap(({ name, kind, words }) => {
    const own = fields.filter(({ id }) => id === name || id.startsWith(`${name}.`));
    const ticked = own.filter(({ checked }) => checked === true).map(({ label }) => label);
    const [first] = own;
    if (first === undefined) return [];
    const chosen = first.options?.find(({ value }) => value === first.value)?.label;
    const text =
      kind === "several"
        ? ticked.join(", ") || "nothing"
        : kind === "switch"
          ? first.checked === true
            ? "yes"
            : "no"
          : (chosen ?? textIn(first).replaceAll("\n", ", "));
    return text === "" ? [] : [{ label: words.label, text }];
  });
}
