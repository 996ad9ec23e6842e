// Owns the portal's page of how the organization's pages look: its logo, its colour, and where it says what its people may read.
// Who has proven no domain may look and not change: a page that anybody could have dressed up would be no proof of whose it is.
import { setTenantBrand, showTenantBrand, type TenantBrand } from "../admin/operations/tenant_brand.ts";
import { removeTenantLogo, setTenantLogo } from "../admin/operations/tenant_logo.ts";
import type { Database } from "../db/connect.ts";
import { OperationError } from "../errors.ts";
import { mostFileBytes } from "../provider/looks/png_file.ts";
import { listDomains } from "../provider/tenants/domain_store.ts";
import type { Field, FormErrors } from "../views/parts.ts";
import type { PortalSection } from "../views/portal_pages.ts";
import type { createPortalEdge, PostVisit, Visit } from "./edge_routes.ts";
import { formFault } from "./words.ts";

/** Adds its addresses. */
export function addLookRoutes({ get, post, postFile }: ReturnType<typeof createPortalEdge>): void {
  get("/looks", (visit) => showLooks(visit));
  post("/looks", saveLooks);
  postFile("/looks/logo", saveLogo, { file: "png", mostFileBytes, mostFields: 5 });
}

const members = ["color", "supportUrl", "policyUrl", "termsUrl"] as const;
type Typed = Readonly<Record<(typeof members)[number], string | null>>;

const lookFields = (typed: Typed): Field[] => [
  {
    id: "color",
    label: "Colour",
    value: typed.color ?? "",
    hint: "# and six hexadecimal digits, such as #0b6b53. What is drawn in it is made so that it can be read. Empty: the service's own.",
  },
  {
    id: "supportUrl",
    label: "Help",
    value: typed.supportUrl ?? "",
    hint: "https:// or mailto:. Empty: none.",
  },
  { id: "policyUrl", label: "Privacy policy", value: typed.policyUrl ?? "", hint: "https://. Empty: none." },
  { id: "termsUrl", label: "Terms of service", value: typed.termsUrl ?? "", hint: "https://. Empty: none." },
];
const logoFields: readonly Field[] = [
  {
    id: "png",
    label: "Logo",
    type: "file",
    accept: "image/png",
    hint: "A PNG: at most 40 KiB and 512 × 256 pixels, 8 bits a channel, neither interlaced nor animated.",
  },
];
const removal: Field = { id: "remove", label: "Take the logo away instead", type: "checkbox" };

interface Refused {
  errors: FormErrors;
  looks?: readonly Field[];
  logo?: readonly Field[];
}

async function showLooks(visit: Visit, refused?: Refused): Promise<void> {
  const { call, show, tenant } = visit;
  const brand = await call(showTenantBrand);
  show({
    tab: "looks",
    head: {
      title: "Looks",
      lead: `What the people of ${tenant.name} see once they have entered it: where they allow an application something, on their account page, and here.`,
    },
    errors: refused?.errors,
    sections: [logoSection(visit, brand, refused?.logo), looksSection(visit, brand, refused?.looks)],
  });
}

function logoSection(
  { base, tenant }: Visit,
  { logo }: TenantBrand,
  fields: readonly Field[] = logo === null ? logoFields : [...logoFields, removal],
): PortalSection {
  return {
    id: "logo",
    title: "Logo",
    lead: logo === null ? "None: pages show the name." : "In the dark it stands on a light plate, as here.",
    picture: logo === null ? undefined : { ...logo, name: tenant.name },
    form: { action: `${base}/looks/logo`, fields, submitLabel: "Save the logo", plain: true },
  };
}

function looksSection(
  { base }: Visit,
  brand: TenantBrand,
  fields: readonly Field[] = lookFields(brand),
): PortalSection {
  return {
    id: "looks",
    title: "Colour and links",
    form: { action: `${base}/looks`, fields, submitLabel: "Save" },
  };
}

const ownRefusals = {
  domain_not_proven: "Prove a domain of your organization first. Then you can change how its pages look.",
};

async function saveLooks(visit: PostVisit): Promise<void> {
  const typed = Object.fromEntries(members.map((name) => [name, visit.form.get(name) ?? ""])) as Typed;
  try {
    await visit.call(setTenantBrand, typed, provenFor(visit));
  } catch (error) {
    const { errors, fields } = formFault(error, "Nothing was changed", lookFields(typed), {}, ownRefusals);
    return showLooks(visit, { errors, looks: fields });
  }
  visit.goOn("/looks", "looks_saved");
}

async function saveLogo(visit: PostVisit, tooLarge?: OperationError): Promise<void> {
  try {
    if (tooLarge !== undefined) throw tooLarge;
    if (visit.form.get("remove") !== undefined) await visit.call(removeTenantLogo, {}, provenFor(visit));
    else await visit.call(setTenantLogo, { png: visit.form.get("png") ?? "" }, provenFor(visit));
  } catch (error) {
    const { errors, fields } = formFault(error, "Nothing was changed", logoFields, {}, ownRefusals);
    return showLooks(visit, { errors, logo: fields });
  }
  visit.goOn("/looks", "looks_saved");
}

const provenFor =
  ({ tenant }: Visit) =>
  async (db: Database): Promise<void> => {
    const domains = await listDomains(db, { tenantId: tenant.id });
    if (domains.some(({ verifiedAtMs }) => verifiedAtMs !== null)) return;
    throw new OperationError("domain_not_proven", "The organization has proven no domain.");
  };
