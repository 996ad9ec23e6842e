// Owns the script a customer's administrator runs in CloudShell: templates/setup.sh, filled. Every value is a literal in
// single quotes, and what people wrote is on one line: no name can become a command, nor write on a terminal. Pure.
import type { Customer } from "./customer.ts";
import { plainLine } from "./paper.ts";
import { fillTemplate, shellText } from "./paper_file.ts";

/** What the script does when it is run without options. */
export type ScriptDefault = "set up" | "take away";

/** The script for one customer. */
export function setupScript(customer: Customer, usually: ScriptDefault = "set up"): string {
  const { supplier, known } = customer;
  const values = {
    supplier: supplier.displayName,
    issuerUrl: supplier.issuer.issuer,
    claim: customer.claim,
    roleArn: supplier.roleArn,
    tenantId: customer.tenantId,
    issuerName: customer.issuerName,
    accessorName: customer.accessorName,
    statementId: customer.statementId,
    idcRegion: known?.idcRegion ?? "",
    qRegion: known?.qRegion ?? "",
    applicationId: known?.applicationId ?? "",
    retrieverId: known?.retrieverId ?? "",
    undo: usually === "take away" ? "yes" : "no",
  };
  return fillTemplate("setup.sh", values, (text) => shellText(plainLine(text)));
}
