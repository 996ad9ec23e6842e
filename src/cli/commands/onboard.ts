// The commands `tti onboard …`: papers for AWS, for a customer's administrator, and what they send back.
import { createAccessor } from "../../admin/operations/accessors.ts";
import { InputRefused } from "../../admin/operations/input_faults.ts";
import { makePack, makeRegistration, type OnboardingContext } from "../../admin/operations/onboarding.ts";
import { makeLink, revokeLink, showOnboarding } from "../../admin/operations/onboarding_links.ts";
import { type HandedOverFault, readPasted } from "../../onboarding/handed_over.ts";
import { detailLabels } from "../../onboarding/papers/detail_labels.ts";
import type { PaperFile } from "../../onboarding/papers/paper_file.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { withOnboarding } from "../onboarding_context.ts";
import { commandOf } from "../operation_command.ts";
import { paperOptions, tellWritten, writePapers } from "../paper_files.ts";
import type { Terminal } from "../terminal.ts";

/** Options that stand in place of a setting, or beside it. */
export const issuerOptions = {
  name: { type: "string" },
  issuer: { type: "string" },
  "cognito-pool": { type: "string" },
  "role-arn": { type: "string" },
  ...paperOptions,
} as const;

const registration = defineCommand({
  name: "onboard registration",
  summary: "make the papers that AWS asks of you",
  help: `Usage: tti onboard registration --application-role ARN [--method tti|auth-code]…
           [--redirect-uri URL]… [--name NAME] [--logo URL] [--client-id ID]
           [--role-arn ARN] [--issuer URL | --cognito-pool ID] [--out DIR] [--replace]

Makes what the Amazon Q Business team asks of an ISV before customers can choose it, filled
from the settings: display name, logo, client id, discovery URL, what the tenantId is, the IAM
role with its policies as JSON, CloudFormation and Terraform. What AWS would refuse is
refused here, all of it at once. Without --out the paper is printed as Markdown.

  --application-role ARN  the role your application runs as: the trust policy names it
  --method METHOD         tti (default) or auth-code; again for both
  --redirect-uri URL      where AWS returns to, for auth-code; again for each, up to 10
  --name NAME             the name customers know (default: TTI_PUBLIC_NAME)
  --logo URL              where your logo is; left out: you attach it
  --client-id ID          the one client id of all customers (default: TTI_CLIENT_ID)
  --role-arn ARN          the role you register (default: TTI_ROLE_ARN)
  --issuer URL            an issuer that is not this installation, of any OpenID Provider
  --cognito-pool ID       or an Amazon Cognito user pool
  --out DIR               write the papers into this folder
  --replace               also over files there that differ
  --json                  print one JSON document

Example:
  $ tti onboard registration --application-role arn:aws:iam::111122223333:role/application \\
      --out registration`,
  options: {
    "application-role": { type: "string" },
    method: { type: "string", multiple: true },
    "redirect-uri": { type: "string", multiple: true },
    logo: { type: "string" },
    "client-id": { type: "string" },
    ...issuerOptions,
  },
  typedNames: {
    applicationRoleArn: "--application-role",
    methods: "--method",
    displayName: "--name",
    clientId: "--client-id",
  },
  run: ({ values, terminal }) =>
    withOnboarding((context) =>
      givePapers(terminal, values, makeRegistration, context, {
        ...issuerMembers(values),
        applicationRoleArn: values["application-role"],
        methods: values.method,
        redirectUris: values["redirect-uri"],
        logo: values.logo,
        clientId: values["client-id"],
      }),
    ),
});

