// Owns reading what a customer's administrator hands over: five details, typed one by one, as the console's text, or as the
// line the script prints. Each is held to AWS's own pattern; what belongs to another customer is told. Pure.
import { ExchangeSettingsError, parseSearchConnection } from "tti-exchange";
import { type DetailsLine, findDetailsLines, withoutQuotation } from "./details_line.ts";
import { detailLabels } from "./papers/detail_labels.ts";
import { plainLine } from "./papers/paper.ts";

/** The five details. */
export interface HandedOver {
  applicationId: string;
  qRegion: string;
  retrieverId: string;
  idcApplicationArn: string;
  idcRegion: string;
}

/** A detail that cannot be taken; `text` is what was pasted as a whole. */
export interface HandedOverFault {
  member: keyof HandedOver | "text";
  fault: string;
  fix: string;
}

const members = ["applicationId", "qRegion", "retrieverId", "idcApplicationArn", "idcRegion"] as const;

/** Regions in which AWS offers Amazon Q Business (its page of quotas, November 2026). */
const qRegions: readonly string[] = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];

/** As much as anybody pastes; the script's line has about 400 characters. */
const mostPasted = 8_000;
/** No line of the console that tells of a detail is as long. */
const longestLine = 300;

/** What was read; `notes` says what is taken and yet worth a look. */
export type ReadHandedOver =
  | { details: HandedOver; notes: readonly string[] }
  | { faults: readonly HandedOverFault[] };

/** Reads the five details as they were typed, each into its field. */
export function readTyped(
  typed: Readonly<Partial<Record<keyof HandedOver, string | undefined>>>,
): ReadHandedOver {
  const trimmed = Object.fromEntries(members.map((member) => [member, (typed[member] ?? "").trim()]));
  try {
    const {
      tenantId: _any,
      roleArn: _ours,
      method: _method,
      ...rest
    } = parseSearchConnection({
      ...trimmed,
      tenantId: "any",
      roleArn: "arn:aws:iam::000000000000:role/any",
    });
    const details = Object.fromEntries(
      members.map((member) => [member, rest[member]]),
    ) as unknown as HandedOver;
    return { details, notes: notesOn(details) };
  } catch (error) {
    if (!(error instanceof ExchangeSettingsError)) throw error;
    const faults = error.faults.map(({ field, what, expected }) => ({
      member: field as keyof HandedOver,
      fault: plainLine(what),
      fix: `Give ${expected}.`,
    }));
    return { faults };
  }
}

/**
 * Reads what was pasted: the line of the script, alone or in all that it printed, or the text of the console's tab
 * "Information for data accessor"; as it stands, or as mail folds and quotes it.
 * @param tenantId the customer whose details they must be
 */
export function readPasted(text: string, tenantId: string): ReadHandedOver {
  if (text.length > mostPasted) {
    return refuse("is far longer than five details", "Paste the script's last line, or the console's tab.");
  }
  const plain = withoutQuotation(text);
  const { lines, otherTenants, hasTraces } = findDetailsLines(plain);
  const named = [...lines.map(({ tenant }) => tenant), ...otherTenants, ...externalIdsIn(plain, tenantId)];
  // A trace of a line without a line says that somebody is named, and no longer whom.
  if (lines.length === 0 && hasTraces && !namesAnother(plain, tenantId)) return refuse(...brokenLine);
  if (named.some((theirs) => theirs !== tenantId)) {
    return refuse(
      "has the details of another customer",
      "Run the script that was made for this organization, and paste what it prints.",
    );
  }
  const [first] = lines.map(detailsOf);
  if (first === undefined) return readConsoleText(plain);
  if (lines.some((line) => members.some((member) => detailsOf(line)[member] !== first[member]))) {
    return refuse(...twoSets);
  }
  return contradicts(plain, first) ? refuse(...twoSets) : readTyped(first);
}

// As the script prints it above the details: labels and values alone name nobody else. A name that mail broke goes on in the
// next line.
const externalIdsIn = (text: string, tenantId: string): string[] =>
  [...text.matchAll(/^External Id:? ([\w-]+=?)$(?:\n(?=([\w-]+)$))?/gim)].map(([, id = "", more = ""]) =>
    id.replace(/=$/, "") + more === tenantId ? tenantId : id,
  );

const brokenLine = [
  "has the line tti-details, or the words above it, but not the whole line: it was broken, quoted or cut on its way",
  "Paste the script's last line alone, from tti-details to the end, as the script printed it.",
] as const;

