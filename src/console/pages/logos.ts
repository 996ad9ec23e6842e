// Owns the pages on which a logo is given or taken away: an organization's, and an application's.
import { removeClientLogo, setClientLogo } from "../../admin/operations/client_logo.ts";
import { showClient } from "../../admin/operations/clients.ts";
import type { ShownLogo } from "../../admin/operations/logo_shape.ts";
import { showTenantBrand } from "../../admin/operations/tenant_brand.ts";
import { removeTenantLogo, setTenantLogo } from "../../admin/operations/tenant_logo.ts";
import { showTenant } from "../../admin/operations/tenants.ts";
import { mostFileBytes } from "../../provider/looks/png_file.ts";
import type { ConsolePage } from "../../views/console_pages.ts";
import type { Field } from "../../views/parts.ts";
import { isTicked } from "../form_values.ts";
import { type Place, param, type Refused } from "../place.ts";
import { contextOfForm, readRevised, revisedForm } from "../revised_form.ts";
import { applicationActPath, applicationCrumbs, applicationName, applicationPath } from "./applications.ts";
import { organizationActPath, organizationCrumbs } from "./organizations.ts";

const upload = { file: "png", mostFileBytes, mostFields: 20 };

const fields: readonly Field[] = [
  {
    id: "png",
    label: "Logo",
    type: "file",
    accept: "image/png",
    hint: "A PNG: at most 40 KiB and 512 × 256 pixels, 8 bits a channel, neither interlaced nor animated. Its pixels are kept, and nothing else of it.",
  },
];
const removal: Field = { id: "remove", label: "Take the logo away instead", type: "checkbox" };

interface Shown {
  logo: ShownLogo;
  /** Whose. */
  name: string;
  action: string;
  cancelUrl: string;
  lead: string;
  crumbs: readonly { label: string; url: string }[];
}

function logoPage(shown: Shown, revision: string, refused: Refused | undefined): ConsolePage {
  const { logo, name, action, cancelUrl, lead, crumbs } = shown;
  const form = revisedForm(logo === null ? fields : [...fields, removal], revision, refused);
  const empty = { strong: "No logo", text: "Pages show the name." };
  const picture = logo === null ? [{ empty }] : [{ picture: { ...logo, name } }];
  return {
    head: { title: "Logo", crumbs, lead },
    errors: form.errors,
    cards: [
      { title: "Now", parts: picture },
      {
        title: "Another",
        parts: [
          { form: { action, fields: form.fields, hidden: form.hidden, submitLabel: "Save", cancelUrl } },
        ],
      },
    ],
  };
}

/** An organization's logo. */
export const organizationLogoPlace: Place = {
  path: "/console/organizations/:tenant/logo",
  section: "organizations",
  operation: setTenantLogo,
  upload,
  async show(visit, refused) {
    const id = param(visit, "tenant");
    const tenant = await showTenant(visit.context, { id });
    const { shown, revision } = await readRevised(visit, (context) => showTenantBrand(context, { id }));
    const looks = organizationActPath(tenant.id, "brand");
    return logoPage(
      {
        logo: shown.logo,
        name: tenant.name,
        action: organizationActPath(tenant.id, "logo"),
        cancelUrl: looks,
        lead: "Pages show it to its people once they have entered it, 32 pixels high, in the dark on a light plate.",
        crumbs: [...organizationCrumbs(tenant), { label: "Looks", url: looks }],
      },
      revision,
      refused,
    );
  },
  async act(visit, form) {
    const [context, id] = [contextOfForm(visit, form), param(visit, "tenant")];
    const { unchanged } = isTicked(form, "remove")
      ? await removeTenantLogo(context, { id })
      : await setTenantLogo(context, { id, png: form.get("png") ?? "" });
    return { to: organizationActPath(id, "brand"), news: unchanged ? "unchanged" : "saved" };
  },
};

/** An application's logo. */
export const applicationLogoPlace: Place = {
  path: "/console/applications/:client/logo",
  section: "applications",
  operation: setClientLogo,
  upload,
  async show(visit, refused) {
    const { shown: client, revision } = await readRevised(visit, (context) =>
      showClient(context, { clientId: param(visit, "client") }),
    );
    return logoPage(
      {
        logo: client.logo,
        name: applicationName(client),
        action: applicationActPath(client.clientId, "logo"),
        cancelUrl: applicationPath(client.clientId),
        lead: "If it is yours, pages on the way to it show it, 32 pixels high, in the dark on a light plate, until an organization is entered that has its own.",
        crumbs: applicationCrumbs(client),
      },
      revision,
      refused,
    );
  },
  async act(visit, form) {
    const [context, clientId] = [contextOfForm(visit, form), param(visit, "client")];
    const { unchanged } = isTicked(form, "remove")
      ? await removeClientLogo(context, { clientId })
      : await setClientLogo(context, { clientId, png: form.get("png") ?? "" });
    return { to: applicationPath(clientId), news: unchanged ? "unchanged" : "saved" };
  },
};