const pack = defineCommand({
  name: "onboard pack",
  summary: "make what a customer's administrator needs at AWS",
  help: `Usage: tti onboard pack TENANT [--out DIR] [--replace] [--accessor NAME]
           [--name NAME] [--role-arn ARN] [--issuer URL | --cognito-pool ID] [--claim NAME]

Makes what you send to a customer's IT administrator, filled for this customer: the steps in
the AWS console; setup.sh, a script for AWS CloudShell that sets everything up, may be run
again, prints the five details you need, and takes it all away with --undo; CloudFormation
and Terraform for the same; and a page for the customer's security team. Nothing in it is
secret. Without --out the steps are printed as Markdown.

  TENANT              the customer's id: their External Id at AWS
  --out DIR           write the pack into this folder
  --replace           also over files there that differ
  --accessor NAME     fill in what the customer handed over for this data accessor
                      (default: default, if it is there)
  --name NAME         the name customers know (default: TTI_PUBLIC_NAME)
  --role-arn ARN      the role registered with AWS (default: TTI_ROLE_ARN)
  --issuer URL        an issuer that is not this installation, of any OpenID Provider
  --cognito-pool ID   or an Amazon Cognito user pool
  --claim NAME        the claim AWS compares with its users' e-mail addresses (default: email)
  --json              print one JSON document

Example:
  $ tti onboard pack acme --out acme-pack`,
  options: { ...issuerOptions, accessor: { type: "string" }, claim: { type: "string" } },
  arguments: ["TENANT"],
  typedNames: { displayName: "--name", accessor: "--accessor", tenantId: "TENANT", tenant: "TENANT" },
  run: ({ values, arguments: [tenantId], terminal }) =>
    withOnboarding((context) =>
      givePapers(terminal, values, makePack, context, {
        ...issuerMembers(values),
        tenantId,
        accessor: values.accessor,
        claim: values.claim,
      }),
    ),
});

const details = defineCommand({
  name: "onboard details",
  summary: "enter the five details a customer sent back",
  help: `Usage: tti onboard details TENANT [--name NAME]

Reads from standard input what a customer's administrator sent: the last line of setup.sh, all
that it printed, or the text of the tab "Information for data accessor" in the Amazon Q
Business console. Each detail is held to AWS's own pattern, the details of another customer
are refused, and the data accessor is entered as tti accessor create does. A mail may be given
as it is: quoted, or with the line folded.

  TENANT        whose details they are
  --name NAME   which, if the customer has several data accessors (default: default)
  --json        print one JSON document

Example:
  $ tti onboard details acme < mail.txt`,
  options: { name: { type: "string" } },
  arguments: ["TENANT"],
  typedNames: { tenantId: "TENANT", tenant: "TENANT" },
  async run({ values, arguments: [tenantId = ""], terminal }) {
    const mail = await terminal.readInput(
      "details",
      "Give it the mail: tti onboard details TENANT < mail.txt",
    );
    const read = readPasted(mail, tenantId);
    if ("faults" in read) throw asRefused(read.faults, terminal.json);
    return withAdministration(async (context) => {
      const name = values.name === undefined ? {} : { name: values.name };
      const accessor = await createAccessor(context, { tenantId, ...name, ...read.details });
      terminal.result(accessor, `Entered the data accessor ${accessor.name} of ${accessor.tenantId}.`);
      for (const note of read.notes) terminal.say(`! ${note}`);
      return 0;
    });
  },
});

// By the label beside it in the mail; a program is also told the member.
const asRefused = (faults: readonly HandedOverFault[], json: boolean) =>
  new InputRefused(
    faults.map(({ member, fault, fix }) => {
      const called =
        member === "text" ? "standard input" : `${detailLabels[member]}${json ? ` (${member})` : ""}`;
      return { path: [called], what: fault, fix };
    }),
  );

/** What was typed of them. */
export type IssuerValues = Partial<
  Record<"name" | "issuer" | "cognito-pool" | "role-arn" | "out", string>
> & {
  replace?: boolean;
};

/** The members they fill. */
export const issuerMembers = (values: IssuerValues) => ({
  displayName: values.name,
  issuer: values.issuer,
  cognitoPool: values["cognito-pool"],
  roleArn: values["role-arn"],
});

interface Papers {
  issuer: { cautions: readonly string[] };
  files: readonly PaperFile[];
}

async function givePapers(
  terminal: Terminal,
  values: IssuerValues,
  make: (context: OnboardingContext, input: unknown) => Promise<Papers>,
  context: OnboardingContext,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { issuer, files } = await make(context, input);
  if (values.out === undefined) terminal.result({ issuer, files }, files[0]?.content.trimEnd() ?? "");
  else tellWritten(terminal, values.out, writePapers(values.out, files, values.replace === true), { issuer });
  for (const caution of issuer.cautions) terminal.say(`! ${caution}`);
  return 0;
}

export const onboardCommands: readonly Command[] = [
  registration,
  pack,
  commandOf(makeLink, withOnboarding),
  commandOf(showOnboarding, withAdministration),
  commandOf(revokeLink, withAdministration),
  details,
];
