// Owns what a customer is given when it leaves: a script for each place in which they let us in, and the page that says what
// ended here, what they take away there, and what remains where. Pure.
import type { Customer, KnownPlaces } from "./customer.ts";
import { code, type Paper, say, strong, type Words } from "./paper.ts";
import type { PaperFile } from "./paper_file.ts";
import { htmlOf } from "./paper_html.ts";
import { markdownOf } from "./paper_markdown.ts";
import { setupScript } from "./setup_script.ts";

/** A data accessor that was forgotten. */
export interface ForgottenAccessor extends KnownPlaces {
  name: string;
  method: "tti" | "auth-code";
}

/** What became of our side. */
export interface OurSide {
  /** The tenant is enabled still: its people sign in. */
  enabled: boolean;
  forgotten: readonly ForgottenAccessor[];
}

/**
 * The files, the page to read first before the others.
 * @param customer without known places: each script has those of its accessor
 */
export function cleanUpFiles(customer: Customer, ours: OurSide): readonly PaperFile[] {
  const scripts = cleanUpScripts(customer, ours.forgotten);
  const page = cleanUpPage(customer, ours, scripts);
  return [
    { path: "README.md", content: markdownOf(page) },
    { path: "README.html", content: htmlOf(page) },
    ...scripts.map(({ path, content }) => ({ path, content, executable: true as const })),
  ];
}

interface CleanUpScript {
  path: string;
  content: string;
  /** What is filled in; undefined: the script looks it up. */
  of?: ForgottenAccessor;
}

// Numbered, because two names may be one to a file system. What nobody told us of is looked up by the script.
function cleanUpScripts(customer: Customer, forgotten: readonly ForgottenAccessor[]): CleanUpScript[] {
  const byTokens = forgotten.filter(({ method }) => method === "tti");
  if (byTokens.length === 0) return [{ path: "clean-up.sh", content: setupScript(customer, "take away") }];
  return byTokens.map((of, at) => ({
    path: at === 0 ? "clean-up.sh" : `clean-up-${at + 1}.sh`,
    content: setupScript({ ...customer, known: of }, "take away"),
    of,
  }));
}

function cleanUpPage(customer: Customer, ours: OurSide, scripts: readonly CleanUpScript[]): Paper {
  const { supplier, tenantName } = customer;
  const name = supplier.displayName;
  return {
    title: `${name} and Amazon Q Business: taking it away for ${tenantName}`,
    parts: [
      {
        text: say`For the administrator of ${tenantName}'s AWS account. ${name} has ended its side. What lets it in at AWS is yours and stands until you take it away: ${strong("do that now")}.`,
      },
      { heading: "What has ended with us" },
      { list: endedHere(customer, ours) },
      { heading: "What you take away: the script, in AWS CloudShell" },
      {
        list: [
          say`Open CloudShell in the region of your Identity Center and upload the script (Actions, Upload file).`,
          ...scripts.map(runScript),
          "It removes, in this order, the permission, the data accessor with its Identity Center application, and the trusted token issuer. The issuer stays while another application of yours relies on it. Run again, it finds nothing. If it ends with 3, perhaps not everything was found: it says why and what to do.",
        ],
        numbered: true,
      },
      {
        text: say`If you set it up with CloudFormation, delete the stack instead; with Terraform, ${code("terraform destroy")}.`,
      },
      { heading: "By hand" },
      { list: byHand(customer, ours.forgotten), numbered: true },
      { heading: "What remains where" },
      { table: { head: ["What", "Where", "Until"], rows: remains(customer) } },
    ],
  };
}

function endedHere({ supplier, tenantId }: Customer, { enabled, forgotten }: OurSide): Words[] {
  const name = supplier.displayName;
  return [
    forgotten.length === 0
      ? "No data accessor of yours is known to us."
      : say`We have forgotten ${forgotten.length === 1 ? "the data accessor" : "the data accessors"} ${forgotten.map((one) => one.name).join(", ")}: we search nothing of yours any more.`,
    say`No back end makes a token for your people, whether they are there or not. Grants, codes, refresh tokens and agreements for ${code(tenantId)} have ended, on every instance.`,
    enabled
      ? say`${strong("Your people still sign in")} with ${name}, and get ID tokens that name ${name}'s client at AWS. AWS takes such a token while the trusted token issuer and the data accessor stand.`
      : say`${code(tenantId)} is switched off: nobody signs in for it, and no token of any kind is made.`,
    "An ID token that had left before is good until it ends, a few minutes; what AWS gave for one ends after about an hour.",
  ];
}

function runScript({ path, of }: CleanUpScript): Words {
  const places = of === undefined ? "" : ` for the application ${of.applicationId} in ${of.qRegion}`;
  const more =
    of === undefined
      ? say` With the options it was set up with: ${code("--q-region REGION")} if Amazon Q Business is in another region. It lists what it cannot choose between and asks; ${code("--help")}.`
      : [];
  return [...say`Run ${code(`bash ${path}`)}${places}.`, ...more];
}

function byHand({ supplier, statementId, issuerName }: Customer, forgotten: readonly ForgottenAccessor[]) {
  const byCode = forgotten.filter(({ method }) => method === "auth-code");
  return [
    say`In the Amazon Q Business console: your application, Data accessors, that of ${strong(supplier.displayName)}: delete it.`,
    ...byCode.map(
      ({ applicationId, qRegion, idcApplicationArn }) =>
        say`One was by authorization code, which no script takes away: the application ${code(applicationId)} in ${qRegion}, ${code(idcApplicationArn)}.`,
    ),
    say`If the permission is still there: ${code(`aws qbusiness disassociate-permission --application-id ID --statement-id ${statementId}`)}; a statement that the console wrote has another id.`,
    say`Then, in IAM Identity Center, Settings, Authentication, Trusted token issuers: ${code(issuerName)}, unless another application relies on it.`,
  ];
}

function remains({ supplier, tenantId }: Customer): Words[][] {
  const name = supplier.displayName;
  return [
    ["The audit trail: who did what for you, with this offboarding", `with ${name}`, "its retention ends"],
    [
      say`The organization ${code(tenantId)}: name, domains, who belongs to it`,
      `with ${name}`,
      say`${name} deletes it (${code("tti tenant delete")}); the id is given to nobody again`,
    ],
    [
      "Your people's accounts: a person may belong to others too",
      `with ${name}`,
      say`each is erased (${code("tti user delete")})`,
    ],
    [
      say`CloudTrail: each exchange and search, with ${code("onBehalfOf")}`,
      "in your AWS account",
      "your own retention ends",
    ],
    ["Users, groups, documents, the Amazon Q Business application", "in your AWS account", "as they were"],
  ];
}
