// Owns what is done to one data accessor of an organization: entering it, seeing it, forgetting it.
import { createAccessor, deleteAccessor, showAccessor } from "../../admin/operations/accessors.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import { tryAccessor } from "../../admin/operations/trials.ts";
import { given } from "../form_values.ts";
import { may, type Place, param, type Visit } from "../place.ts";
import { shownForm } from "../refusals.ts";
import { momentText } from "../words.ts";
import { confirmPlace } from "./confirm_place.ts";
import { tryPath } from "./doctor.ts";
import { accessorPath, organizationActPath, organizationCrumbs, organizationPath } from "./organizations.ts";

const path = "/console/organizations/:tenant";
const tenantOf = (visit: Visit) => showTenant(visit.context, { id: param(visit, "tenant") });

/** What a customer handed over at AWS, as it was entered. */
export const accessorPlace: Place = {
  path: `${path}/accessors/:accessor`,
  section: "organizations",
  operation: showAccessor,
  async show(visit) {
    const tenant = await tenantOf(visit);
    const asked = { tenantId: tenant.id, name: param(visit, "accessor") };
    const accessor = await showAccessor(visit.context, asked);
    const forget = {
      label: "Forget…",
      url: accessorPath(tenant.id, accessor.name, "delete"),
      kind: "danger" as const,
    };
    const code = (label: string, text: string) => ({ label, cell: { text, code: true } });
    return {
      head: {
        title: `Data accessor ${accessor.name}`,
        crumbs: organizationCrumbs(tenant),
        actions: [
          ...(may(visit, tryAccessor) ? [{ label: "Try it", url: tryPath(tenant.id, accessor.name) }] : []),
          ...(may(visit, deleteAccessor) ? [forget] : []),
        ],
      },
      cards: [
        {
          title: "As entered",
          parts: [
            {
              kv: {
                entries: [
                  code("Amazon Q Business application id", accessor.applicationId),
                  code("Retriever id", accessor.retrieverId),
                  code("Region of the application", accessor.qRegion),
                  code("ARN of the Identity Center application", accessor.idcApplicationArn),
                  code("Region of Identity Center", accessor.idcRegion),
                  { label: "Entered", cell: { text: momentText(accessor.createdAtMs, visit.now) } },
                ],
              },
            },
          ],
        },
      ],
    };
  },
};

/** Entering what a customer handed over at AWS. */
export const addAccessorPlace: Place = {
  path: `${path}/accessors/add`,
  section: "organizations",
  operation: createAccessor,
  async show(visit, refused) {
    const tenant = await tenantOf(visit);
    const { fields, errors } = shownForm(
      [
        {
          id: "applicationId",
          label: "Amazon Q Business application id",
          required: true,
          autocomplete: "off",
        },
        { id: "retrieverId", label: "Retriever id", required: true, autocomplete: "off" },
        { id: "qRegion", label: "Region of the application", required: true, hint: "Such as us-east-1." },
        {
          id: "idcApplicationArn",
          label: "ARN of the Identity Center application",
          required: true,
          autocomplete: "off",
        },
        { id: "idcRegion", label: "Region of Identity Center", required: true },
        { id: "name", label: "Name", hint: "Which one, if the customer has several. Empty: default." },
      ],
      refused,
    );
    const form = {
      action: organizationActPath(tenant.id, "accessors/add"),
      fields,
      submitLabel: "Enter",
      cancelUrl: organizationPath(tenant.id),
    };
    const lead =
      "The customer finds these in the Amazon Q Business console: Data accessors, the accessor, tab “Information for data accessor”.";
    return {
      head: { title: "Enter a data accessor", crumbs: organizationCrumbs(tenant), lead },
      errors,
      cards: [{ parts: [{ form }] }],
    };
  },
  async act(visit, form) {
    const tenantId = param(visit, "tenant");
    const required = {
      applicationId: "",
      retrieverId: "",
      qRegion: "",
      idcApplicationArn: "",
      idcRegion: "",
    };
    const values = given(
      form,
      "applicationId",
      "retrieverId",
      "qRegion",
      "idcApplicationArn",
      "idcRegion",
      "name",
    );
    await createAccessor(visit.context, { tenantId, ...required, ...values });
    return { to: organizationPath(tenantId), news: "created" };
  },
};

/** Forgetting a data accessor. */
export const deleteAccessorPlace: Place = confirmPlace({
  ...{ path: `${path}/accessors/:accessor/delete`, section: "organizations", operation: deleteAccessor },
  async ask(visit) {
    const tenant = await tenantOf(visit);
    const { name, applicationId } = await showAccessor(visit.context, {
      tenantId: tenant.id,
      name: param(visit, "accessor"),
    });
    return {
      title: "Forget the data accessor",
      crumbs: organizationCrumbs(tenant),
      what: `The data accessor ${name} of ${tenant.name} is forgotten (application ${applicationId}).`,
      consequences: ["Searches by it are refused from now on.", "Nothing changes at AWS."],
      undo: "It can be entered again.",
      submitLabel: "Forget",
      cancelUrl: organizationPath(tenant.id),
    };
  },
  async act(visit) {
    const tenantId = param(visit, "tenant");
    await deleteAccessor(visit.context, { tenantId, name: param(visit, "accessor") });
    return { to: organizationPath(tenantId), news: "deleted" };
  },
});
