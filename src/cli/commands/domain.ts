// The commands `tti domain …`.
import { addDomain, listDomains, removeDomain, verifyDomain } from "../../admin/operations/domains.ts";
import { txtResolver } from "../../provider/tenants/domain_proof.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand, requireOption } from "../command.ts";
import { formatFields, formatTable } from "../terminal.ts";

const add = defineCommand({
  name: "domain add",
  summary: "claim a domain for a customer",
  help: `Usage: tti domain add DOMAIN --tenant TENANT

Claims a domain for a tenant and prints the DNS record that proves it. Until it is
verified, no token for the tenant carries an address of the domain (while
TTI_REQUIRE_VERIFIED_DOMAIN is on). Claiming again prints the same record.

  --tenant TENANT   the customer
  --json            print one JSON document

Example:
  $ tti domain add acme.com --tenant acme`,
  options: { tenant: { type: "string" } },
  arguments: ["DOMAIN"],
  run({ values, arguments: [domain], terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context, config) => {
      const claim = await addDomain(
        { ...context, resolveTxt: txtResolver(config.dnsServers) },
        { tenantId, domain },
      );
      terminal.result(
        claim,
        formatFields([
          ["domain", claim.domain],
          ["tenant", claim.tenantId],
          ["record", `${claim.record.name} TXT "${claim.record.value}"`],
          ["state", claim.verified ? "verified" : "waiting for the record"],
        ]),
      );
      if (!claim.verified) {
        terminal.say(`Set the record, then: tti domain verify ${claim.domain} --tenant ${claim.tenantId}`);
      }
      return 0;
    });
  },
});

const verify = defineCommand({
  name: "domain verify",
  summary: "check the DNS record of a claimed domain",
  help: `Usage: tti domain verify DOMAIN --tenant TENANT [--shared]

Reads the TXT record of a claimed domain; if it is there, the domain is the tenant's.
A domain belongs to one tenant.

  --tenant TENANT   the customer
  --shared          let this tenant use a domain that another tenant owns: for one
                    company that is two customers of yours, and nobody else
  --json            print one JSON document

Example:
  $ tti domain verify acme.com --tenant acme`,
  options: { tenant: { type: "string" }, shared: { type: "boolean" } },
  arguments: ["DOMAIN"],
  run({ values, arguments: [domain], terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context, config) => {
      const claim = await verifyDomain(
        { ...context, resolveTxt: txtResolver(config.dnsServers) },
        { tenantId, domain, shared: values.shared ?? false },
      );
      terminal.result(claim, `${claim.domain} is verified for ${claim.tenantId}.`);
      return 0;
    });
  },
});

const list = defineCommand({
  name: "domain list",
  summary: "list the domains of customers",
  help: `Usage: tti domain list [--tenant TENANT]

Example:
  $ tti domain list --tenant acme`,
  options: { tenant: { type: "string" } },
  run: ({ values, terminal }) =>
    withAdministration(async (context) => {
      const domains = await listDomains(
        context,
        values.tenant === undefined ? {} : { tenantId: values.tenant },
      );
      if (domains.length === 0)
        terminal.say("No domain is claimed. Claim one: tti domain add acme.com --tenant acme");
      const rows = domains.map((claim) => ({
        TENANT: claim.tenantId,
        DOMAIN: claim.domain,
        STATE: claim.verified ? (claim.shared ? "verified, shared" : "verified") : "waiting for the record",
      }));
      terminal.result({ domains }, rows.length === 0 ? "" : formatTable(rows));
      return 0;
    }),
});

const remove = defineCommand({
  name: "domain remove",
  summary: "take a domain from a customer",
  help: `Usage: tti domain remove DOMAIN --tenant TENANT

Tokens of the tenant with addresses of the domain are refused from now on.

Example:
  $ tti domain remove acme.com --tenant acme`,
  options: { tenant: { type: "string" } },
  arguments: ["DOMAIN"],
  run({ values, arguments: [domain], terminal }) {
    const tenantId = requireOption(values.tenant, "tenant", "acme");
    return withAdministration(async (context) => {
      const removed = await removeDomain(context, {
        tenantId,
        domain,
      });
      terminal.result(removed, `${removed.domain} is no longer a domain of ${removed.tenantId}.`);
      return 0;
    });
  },
});

export const domainCommands: readonly Command[] = [add, verify, list, remove];
