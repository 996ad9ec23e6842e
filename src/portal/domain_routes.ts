// Owns the portal's pages of domains: which are claimed and proven, the DNS record to copy, proving, and giving one up.
import { addDomain, listDomains, removeDomain, verifyDomain } from "../admin/operations/domains.ts";
import type { Cell, Field } from "../views/parts.ts";
import type { createPortalEdge, PostVisit, Visit } from "./edge_routes.ts";
import { noSuchPage } from "./edge_routes.ts";
import { type FormFault, formFault } from "./words.ts";

const perPage = 50;
const claimField = (value?: string): Field => ({
  id: "domain",
  label: "Domain",
  hint: "What stands after the @ of your people's addresses, e.g. acme.com.",
  required: true,
  maxLength: 253,
  value,
});

/** Adds their addresses. */
export function addDomainRoutes({ get, post }: ReturnType<typeof createPortalEdge>): void {
  get("/domains", (visit) => showDomains(visit));
  post("/domains", claim);
  get("/domains/:domain", (visit) => showDomain(visit));
  post("/domains/:domain", verify);
  get("/domains/:domain/remove", (visit) => askToRemove(visit));
  post("/domains/:domain/remove", remove);
}

async function showDomains({ ctx, call, show, base, tenant }: Visit, fault?: FormFault): Promise<void> {
  const cursor = typeof ctx.query["after"] === "string" ? ctx.query["after"] : undefined;
  const { domains, cursor: next } = await call(listDomains, { limit: perPage, cursor });
  const rows = domains.map(({ domain, verified }): Cell[] => [
    { text: domain, url: `${base}/domains/${encodeURIComponent(domain)}` },
    verified ? { text: "Proven" } : { text: "Waits for its record", tone: "warn" },
    {
      text: "",
      actions: [
        {
          label: verified ? "Show record" : "Prove",
          url: `${base}/domains/${encodeURIComponent(domain)}`,
          unseen: domain,
        },
        {
          label: "Remove…",
          url: `${base}/domains/${encodeURIComponent(domain)}/remove`,
          kind: "danger",
          unseen: domain,
        },
      ],
    },
  ]);
  show({
    tab: "domains",
    head: { title: "Domains", lead: `Tokens for ${tenant.name} carry addresses of proven domains only.` },
    errors: fault?.errors,
    sections: [
      rows.length === 0
        ? {
            id: "domains",
            title: "Domains",
            empty: {
              strong: "No domain yet",
              text: "Claim the domain of your people's addresses below, then prove it.",
            },
          }
        : {
            id: "domains",
            title: "Domains",
            table: {
              caption: "Domains of the organization",
              columns: [{ label: "Domain" }, { label: "State", kind: "state" }, { label: "Actions" }],
              rows,
            },
            pager: {
              label: "Pages of domains",
              summary: `${rows.length} on this page`,
              previousUrl: cursor === undefined ? undefined : `${base}/domains`,
              nextUrl: next === undefined ? undefined : `${base}/domains?after=${encodeURIComponent(next)}`,
            },
          },
      {
        id: "claim",
        title: "Claim a domain",
        form: { action: `${base}/domains`, fields: fault?.fields ?? [claimField()], submitLabel: "Claim" },
      },
    ],
  });
}

async function claim(visit: PostVisit): Promise<void> {
  const domain = visit.form.get("domain")?.trim() ?? "";
  try {
    const claimed = await visit.call(addDomain, { domain });
    visit.goOn(`/domains/${encodeURIComponent(claimed.domain)}`, "domain_claimed");
  } catch (error) {
    await showDomains(visit, formFault(error, "The domain was not claimed", [claimField(domain)]));
  }
}

async function findClaim({ call, param }: Visit) {
  const name = param("domain");
  for (let cursor: string | undefined; ; ) {
    const page = await call(listDomains, { limit: 500, cursor });
    const found = page.domains.find(({ domain }) => domain === name);
    if (found !== undefined) return found;
    if (page.cursor === undefined) throw noSuchPage();
    cursor = page.cursor;
  }
}

async function showDomain(visit: Visit, fault?: FormFault): Promise<void> {
  const { domain, verified, record } = await findClaim(visit);
  const { base, show } = visit;
  const path = `${base}/domains/${encodeURIComponent(domain)}`;
  show({
    head: {
      title: domain,
      crumbs: [{ label: "Domains", url: `${base}/domains` }],
      badge: verified ? { text: "Proven", tone: "ok" } : { text: "Waits for its record", tone: "warn" },
      actions: [{ label: "Remove…", url: `${path}/remove`, kind: "danger" }],
    },
    errors: fault?.errors,
    sections: [
      {
        id: "record",
        title: "The record that proves it",
        lead: verified
          ? "It is proven. The record may stay; taking it away changes nothing."
          : "Add this record where your domain's DNS is kept, then prove it here.",
        codes: [
          { label: "Type", text: record.type },
          { label: "Name", text: record.name },
          { label: "Value", text: record.value },
        ],
        ...(verified ? {} : { form: { action: path, fields: [], submitLabel: "Prove it now" } }),
      },
    ],
  });
}

async function verify(visit: PostVisit): Promise<void> {
  const { domain } = await findClaim(visit);
  try {
    await visit.call(verifyDomain, { domain });
  } catch (error) {
    return showDomain(visit, formFault(error, "The domain is not proven", []));
  }
  visit.goOn(`/domains/${encodeURIComponent(domain)}`, "domain_proven");
}

async function askToRemove(visit: Visit): Promise<void> {
  const { domain } = await findClaim(visit);
  const { base, tenant, show } = visit;
  show({
    head: {
      title: `Remove ${domain}?`,
      crumbs: [{ label: "Domains", url: `${base}/domains` }],
    },
    confirm: {
      form: { action: `${base}/domains/${encodeURIComponent(domain)}/remove` },
      what: `${domain} will not be a domain of ${tenant.name} any more.`,
      consequences: [
        "No token for your organization carries an address of this domain from now on.",
        "People with such an address can neither sign in to applications nor search.",
      ],
      undo: "You can claim it again, and prove it with the record that is shown then.",
      submitLabel: "Remove",
      cancelUrl: `${base}/domains/${encodeURIComponent(domain)}`,
    },
    sections: [],
  });
}

async function remove(visit: PostVisit): Promise<void> {
  if (visit.form.get("confirm") !== "yes") return askToRemove(visit);
  const { domain } = await findClaim(visit);
  await visit.call(removeDomain, { domain });
  visit.goOn("/domains", "domain_removed");
}
