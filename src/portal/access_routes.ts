// Owns the portal's pages of how applications act for the organization: the presence policy, whether its people may leave by themselves, and its data accessors at AWS.
import { createAccessor, deleteAccessor, listAccessors } from "../admin/operations/accessors.ts";
import { updateTenant } from "../admin/operations/tenants.ts";
import { presenceWords } from "../provider/presence/presence_words.ts";
import type { Field } from "../views/parts.ts";
import type { createPortalEdge, PostVisit, Visit } from "./edge_routes.ts";
import { noSuchPage } from "./edge_routes.ts";
import { type FormFault, formFault, policyChoices, policyFields, policyOf } from "./words.ts";

/** Adds their addresses. */
export function addAccessRoutes({ get, post }: ReturnType<typeof createPortalEdge>): void {
  get("/presence", async (visit) => showPresence(visit));
  post("/presence", savePresence);
  post("/closing", saveClosing);
  get("/accessors", (visit) => showAccessors(visit));
  get("/accessors/new", async (visit) => showEntry(visit, accessorFields(new Map())));
  post("/accessors/new", enter);
  get("/accessors/:accessor/forget", (visit) => askToForget(visit));
  post("/accessors/:accessor/forget", forget);
}

const presenceFields = (choice: string, hours: string): Field[] => [
  {
    id: "policy",
    label: "Applications may act for a person who is away",
    type: "select",
    value: choice,
    options: policyChoices,
  },
  {
    id: "hours",
    label: "Hours",
    type: "number",
    value: hours,
    hint: "Only for the second choice: 1 to 720 hours after the last sign-in.",
  },
];

function showPresence({ tenant, base, show }: Visit, fault?: FormFault): void {
  const { choice, hours } = policyFields(tenant.presencePolicy);
  show({
    tab: "presence",
    head: {
      title: "Presence",
      lead: "When an application may act for your people while they are not there.",
    },
    errors: fault?.errors,
    sections: [
      {
        id: "presence",
        title: "Policy",
        lead: `Now: ${presenceWords(tenant.presencePolicy)}`,
        form: {
          action: `${base}/presence`,
          fields: fault?.fields ?? presenceFields(choice, hours),
          submitLabel: "Save",
        },
      },
      {
        id: "closing",
        title: "Closing accounts",
        lead: "Whoever closes their account leaves the organization and is erased here. You need not be asked; the activity tells it.",
        form: {
          action: `${base}/closing`,
          fields: [
            {
              id: "selfClose",
              label: "Our people may close their accounts themselves",
              type: "checkbox",
              checked: tenant.selfClose,
            },
          ],
          submitLabel: "Save",
        },
      },
    ],
  });
}

async function saveClosing({ call, form, goOn }: PostVisit): Promise<void> {
  await call(updateTenant, { selfClose: form.get("selfClose") !== undefined });
  goOn("/presence", "closing_saved");
}

async function savePresence(visit: PostVisit): Promise<void> {
  const [choice, hours] = [visit.form.get("policy") ?? "", visit.form.get("hours")?.trim() ?? ""];
  try {
    await visit.call(updateTenant, { presence: policyOf(choice, hours) });
  } catch (error) {
    const fields = presenceFields(choice, hours);
    const at = choice === "within" ? "hours" : "policy";
    return showPresence(visit, formFault(error, "The policy was not saved", fields, { presence: at }));
  }
  visit.goOn("/presence", "presence_saved");
}

const members = [
  ["applicationId", "Amazon Q Business application id"],
  ["retrieverId", "Retriever id"],
  ["qRegion", "Region of the application, e.g. us-east-1"],
  ["idcApplicationArn", "ARN of the Identity Center application"],
  ["idcRegion", "Region of IAM Identity Center"],
] as const;

function accessorFields(form: ReadonlyMap<string, string>): Field[] {
  return [
    { id: "name", label: "Name", value: form.get("name") ?? "default", required: true, maxLength: 64 },
    ...members.map(([id, label]) => ({ id, label, value: form.get(id), required: true, maxLength: 300 })),
  ];
}

