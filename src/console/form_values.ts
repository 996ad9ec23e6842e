// Owns how what a browser sends becomes the input of an operation: an empty field was left empty, a list has a line for each.
/** A field's text; undefined where it was left empty. */
export function textOf(form: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = form.get(name)?.trim();
  return value === undefined || value === "" ? undefined : value;
}

/** A field's text under its name, or nothing where it was left empty: an operation tells "absent" from "empty". */
export function given<const Name extends string>(
  form: ReadonlyMap<string, string>,
  ...names: readonly Name[]
): Partial<Record<Name, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = textOf(form, name);
      return value === undefined ? [] : [[name, value]];
    }),
  ) as Partial<Record<Name, string>>;
}

/** A number; undefined where the field was left empty. What is none is for the operation to refuse, by the field's name. */
export function numberOf(form: ReadonlyMap<string, string>, name: string): number | undefined {
  const value = textOf(form, name);
  return value === undefined ? undefined : Number(value);
}

/** A list: one of each line. */
export function linesOf(form: ReadonlyMap<string, string>, name: string): string[] {
  return (form.get(name) ?? "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A box that was ticked. */
export function isTicked(form: ReadonlyMap<string, string>, name: string): boolean {
  return form.get(name) !== undefined;
}
