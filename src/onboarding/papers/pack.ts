// Owns which files a customer's administrator is given. Pure.
import { cloudFormation } from "./cloud_formation.ts";
import type { Customer } from "./customer.ts";
import { customerSteps } from "./customer_steps.ts";
import { fillTemplate, type PaperFile } from "./paper_file.ts";
import { htmlOf } from "./paper_html.ts";
import { markdownOf } from "./paper_markdown.ts";
import { securityPage } from "./security_page.ts";
import { setupScript } from "./setup_script.ts";
import { hclText } from "./supplier_role.ts";

/** The pack, the page to read first before the others. */
export function packFiles(customer: Customer): readonly PaperFile[] {
  const steps = customerSteps(customer);
  const security = securityPage(customer);
  const script = setupScript(customer);
  return [
    { path: "README.md", content: markdownOf(steps) },
    { path: "README.html", content: htmlOf(steps) },
    { path: "security.md", content: markdownOf(security) },
    { path: "security.html", content: htmlOf(security) },
    { path: "setup.sh", content: script, executable: true },
    { path: "cloudformation.json", content: cloudFormation(customer) },
    { path: "terraform/setup.tf", content: setupTerraform(customer) },
    { path: "terraform/setup.sh", content: script, executable: true },
  ];
}

/** The Terraform module that runs the script; what is not known has no default. */
function setupTerraform({ known }: Customer): string {
  const values = {
    idcRegion: known?.idcRegion ?? "",
    qRegion: known?.qRegion ?? "",
    applicationId: known?.applicationId ?? "",
    retrieverId: known?.retrieverId ?? "",
  };
  return fillTemplate("setup.tf", values, (text) => (text === "" ? "null" : hclText(text)));
}
