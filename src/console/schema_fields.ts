// Owns how the members of an operation's input become fields of a form, and what was typed becomes members again. What an
// operation learns to take stands in its form by itself: with the words the page has for it, else with the operation's own.
// Pure.
import type { z } from "zod";
import { OperationError } from "../errors.ts";
import { parseJson } from "../input/json_text.ts";
import type { Field } from "../views/parts.ts";
import { linesOf } from "./form_values.ts";

/** The words of a page for a member. */
export interface MemberWords {
  label: string;
  hint?: string;
  /** Words for the values of one that is chosen. */
  choices?: Readonly<Record<string, string>>;
}

/** A member as a form has it. */
export interface FormMember {
  name: string;
  kind: "text" | "lines" | "choice" | "several" | "switch" | "number" | "json";
  /** Whether `null` says: none of its own. */
  removable: boolean;
  /** Of `choice` and `several`. */
  choices: readonly string[];
  words: MemberWords;
}

/**
 * Reads a schema's members.
 * @param words of the page, by members' names; of one without, its label is its name and its hint what the operation says
 * @param without members that the form has not
 */
export function formMembers(
  { shape }: z.ZodObject,
  words: Readonly<Record<string, MemberWords>>,
  without: readonly string[],
): FormMember[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    if (without.includes(name)) return [];
    const { kind, removable, choices } = readSchema(schema as z.ZodType);
    const { description } = schema as z.ZodType;
    const own = { label: spelled(name), ...(description === undefined ? {} : { hint: description }) };
    return [{ name, kind, removable, choices, words: words[name] ?? own }];
  });
}

/** `pushedRequests` as a label: `Pushed requests`. */
const spelled = (name: string): string => {
  const text = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

type SchemaKind = Pick<FormMember, "kind" | "removable" | "choices">;

function readSchema(schema: z.ZodType): SchemaKind {
  const def = schema.def as {
    type: string;
    innerType?: z.ZodType;
    in?: z.ZodType;
    element?: z.ZodType;
    entries?: Record<string, string>;
  };
  if (def.innerType !== undefined) {
    const inner = readSchema(def.innerType);
    return def.type === "nullable" ? { ...inner, removable: true } : inner;
  }
  if (def.in !== undefined) return readSchema(def.in);
  const plain = { removable: false, choices: [] };
  switch (def.type) {
    case "string":
      return { ...plain, kind: "text" };
    case "boolean":
      return { ...plain, kind: "switch" };
    case "number":
      return { ...plain, kind: "number" };
    case "enum":
      return { ...plain, kind: "choice", choices: Object.values(def.entries ?? {}) };
    case "array": {
      const element = def.element && readSchema(def.element);
      if (element?.kind === "choice") return { ...element, kind: "several" };
      return { ...plain, kind: element?.kind === "text" ? "lines" : "json" };
    }
    default:
      return { ...plain, kind: "json" };
  }
}

/**
 * The fields of a member: one, or a box for each of several.
 * @param value as the operation has it
 * @param usual of a switch that nobody has set
 */
export function fieldsOf(member: FormMember, value: unknown, usual: unknown): Field[] {
  const { name, kind, choices, words } = member;
  const called = (choice: string) => words.choices?.[choice] ?? choice;
  const { label, hint } = words;
  const shown = value ?? usual;
  switch (kind) {
    case "switch":
      return [{ id: name, label, hint, type: "checkbox", checked: shown === true }];
    case "choice": {
      const none = shown === undefined ? [{ value: "", label: "As usual" }] : [];
      const options = [...none, ...choices.map((one) => ({ value: one, label: called(one) }))];
      return [{ id: name, label, hint, type: "select", value: String(shown ?? ""), options }];
    }
    case "several":
      return choices.map((one) => ({
        id: `${name}.${one}`,
        label: called(one),
        type: "checkbox",
        checked: Array.isArray(shown) && shown.includes(one),
      }));
    case "lines":
      return [
        { id: name, label, hint, type: "textarea", value: Array.isArray(shown) ? shown.join("\n") : "" },
      ];
    case "json":
      return [
        {
          id: name,
          label,
          hint,
          type: "textarea",
          value: shown === undefined ? "" : JSON.stringify(shown, undefined, 2),
        },
      ];
    default:
      return [
        {
          id: name,
          label,
          hint,
          type: kind === "number" ? "number" : "text",
          value: String(shown ?? ""),
          autocomplete: "off",
        },
      ];
  }
}

/**
 * What was typed in a member's fields, where it is something else than what stood there.
 * @returns undefined: it is as it was, or was not sent
 * @throws OperationError invalid_input naming the member
 */
export function changeOf(
  member: FormMember,
  shown: readonly Field[],
  form: ReadonlyMap<string, string>,
): unknown {
  const own = shown.filter(({ id }) => id === member.name || id.startsWith(`${member.name}.`));
  if (own.every((field) => typedIn(field, form) === textIn(field))) return undefined;
  const typed = form.get(member.name)?.trim() ?? "";
  switch (member.kind) {
    case "switch":
      return form.has(member.name);
    case "several":
      return member.choices.filter((one) => form.has(`${member.name}.${one}`));
    case "lines":
      return linesOf(form, member.name);
    case "json":
      return typed === "" ? undefined : readJson(member, typed);
    case "number":
      return typed === "" ? nothing(member) : Number(typed);
    case "choice":
      return typed === "" ? undefined : typed;
    default:
      return typed === "" ? nothing(member) : typed;
  }
}

const nothing = ({ removable }: FormMember): null | "" => (removable ? null : "");

function readJson({ name, words }: FormMember, typed: string): unknown {
  try {
    return parseJson(Buffer.from(typed));
  } catch {
    throw new OperationError("invalid_input", `${words.label} is not JSON.`, {
      field: name,
      fix: "Paste the whole document, with its braces.",
    });
  }
}

/** What stands in a field, as text: of a box `on` or nothing. */
export function textIn({ type, value, checked }: Field): string {
  if (type === "checkbox") return checked === true ? "on" : "";
  return plain(value ?? "");
}

/** What was typed in a field, as text; what a browser did not send is as it stood. */
export function typedIn(field: Field, form: ReadonlyMap<string, string>): string {
  const name = field.name ?? field.id;
  if (field.type === "checkbox") return form.has(name) ? "on" : "";
  const typed = form.get(name);
  return typed === undefined ? textIn(field) : plain(typed);
}

const plain = (text: string): string => text.replace(/\r\n?/g, "\n").trim();
