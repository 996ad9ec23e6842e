// Owns the paper an ISV sends to the Amazon Q Business team: what AWS asks of it, filled. Pure.
import { code, type Paper, type Part, say, strong, type Words } from "./paper.ts";
import type { PaperFile } from "./paper_file.ts";
import { htmlOf } from "./paper_html.ts";
import { markdownOf } from "./paper_markdown.ts";
import type { Supplier } from "./supplier.ts";
import {
  applicationPolicy,
  policyText,
  roleCloudFormation,
  rolePolicy,
  roleTerraform,
  trustPolicy,
} from "./supplier_role.ts";

/** Where AWS takes registrations (isv-prerequisites). */
const signUp = "https://aws.amazon.com/q/software-provider";

/** The registration as files, the one to read first. */
export function registrationFiles(supplier: Supplier): readonly PaperFile[] {
  const { roleArn, applicationRoleArn = "" } = supplier;
  const paper = registrationPaper(supplier);
  return [
    { path: "registration.md", content: markdownOf(paper) },
    { path: "registration.html", content: htmlOf(paper) },
    { path: "role-policy.json", content: `${policyText(rolePolicy)}\n` },
    { path: "role-trust-policy.json", content: `${policyText(trustPolicy(applicationRoleArn))}\n` },
    { path: "role.cloudformation.json", content: roleCloudFormation(roleArn, applicationRoleArn) },
    { path: "role.tf", content: roleTerraform(roleArn, applicationRoleArn) },
  ];
}

/** The paper itself. */
function registrationPaper(supplier: Supplier): Paper {
  const { displayName, methods, roleArn, applicationRoleArn = "" } = supplier;
  return {
    title: `${displayName}: registration as a data accessor of Amazon Q Business`,
    parts: [
      {
        text: say`What the Amazon Q Business team asks of an independent software vendor, for ${methodWords(methods)}. The way there: an AWS account, the form at ${{ link: signUp, to: signUp }}, and AWS's own check of who you are.`,
      },
      {
        text: say`${strong("Before you send it:")} Amazon Q Business has been closed to new customers since 31 July 2026, and AWS has not said whether it still takes registrations of vendors. What is registered is effectively permanent: customers have entered it in their accounts.`,
      },
      { table: { head: ["AWS asks for", "Value"], rows: askedRows(supplier) } },
      ...issuerParts(supplier),
      { heading: "What the tenantId is" },
      {
        text: say`The id of one customer of ${displayName}: 1 to 256 letters, digits, _ and -, of which the first is a letter or digit. It is chosen once, never changed and never given to another customer. At AWS the customer's administrator types it as ${strong("External Id")}; we send it with every request as the session tag ${code("qbusiness-dataaccessor:ExternalId")}.`,
      },
      { text: tenantIdPlace(supplier) },
      { heading: "The IAM role" },
      {
        text: say`Registered: ${code(roleArn)}. It is assumed by ${code(applicationRoleArn)}, the role our application runs as, with the customer's tag and the user's identity context.`,
      },
      { text: "Its policy:" },
      { code: policyText(rolePolicy), language: "json" },
      { text: "Its trust policy:" },
      { code: policyText(trustPolicy(applicationRoleArn)), language: "json" },
      {
        text: say`The files ${code("role.cloudformation.json")} and ${code("role.tf")} make the role, in one of two ways. ${strong("Not sent to AWS:")} the application's own role needs this policy beside what it has.`,
      },
      { code: policyText(applicationPolicy(roleArn)), language: "json" },
    ],
  };
}

const methodWords = (methods: Supplier["methods"]): string =>
  methods
    .map((method) => (method === "tti" ? "the trusted token issuer (TTI)" : "the authorization code"))
    .join(" and ");

function askedRows(supplier: Supplier): Words[][] {
  const { displayName, logo, clientId, issuer, redirectUris, methods } = supplier;
  const tti: Words[][] = [
    ["OIDC client id, one for all customers", say`${code(clientId)}; aud of every token, as text`],
    ["OIDC discovery endpoint", [code(issuer.discoveryUrl)]],
    ["Issuer URL", say`${code(issuer.issuer)}, compared byte by byte`],
  ];
  return [
    ["Display name in the AWS console", displayName],
    ["Business logo", logo === undefined ? "attached as a file" : [{ link: logo, to: logo }]],
    ...(methods.includes("tti") ? tti : []),
    ...(methods.includes("auth-code")
      ? redirectUris.map((uri): Words[] => ["Redirect URL", [code(uri)]])
      : []),
    ["IAM role", [code(supplier.roleArn)]],
    ["Its policy and trust policy", "below"],
    ["tenantId: what it is, and where an administrator finds it", "below"],
  ];
}

function issuerParts({ methods, issuer, isOwnIssuer }: Supplier): Part[] {
  if (!methods.includes("tti")) return [];
  const asked: Words[] = [
    "Discovery document and keys answer everybody on the internet, at port 443, without a redirect.",
    "Tokens are signed with RS256, by a key of 2048 bits whose kid is in the published keys.",
    "Each token has iss, sub, aud, exp, email and a jti that never comes again; email is the address in Identity Center.",
  ];
  return [
    { heading: "The issuer" },
    {
      text: isOwnIssuer
        ? say`${code(issuer.issuer)} is this installation of tti-provider, which keeps to these rules. ${code("tti doctor")} says so from the outside:`
        : say`${code(issuer.issuer)} is not an installation of tti-provider. Check that it keeps to these rules, for instance with ${code(`tti doctor ${issuer.issuer} --token FILE`)}:`,
    },
    { list: asked },
    ...(issuer.cautions.length === 0
      ? []
      : ([{ text: "Of this one besides:" }, { list: issuer.cautions }] as Part[])),
  ];
}

function tenantIdPlace({ displayName, issuer, isOwnIssuer }: Supplier): Words {
  if (!isOwnIssuer) {
    return say`A customer's administrator finds it in the papers that ${displayName} hands to each customer, where it is filled in everywhere.`;
  }
  return say`A customer's administrator finds it on the portal, ${code(`${issuer.issuer}/portal`)}, under Data accessors, and in the papers that ${displayName} hands to each customer, where it is filled in everywhere.`;
}
