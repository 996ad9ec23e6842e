// Owns the portal's page of checks: what keeps the organization's people from being found, a real exchange and search as one of
// them, and an error that somebody copied. Their organization and nothing else: what is the service's own is told as that.

import { isRequestId } from "../accessors/explained_error.ts";
import { listAccessors } from "../admin/operations/accessors.ts";
import { checkOneTenant } from "../admin/operations/checks.ts";
import { explainErrorText } from "../admin/operations/error_explanation.ts";
import { tryAccessor } from "../admin/operations/trials.ts";
import type { Cell, Field, FormErrors } from "../views/parts.ts";
import type { PortalSection } from "../views/portal_pages.ts";
import { copiedWords, failureWords, isOfDetails, trialSteps } from "./check_words.ts";
import type { createPortalEdge, PostVisit, Visit } from "./edge_routes.ts";
import { formFault } from "./words.ts";

/** An error with its stack. */
const errorLimits = { mostBytes: 256 * 1024, mostFields: 20 };

/** Adds their addresses. */
export function addCheckRoutes({ get, post }: ReturnType<typeof createPortalEdge>): void {
  get("/checks", (visit) => showChecks(visit));
  post("/checks", tryOut);
  get("/checks/error", async (visit) => showExplained(visit));
  post("/checks/error", explain, errorLimits);
}

type Told = Awaited<ReturnType<typeof tryAccessor>>;
type Explained = Awaited<ReturnType<typeof explainErrorText>>;
interface Shown {
  told?: Told;
  errors?: FormErrors;
  fields?: readonly Field[];
}

async function trialFields({ call, email }: Visit, form?: ReadonlyMap<string, string>): Promise<Field[]> {
  const { accessors } = await call(listAccessors, { limit: 200 });
  const user: Field = {
    id: "user",
    label: "As whom: e-mail address of one of your people",
    required: true,
    maxLength: 300,
    autocomplete: "off",
    value: form?.get("user") ?? email,
  };
  if (accessors.length < 2) return [user];
  const options = accessors.map(({ name }) => ({ value: name, label: name }));
  return [user, { id: "name", label: "Data accessor", type: "select", options, value: form?.get("name") }];
}

async function showChecks(visit: Visit, { told, errors, fields }: Shown = {}): Promise<void> {
  const { base, call, show } = visit;
  const { findings } = await call(checkOneTenant);
  show({
    tab: "checks",
    head: {
      title: "Checks",
      lead: "What works, what does not, and what to do.",
      actions: [{ label: "Explain an error", url: `${base}/checks/error` }],
    },
    errors,
    sections: [
      ...(told === undefined ? [] : [trialSection(told)]),
      {
        id: "try",
        title: "Try a search",
        lead: "A real exchange at your AWS and a real search, as one of your people. What is found is counted, not shown, and the trial stands in the activity.",
        form: {
          action: `${base}/checks`,
          fields: fields ?? (await trialFields(visit)),
          submitLabel: "Try it",
        },
      },
      {
        id: "state",
        title: "Your organization",
        table: {
          caption: "Checks of the organization",
          columns: [{ label: "Seen" }, { label: "State", kind: "state" }, { label: "What to do" }],
          rows: findings.map(({ outcome, message, cause, fix }) => [
            { text: sentence(message), note: cause },
            stateCell(outcome),
            { text: fix ?? "" },
          ]),
        },
      },
    ],
  });
}

const states = {
  passed: { text: "In order", tone: "ok" },
  information: { text: "To know", tone: "info" },
  warning: { text: "Look at it", tone: "warn" },
  failed: { text: "Does not work", tone: "bad" },
} as const;
const stateCell = (outcome: keyof typeof states): Cell => states[outcome];
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// The doctor's own words tell of the service's settings and repeat AWS's text: only outcomes and numbers are taken of them.
function trialSection({ ok, findings, refusal }: Told): PortalSection {
  const rows = trialSteps.map(([check, words]): Cell[] => {
    const found = findings.find((finding) => finding.check === check);
    if (found === undefined) return [{ text: words }, { text: "Not reached", tone: "none" }, { text: "" }];
    if (found.outcome === "passed" || found.outcome === "information") {
      return [{ text: words }, { text: "Yes", tone: "ok" }, { text: "" }];
    }
    const { what, fix } =
      check === "tenant.accessor"
        ? noDetails
        : failureWords(check === "tenant.client" ? undefined : refusal?.code);
    return [{ text: words, note: what }, { text: "No", tone: "bad" }, { text: fix }];
  });
  const failed = findings.some(
    ({ outcome, check }) => outcome === "failed" && !trialSteps.some(([one]) => one === check),
  );
  const search = findings.find(({ check }) => check === "tenant.search");
  const nothing =
    search?.outcome === "information" ? " It was answered, and nothing this person may see matches." : "";
  const all = failed
    ? `${failureWords(undefined).what} ${failureWords(undefined).fix}`
    : "It ended at the step marked No.";
  return {
    id: "result",
    title: ok ? "It works" : "It does not work yet",
    lead: ok ? `Every step went well.${nothing}` : all,
    table: {
      caption: "Steps of the trial",
      columns: [{ label: "Step" }, { label: "Went well", kind: "state" }, { label: "What to do" }],
      rows,
    },
  };
}

