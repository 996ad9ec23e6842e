// Owns the page that explains an error: what somebody pastes, or the id of a request, becomes causes and fixes, the
// likeliest first. The text is kept nowhere, and the answer does not repeat it.
import { explainErrorText } from "../../admin/operations/error_explanation.ts";
import { OperationError } from "../../errors.ts";
import type { ConsoleCard, ConsolePage, ConsolePart } from "../../views/console_pages.ts";
import type { Place, Refused, Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";

const path = "/console/errors";

/** The page. */
export const errorsPlace: Place = {
  path,
  section: "errors",
  operation: explainErrorText,
  show: async (_visit, refused) => errorsPage(refused),
  // An error with its stack.
  limits: { mostBytes: 256 * 1024, mostFields: 5 },
  async act(visit, form) {
    const text = form.get("text") ?? "";
    if (text.trim() === "")
      throw new OperationError("invalid_input", "text is missing.", {
        field: "text",
        fix: "Paste the error, or the id of the request.",
      });
    return { page: await explainedPage(text, visit) };
  },
};

async function explainedPage(text: string, { context }: Visit): Promise<ConsolePage> {
  const { explanations, dropped, recognised, event } = await explainErrorText(context, { text });
  const { name, operation, words } = recognised;
  const rows = [
    ["AWS calls it", name],
    ["Operation", operation],
    ["In AWS's words", words],
    ["In the activity", event && `${event.type}${event.tenantId === undefined ? "" : `, ${event.tenantId}`}`],
  ].flatMap(([label, value]) =>
    label === undefined || value === undefined ? [] : [{ text: `${label}: ${value}` }],
  );
  const none: ConsolePart = {
    text: "Nothing in it is an error that is known here. Copy more of it: the name AWS gives the error, the operation, the words after it; or the id of a request here.",
  };
  const seen: ConsoleCard = {
    title: explanations.length === 0 ? "Not recognised" : "What was recognised",
    parts: [...rows, ...(explanations.length === 0 ? [none] : [])],
  };
  const cards = explanations.map(({ code, title, causes, fix }, at): ConsoleCard => {
    const parts: ConsolePart[] = [
      ...causes.map((cause) => ({ text: `Maybe: ${cause}.` })),
      { text: `What to do: ${fix}` },
    ];
    return { title: `${at + 1}. ${title} (${code})`, parts };
  });
  const page = errorsPage(undefined);
  const shown = rows.length > 0 || explanations.length === 0 ? [seen, ...cards] : cards;
  return {
    ...page,
    ...(dropped.length === 0 ? {} : { banners: [droppedBanner(dropped)] }),
    cards: [...shown, ...(page.cards ?? [])],
  };
}

const droppedBanner = (dropped: readonly string[]) => ({
  tone: "warn" as const,
  strong: `The text held ${dropped.join(", ")}.`,
  text: "It was dropped before anything else and is kept nowhere here. It still stands where you copied it from: make a new one.",
});

// What was pasted is not given back: it may hold what it should not.
function errorsPage(refused: Refused | undefined): ConsolePage {
  const asked = refused && { ...refused, form: new Map<string, string>() };
  const { fields, errors } = shownForm(
    [
      {
        id: "text",
        label: "Error, or id of a request",
        type: "textarea",
        required: true,
        autocomplete: "off",
        hint: "As AWS, a command, a log or a program printed it. Tokens and keys in it are dropped; nothing of it is logged or stored.",
      },
    ],
    asked,
  );
  return {
    head: {
      title: "Explain an error",
      lead: "What an error of AWS, of an exchange or of this service means, and what to do.",
    },
    errors,
    cards: [{ parts: [{ form: { action: path, fields, submitLabel: "Explain" } }] }],
  };
}
