// Owns what a file of the papers is, and filling the templates some are made of. Pure but for reading the template.
import { readFileSync } from "node:fs";

/** A file of a set of papers. */
export interface PaperFile {
  /** Relative, with /. */
  path: string;
  content: string;
  /** Whether it is run. */
  executable?: true | undefined;
}

/**
 * Fills a template of `templates/`: each `@name@` becomes its value, as the language quotes it. What stands in a comment is
 * never filled: no quoting would hold there.
 * @param quote writes a value as a literal of the template's language
 * @throws Error for a name without a value, or a value without a place
 */
export function fillTemplate(
  name: string,
  values: Readonly<Record<string, string>>,
  quote: (text: string) => string,
): string {
  const template = readTemplate(name);
  const used = new Set<string>();
  const filled = template.replace(/@([a-z][A-Za-z]*)@/g, (_place, member: string) => {
    const value = values[member];
    if (value === undefined) throw new Error(`the template ${name} has no value for ${member}`);
    used.add(member);
    return quote(value);
  });
  const unused = Object.keys(values).filter((member) => !used.has(member));
  if (unused.length > 0) throw new Error(`the template ${name} has no place for ${unused.join(", ")}`);
  return filled;
}

/** A template as it stands. */
export const readTemplate = (name: string): string =>
  readFileSync(new URL(`./templates/${name}`, import.meta.url), "utf8");

/** A text as a POSIX shell reads it back, letter by letter: nothing in single quotes means anything but what it says. */
export const shellText = (text: string): string => `'${text.replaceAll("\0", "").replaceAll("'", `'\\''`)}'`;