async function everyAccessor({ call }: Visit) {
  const { accessors } = await call(listAccessors, { limit: 200 });
  return accessors;
}

async function showAccessors(visit: Visit): Promise<void> {
  const accessors = await everyAccessor(visit);
  const { base, show, tenant } = visit;
  show({
    tab: "accessors",
    head: {
      title: "Data accessors",
      lead: `What you set up at AWS for this service: where it searches, with which of your applications. Your External Id there: ${tenant.id}.`,
      actions: [{ label: "Enter a data accessor", url: `${base}/accessors/new`, kind: "primary" }],
    },
    sections:
      accessors.length === 0
        ? [
            {
              id: "accessors",
              title: "Data accessors",
              empty: {
                strong: "None yet",
                text: "In the Amazon Q Business console open Data accessors, and enter what stands under “Information for data accessor”.",
              },
            },
          ]
        : accessors.map((accessor, place) => ({
            id: `accessor-${place}`,
            title: accessor.name,
            action: {
              label: "Forget…",
              url: `${base}/accessors/${encodeURIComponent(accessor.name)}/forget`,
              kind: "danger" as const,
              unseen: accessor.name,
            },
            kv: {
              entries: [
                ...members.map(([id, label]) => ({
                  label: label.replace(/, e\.g\..*/, ""),
                  cell: { text: accessor[id], code: true },
                })),
                { label: "External id", cell: { text: accessor.tenantId, code: true } },
              ],
            },
          })),
  });
}

function showEntry({ base, show }: Visit, fields: readonly Field[], fault?: FormFault): void {
  show({
    head: {
      title: "Enter a data accessor",
      crumbs: [{ label: "Data accessors", url: `${base}/accessors` }],
      lead: "You find the values in the Amazon Q Business console: Data accessors, the accessor, tab “Information for data accessor”.",
    },
    errors: fault?.errors,
    sections: [
      {
        id: "accessor",
        title: "What AWS shows you",
        form: {
          action: `${base}/accessors/new`,
          fields: fault?.fields ?? fields,
          submitLabel: "Enter",
          cancelUrl: `${base}/accessors`,
        },
      },
    ],
  });
}

async function enter(visit: PostVisit): Promise<void> {
  const given = Object.fromEntries(
    ["name", ...members.map(([id]) => id)].map((id) => [id, visit.form.get(id)?.trim() ?? ""]),
  );
  try {
    await visit.call(createAccessor, given);
  } catch (error) {
    const fields = accessorFields(visit.form);
    return showEntry(visit, fields, formFault(error, "The data accessor was not entered", fields));
  }
  visit.goOn("/accessors", "accessor_entered");
}

async function findAccessor(visit: Visit) {
  const found = (await everyAccessor(visit)).find(({ name }) => name === visit.param("accessor"));
  if (found === undefined) throw noSuchPage();
  return found;
}

async function askToForget(visit: Visit): Promise<void> {
  const { name } = await findAccessor(visit);
  const { base, show } = visit;
  show({
    head: { title: `Forget ${name}?`, crumbs: [{ label: "Data accessors", url: `${base}/accessors` }] },
    confirm: {
      form: { action: `${base}/accessors/${encodeURIComponent(name)}/forget` },
      what: `This service will not know the data accessor ${name} any more.`,
      consequences: [
        "Searches by it end at once.",
        "Nothing changes at AWS: take the access away there, too.",
      ],
      undo: "You can enter it again.",
      submitLabel: "Forget",
      cancelUrl: `${base}/accessors`,
    },
    sections: [],
  });
}

async function forget(visit: PostVisit): Promise<void> {
  if (visit.form.get("confirm") !== "yes") return askToForget(visit);
  const { name } = await findAccessor(visit);
  await visit.call(deleteAccessor, { name });
  visit.goOn("/accessors", "accessor_forgotten");
}
