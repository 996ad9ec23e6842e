// Owns the help text of the plain commands, written from their entries: usage, what it does, each option, an example.
import type { CommandFace } from "../admin/operations/command_face.ts";
import type { InputMember } from "../admin/operations/input_members.ts";

/** An option of a command, and the member of the input it fills. */
export interface MemberOption {
  name: string;
  member: string;
  schema: InputMember;
  /** Said with on or off. */
  isSwitch: boolean;
}

const width = 92;

/** The help text of a command. */
export function helpOf(command: {
  name: string;
  face: Pick<CommandFace<never>, "arguments" | "about" | "example">;
  options: readonly MemberOption[];
  /** Whether it does something only with --yes. */
  asks: boolean;
}): string {
  const { name, face, options, asks } = command;
  const words = Object.keys(face.arguments ?? {});
  const usage = ["Usage: tti", name, ...words, ...options.map(usageOf), ...(asks ? ["[--yes]"] : [])];
  const rows: [string, string][] = [
    ...options.map((option): [string, string] => [
      `--${option.name} ${wordOf(option)}`.trim(),
      option.schema.description ?? "",
    ]),
    ...(asks ? [["--yes", "you mean it"] as [string, string]] : []),
    ["--json", "print one JSON document"],
  ];
  const named = words.includes("USER")
    ? "USER is an e-mail address or a user id, also as id:VALUE."
    : undefined;
  return [
    hanging(usage, 7),
    face.about,
    named,
    optionLines(rows),
    `Example:\n  $ tti ${name}${face.example === "" ? "" : ` ${face.example}`}`,
  ]
    .filter((part) => part !== undefined)
    .join("\n\n");
}

function usageOf(option: MemberOption): string {
  const text = `--${option.name} ${wordOf(option)}`.trim();
  const many = option.schema.type === "array" ? "…" : "";
  return option.schema.required ? `${text}${many}` : `[${text}]${many}`;
}

function wordOf({ name, schema, isSwitch }: MemberOption): string {
  if (isSwitch) return "on|off";
  if (schema.type === "boolean") return "";
  if (schema.type === "integer") return "N";
  if (schema.enum !== undefined) return schema.enum.join("|");
  return (name.split("-").at(-1) ?? name).toUpperCase();
}

function optionLines(rows: readonly [string, string][]): string {
  const column = Math.min(30, Math.max(...rows.map(([option]) => option.length))) + 3;
  return rows
    .map(([option, text]) => {
      const said = /^[A-Z][a-z]/.test(text) ? text[0]?.toLowerCase() + text.slice(1) : text;
      const lines = wrapped(said.replace(/\.$/, "").split(" "), width - column - 2);
      const [first = "", ...rest] = lines;
      const head =
        option.length + 3 <= column
          ? `  ${option.padEnd(column)}${first}`
          : `  ${option}\n  ${" ".repeat(column)}${first}`;
      return [head, ...rest.map((line) => `  ${" ".repeat(column)}${line}`)].join("\n").trimEnd();
    })
    .join("\n");
}

function hanging(words: readonly string[], indent: number): string {
  return wrapped(words, width - indent).join(`\n${" ".repeat(indent)}`);
}

function wrapped(words: readonly string[], most: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