const noDetails = {
  what: "There is no data accessor of this name.",
  fix: "Enter what AWS shows you, under Data accessors.",
};

// Whoever is named here was chosen from no list.
const triedAs = {
  not_a_member:
    "Nobody of your organization has this address. Look how it is written; your people stand under People.",
};

async function tryOut(visit: PostVisit): Promise<void> {
  const user = visit.form.get("user")?.trim() ?? "";
  const name = visit.form.get("name")?.trim() ?? "";
  const fields = await trialFields(visit, visit.form);
  try {
    const told = await visit.call(tryAccessor, { user, ...(name === "" ? {} : { name }) });
    await showChecks(visit, { told, fields });
  } catch (error) {
    const fault = formFault(error, "Nothing was tried", fields, {}, triedAs);
    await showChecks(visit, { errors: fault.errors, fields: fault.fields });
  }
}

const errorField: Field = {
  id: "text",
  label: "Error, or id of a request",
  type: "textarea",
  required: true,
  autocomplete: "off",
  hint: "As AWS, a command or a page printed it. Tokens and keys in it are dropped; nothing of it is logged or stored.",
};

async function explain(visit: PostVisit): Promise<void> {
  const text = visit.form.get("text") ?? "";
  try {
    const told = await visit.call(explainErrorText, { text: text.trim() });
    showExplained(visit, { told, details: await detailsOf(visit), wasId: isRequestId(text) });
  } catch (error) {
    const { errors, fields } = formFault(error, "Nothing was explained", [errorField]);
    showExplained(visit, undefined, { errors, fields });
  }
}

interface Answer {
  told: Explained;
  /** What was entered of the only data accessor; undefined where there is none, or which is meant is not known. */
  details: string | undefined;
  /** Whether nothing but the id of a request was given. */
  wasId: boolean;
}

async function detailsOf({ call }: Visit): Promise<string | undefined> {
  const { accessors } = await call(listAccessors, { limit: 2 });
  const [only] = accessors;
  if (only === undefined || accessors.length > 1) return undefined;
  const { applicationId, retrieverId, qRegion, idcApplicationArn, idcRegion } = only;
  return `application ${applicationId}, retriever ${retrieverId}, region ${qRegion}; ${idcApplicationArn} in IAM Identity Center's region ${idcRegion}`;
}

// What was pasted is not given back: it may hold what it should not.
function showExplained(
  { base, show }: Visit,
  answer?: Answer,
  fault?: Required<Pick<Shown, "errors" | "fields">>,
): void {
  show({
    head: {
      title: "Explain an error",
      crumbs: [{ label: "Checks", url: `${base}/checks` }],
      lead: "What an error of AWS means, and what to do: pasted, or by the id of a request that stands in your activity.",
    },
    errors: fault?.errors,
    ...(answer === undefined || answer.told.dropped.length === 0
      ? {}
      : { banner: droppedBanner(answer.told.dropped) }),
    sections: [
      ...(answer === undefined ? [] : explainedSections(answer)),
      {
        id: "error",
        title: "What you were shown",
        form: {
          action: `${base}/checks/error`,
          fields: fault?.fields ?? [errorField],
          submitLabel: "Explain",
        },
      },
    ],
  });
}

const droppedBanner = (dropped: readonly string[]) => ({
  tone: "warn" as const,
  strong: `The text held ${dropped.join(", ")}.`,
  text: "It was dropped before anything else and is kept nowhere here. It still stands where you copied it from: make a new one.",
});

const notRecognised = {
  strong: "Nothing in it is an error that is known here",
  text: "Copy more of it: the name AWS gives the error, the operation, the words after it.",
};
const notInActivity = {
  strong: "No request of this id stands in your activity",
  text: "It may have been cut off, be older than what is kept, or belong to no request of your organization. Copy the error itself, or tell the people who run the service the id.",
};

// The explanations' own words are for whoever runs the service: only the codes are taken of them. What is not the
// organization's to mend is said once, however many readings of it there are.
function explainedSections({ told: { explanations }, details, wasId }: Answer): PortalSection[] {
  if (explanations.length === 0) {
    return [{ id: "none", title: "Not recognised", empty: wasId ? notInActivity : notRecognised }];
  }
  const told = explanations.map(({ code }) => ({ code, ...copiedWords(code) }));
  const once = told.filter(({ what }, at) => told.findIndex((other) => other.what === what) === at);
  return once.map(({ code, what, fix }, at) => {
    const entries = [
      ...(details !== undefined && isOfDetails(code)
        ? [{ label: "The details say", cell: { text: details } }]
        : []),
      { label: "What to do", cell: { text: fix } },
    ];
    return { id: `explained-${at}`, title: `${at + 1}. ${what}`, kv: { entries } };
  });
}
