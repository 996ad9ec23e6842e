// Owns explaining an error at a terminal: what was recognised, what it may be, the likeliest first, and what to do.
import { type ExplainedError, explainError } from "../accessors/explained_error.ts";
import { explainErrorText } from "../admin/operations/error_explanation.ts";
import { ConfigError } from "../config.ts";
import { OperationError } from "../errors.ts";
import { withAdministration } from "./administration.ts";
import { printable, type Terminal } from "./terminal.ts";

/** What the words of an explanation are made of, from the operation or without a store. */
type Told = Pick<ExplainedError, "recognised" | "explanations" | "dropped" | "cut" | "event">;

/**
 * Explains an error and prints it.
 * @param given the text, or `-` for standard input
 * @returns the exit code: 0 if the error is known
 */
export async function tellExplanation(given: string, terminal: Terminal): Promise<number> {
  const text =
    given === "-"
      ? await terminal.readInput("error", "Give it the text: tti … --error - < error.txt")
      : given;
  const told = await explain(text);
  const { dropped, explanations } = told;
  if (dropped.length > 0) {
    const where =
      given === "-"
        ? "where you copied it from"
        : "where you copied it from, and in the history of your shell";
    terminal.say(
      `${terminal.style("bold", "!")} The text held ${dropped.join(", ")}. It was dropped and is kept nowhere here, but it still stands ${where}: make a new one. --error - reads standard input, which no history keeps.`,
    );
  }
  terminal.result(told, lines(told, terminal).join("\n"));
  return explanations.length > 0 ? 0 : 1;
}

// An explanation needs no store; only the id of a request does.
async function explain(text: string): Promise<Told> {
  try {
    return (await withAdministration((context) => explainErrorText(context, { text }))) as Told;
  } catch (error) {
    const noStore =
      error instanceof ConfigError || (error instanceof OperationError && error.code === "unavailable");
    if (!noStore) throw error;
    return await explainError(undefined, text, undefined);
  }
}

function lines({ recognised, explanations, cut, event }: Told, terminal: Terminal): string[] {
  const { name, operation, httpStatusCode, words } = recognised;
  const seen = [
    name,
    operation === undefined ? undefined : `calling ${operation}`,
    httpStatusCode === undefined ? undefined : `status ${httpStatusCode}`,
    words === undefined ? undefined : `"${words}"`,
  ].filter((part) => part !== undefined);
  const known = [
    ...(seen.length === 0 ? [] : [`Recognised: ${printable(seen.join(", "))}`]),
    ...(event === undefined
      ? []
      : [
          `In the audit trail: ${event.type} at ${new Date(event.atMs).toISOString()}${event.tenantId === undefined ? "" : `, tenant ${event.tenantId}`}`,
        ]),
    ...(cut ? ["The text is long: only its beginning was read."] : []),
  ];
  if (explanations.length === 0) {
    return [
      ...known,
      "Nothing in it is an error that is known here.",
      "  fix: Copy more of it: the name AWS gives the error, the operation, the words after it; or the X-Request-Id of a request here. Of a request that failed with 5xx the trail may have nothing: its line in the log, `request failed` with the same requestId, is known here.",
    ];
  }
  const ranked = explanations.flatMap(({ code, step, title, causes, fix }, at) => [
    `${terminal.styleResult("bold", `${at + 1}.`)} ${code}: ${printable(title)}${step === undefined ? "" : ` (${step})`}`,
    ...causes.map((cause) => `    maybe: ${printable(cause)}`),
    `    fix: ${printable(fix)}`,
  ]);
  return [...known, ...(known.length > 0 ? [""] : []), ...ranked];
}
