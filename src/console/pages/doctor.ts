// Owns the doctor's pages: this installation, its issuer and its side of AWS, checked when somebody asks for it; and one
// organization, with a real exchange and search as one of its people.

import { checkOneTenant, examineInstallation } from "../../admin/operations/checks.ts";
import { many } from "../../admin/operations/ended_text.ts";
import { tryAccessor } from "../../admin/operations/trials.ts";
import type { ConsoleCard, ConsolePage } from "../../views/console_pages.ts";
import type { Field } from "../../views/parts.ts";
import { type ShownFinding, shownFinding } from "../finding_words.ts";
import { may, type Place, type Refused, type Visit, withQuery } from "../place.ts";
import { shownForm } from "../refusals.ts";

const path = "/console/doctor";
const organizationPath = "/console/doctor/organization";

/** Where a data accessor of an organization is tried. */
export const tryPath = (organization: string, accessor: string): string =>
  withQuery(organizationPath, { organization, accessor: accessor === "default" ? undefined : accessor });

/** This installation. */
export const doctorPlace: Place = {
  path,
  section: "doctor",
  operation: examineInstallation,
  show: async (visit) => doctorPage(visit),
  async act(visit) {
    const { findings, profile } = await examineInstallation(visit.context, {});
    const { kept, broken, doubtful } = profile;
    const rules = [
      `${many(kept.length, "rule", "rules")} of docs/tti-profile.md kept`,
      ...(broken.length === 0 ? [] : [`broken: ${broken.join(", ")}`]),
      ...(doubtful.length === 0 ? [] : [`doubtful: ${doubtful.join(", ")}`]),
    ];
    const card = findingsCard(findings);
    return { page: doctorPage(visit, { ...card, parts: [...card.parts, { text: `${rules.join("; ")}.` }] }) };
  },
};

/** One organization, as one of its people. */
export const organizationDoctorPlace: Place = {
  path: organizationPath,
  section: "doctor",
  operation: tryAccessor,
  show: async (visit, refused) => organizationPage(visit, refused),
  async act(visit, form) {
    const text = (name: string) => form.get(name)?.trim() ?? "";
    const tenantId = text("tenantId");
    const name = text("name");
    const given = { tenantId, user: text("user"), ...(name === "" ? {} : { name }) };
    const { findings } = await tryAccessor(visit.context, given);
    const stored = await checkOneTenant(visit.context, { tenantId });
    return {
      page: organizationPage(visit, undefined, form, findingsCard([...stored.findings, ...findings])),
    };
  },
};

/** Findings, in their order, and in the title how they ended. */
function findingsCard(findings: readonly ShownFinding[]): ConsoleCard {
  const count = (outcome: ShownFinding["outcome"]) =>
    findings.filter((finding) => finding.outcome === outcome).length;
  const failed = count("failed");
  const warned = count("warning");
  const warnings = warned === 0 ? "" : `, ${many(warned, "warning", "warnings")}`;
  const title =
    failed === 0 ? `Nothing failed${warnings}` : `${many(failed, "check", "checks")} failed${warnings}`;
  return { title, danger: failed > 0, parts: [{ checks: findings.map(shownFinding) }] };
}

function doctorPage(visit: Visit, verdict?: ConsoleCard): ConsolePage {
  return {
    head: {
      title: "Doctor",
      lead: "What works, what does not, why, and what to do: the checks of tti doctor --aws, in their order.",
      ...(may(visit, tryAccessor)
        ? { actions: [{ label: "Check an organization", url: organizationPath }] }
        : {}),
    },
    cards: [
      ...(verdict === undefined ? [] : [verdict]),
      {
        parts: [
          {
            text: "Settings and store are read, the issuer is asked as AWS asks it, and your side of AWS by calls that change nothing. It takes some seconds, and is recorded.",
          },
          { form: { action: path, fields: [], submitLabel: "Run the checks" } },
        ],
      },
    ],
  };
}

const fieldsOf = (given: ReadonlyMap<string, string>): Field[] => [
  { id: "tenantId", label: "Organization id", required: true, maxLength: 256, value: given.get("tenantId") },
  {
    id: "user",
    label: "As whom: e-mail address or id of one of its people",
    required: true,
    maxLength: 300,
    value: given.get("user"),
    hint: "The organization's presence policy holds: who must be signed in for it, is signed in.",
  },
  {
    id: "name",
    label: "Data accessor",
    maxLength: 64,
    value: given.get("name"),
    hint: "Left empty: default.",
  },
];

function organizationPage(
  { query }: Visit,
  refused: Refused | undefined,
  form?: ReadonlyMap<string, string>,
  verdict?: ConsoleCard,
): ConsolePage {
  const given =
    form ??
    new Map([
      ["tenantId", query.get("organization") ?? ""],
      ["name", query.get("accessor") ?? ""],
    ]);
  const { fields, errors } = shownForm(fieldsOf(given), refused, { tenant: "tenantId", accessor: "name" });
  return {
    head: {
      title: "Check an organization",
      crumbs: [{ label: "Doctor", url: path }],
      lead: "Its domains, people and details, and a real exchange and search as one of its people. What is found is counted, not shown; the organization sees in its activity that you tried.",
    },
    errors,
    cards: [
      ...(verdict === undefined ? [] : [verdict]),
      { parts: [{ form: { action: organizationPath, fields, submitLabel: "Try it" } }] },
    ],
  };
}