const twoSets = ["has two different sets of details", "Paste those of one data accessor."] as const;

// In a line that is not whole, a tenant is known as another only where no break can have cut its name.
const namesAnother = (text: string, tenantId: string): boolean =>
  [...text.matchAll(/tenant=([\w-]+)(?= \S)/g)].some(
    ([, tenant]) => tenant !== tenantId && tenant !== `3D${tenantId}`,
  );

const detailsOf = (line: DetailsLine): HandedOver => ({
  applicationId: line.application,
  qRegion: line["q-region"],
  retrieverId: line.retriever,
  idcApplicationArn: line["idc-application"],
  idcRegion: line["idc-region"],
});

// What stands behind the labels in the same text is another set if it says otherwise; an ARN may have been folded.
const contradicts = (text: string, details: HandedOver): boolean =>
  members.some((member) =>
    [...text.matchAll(labelled[member])].some(
      ([, value = ""]) => !details[member].startsWith(value.replace(/=$/, "")),
    ),
  );

// By the words that stand beside a value, in its line or the line before: the console's exact labels are not published.
const labels: readonly (readonly [keyof HandedOver, RegExp])[] = [
  ["idcApplicationArn", /arn/i],
  ["idcRegion", /(?:identity cent(?:er|re)|\bid[ck]\b|sso).*region/i],
  ["qRegion", /region/i],
  ["retrieverId", /retriever/i],
  ["applicationId", /application/i],
];

const forms: Readonly<Record<keyof HandedOver, RegExp>> = {
  idcApplicationArn: /\barn:aws[a-z-]*:sso:[^\s"'<>]+/,
  idcRegion: /\b[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}\b/,
  qRegion: /\b[a-z]{2,3}(?:-[a-z]+)+-\d{1,2}\b/,
  retrieverId: /\b[a-zA-Z0-9][a-zA-Z0-9-]{35}\b/,
  applicationId: /\b[a-zA-Z0-9][a-zA-Z0-9-]{35}\b/,
};

const labelled = Object.fromEntries(
  members.map((member) => [
    member,
    new RegExp(`${detailLabels[member].replaceAll(" ", "\\s+")}[\\s:]+(${forms[member].source})`, "gi"),
  ]),
) as Record<keyof HandedOver, RegExp>;

function readConsoleText(text: string): ReadHandedOver {
  const lines = text.split("\n").map((line) => line.trim());
  const read: Partial<Record<keyof HandedOver, string>> = {};
  let before = "";
  for (const line of lines.filter((one) => one !== "" && one.length <= longestLine)) {
    const member = memberOf(line) ?? memberOf(`${before} ${line}`);
    if (member !== undefined) {
      const value = forms[member].exec(line)?.[0] ?? "";
      if (read[member] !== undefined && read[member] !== value) {
        return refuse("has two values for one detail", "Paste the tab of one data accessor.");
      }
      read[member] = value;
      before = "";
    } else before = line;
  }
  if (Object.keys(read).length === 0) {
    return refuse(
      "has none of the five details",
      "Paste the script's last line, or copy the whole tab Information for data accessor, with its labels.",
    );
  }
  const typed = readTyped(read);
  if ("details" in typed) return typed;
  // Nobody is told that what they see is missing.
  const oneLine = lines.join(" ").toLowerCase();
  const unread = (member: keyof HandedOver) =>
    read[member] === undefined && oneLine.includes(detailLabels[member].toLowerCase());
  const faults = typed.faults.map((one) =>
    one.member !== "text" && unread(one.member)
      ? { ...one, fault: "has no value that can be read: it may have been broken on its way" }
      : one,
  );
  return { faults };
}

// A line is about the first member whose words and whose value it has.
const memberOf = (line: string): keyof HandedOver | undefined =>
  labels.find(([member, words]) => {
    const value = forms[member].exec(line)?.[0];
    return value !== undefined && (member === "idcApplicationArn" || words.test(line.replace(value, "")));
  })?.[0];

const refuse = (fault: string, fix: string): ReadHandedOver => ({ faults: [{ member: "text", fault, fix }] });

function notesOn({ qRegion, applicationId, retrieverId }: HandedOver): string[] {
  return [
    ...(qRegions.includes(qRegion)
      ? []
      : [`AWS lists no Amazon Q Business in ${qRegion}: is it the region of Identity Center?`]),
    ...(applicationId === retrieverId
      ? ["Application and retriever have the same id: one of them was copied twice."]
      : []),
  ];
}
