// Owns the page for the customer's administrator: what is set up, in which of four ways, and what is sent back. Pure.
import type { Customer } from "./customer.ts";
import { detailLabels } from "./detail_labels.ts";
import { code, type Paper, type Part, say, strong, type Words } from "./paper.ts";

/** What is sent back, and what each looks like. */
const details: readonly (readonly [string, string])[] = [
  [detailLabels.applicationId, "36 characters"],
  [detailLabels.qRegion, "such as us-east-1"],
  [detailLabels.retrieverId, "36 characters"],
  [detailLabels.idcApplicationArn, "arn:aws:sso::<account>:application/ssoins-…/apl-…; not the instance's"],
  [detailLabels.idcRegion, "such as us-east-1; it may be another"],
];

/** The page. */
export function customerSteps(customer: Customer): Paper {
  const { supplier, tenantName, tenantId } = customer;
  return {
    title: `${supplier.displayName} and Amazon Q Business: setting it up for ${tenantName}`,
    parts: [
      {
        text: say`For the administrator of ${tenantName}'s AWS account. Afterwards ${supplier.displayName} can search your Amazon Q index for your people, and each of them finds what they themselves may see. What that means for you, how to watch it and how to stop it: ${code("security.md")}.`,
      },
      { heading: "What you need" },
      {
        list: [
          "An Amazon Q Business application that uses IAM Identity Center, with an index and a retriever.",
          "Permission to administer IAM Identity Center and Amazon Q Business.",
          "The people in Identity Center with the same primary e-mail address that they have with us, spelled alike.",
        ],
      },
      { heading: "What is filled in" },
      { table: { head: ["AWS asks for", "Value"], rows: filledRows(customer) } },
      { heading: "Way 1: the script, in AWS CloudShell" },
      {
        list: [
          say`Open CloudShell in the region of your Identity Center and upload ${code("setup.sh")} (Actions, Upload file).`,
          say`Run ${code("bash setup.sh")}. If Amazon Q Business is in another region: ${code("bash setup.sh --q-region REGION")}. Where you have several applications, it lists them and asks you to choose.`,
          "It tells what it found and what it made. Run again, it changes nothing.",
          say`To let in only a group of yours: ${code("bash setup.sh --group-id ID")}. All options: ${code("bash setup.sh --help")}.`,
          say`To take it all away again: the command that it printed when it set up, ${code("bash setup.sh --undo")} with the same options (${code("--q-region REGION")}). If it ends with 3, perhaps not everything was found: it says why.`,
        ],
        numbered: true,
      },
      ...consoleWay(customer),
      { heading: "Way 3: CloudFormation" },
      {
        text: say`${code("cloudformation.json")}, as a stack in the region of Amazon Q Business. What CloudFormation has no type for, it makes by a small function of its own. The output ${code("Details")} has all five details. When you change ${code("GroupId")}, the former group is no longer assigned; whom you assigned by hand stays.`,
      },
      { heading: "Way 4: Terraform" },
      {
        text: say`${code("terraform/setup.tf")} with ${code("terraform/setup.sh")} beside it, and ${code("AWS_REGION")} in the environment, the region of your Identity Center: ${code("terraform init")}, ${code("terraform apply")}. It runs the script; ${code("terraform destroy")}, in the same environment, takes everything away. No variable is needed, but:`,
      },
      {
        list: [
          say`${code("q_region")} if Amazon Q Business is in another region; ${code("idc_region")} without ${code("AWS_REGION")}.`,
          say`${code("application_id")}, ${code("retriever_id")}, ${code("instance_arn")} if there are several: the script lists them.`,
          say`${code("group_id")}, ${code("data_source_id")} to let in only a group, to let search only one data source.`,
          say`For example ${code("terraform apply -var q_region=REGION")}; ${code("destroy")} remembers them. Where the application was deleted meanwhile, ${code("destroy")} stops: ${code("terraform state rm terraform_data.data_accessor")}.`,
        ],
      },
      { heading: "What you send back" },
      {
        text: say`Five details. The script's last line has them all; in the console they stand at the data accessor, tab ${strong("Information for data accessor")}. None of them is secret.`,
      },
      { table: { head: ["Detail", "Looks like"], rows: details.map(([name, form]) => [name, form]) } },
      { heading: "If something does not work" },
      {
        list: [
          say`Nobody finds anything: is the person in Identity Center, with this very address, and a user of the application? Is the External Id ${code(tenantId)}, letter by letter?`,
          "One person finds nothing: their primary address in Identity Center differs from ours, or they may see none of the documents.",
          "AccessDenied while setting up: the permission named is missing in your own role.",
        ],
      },
    ],
  };
}

function filledRows(customer: Customer): Words[][] {
  const { supplier, tenantId, claim, issuerName, accessorName, statementId } = customer;
  return [
    ["Data accessor", supplier.displayName],
    ["External Id", [code(tenantId)]],
    ["Trusted token issuer name", [code(issuerName)]],
    ["Issuer URL (the console does not ask for it)", [code(supplier.issuer.issuer)]],
    ["Identity provider attribute", [code(claim)]],
    ["IAM Identity Center attribute", say`Email (${code("emails.value")})`],
    ["Role that is let in (the console does not ask for it)", [code(supplier.roleArn)]],
    ["Name of the data accessor", [code(accessorName)]],
    ["Statement of the permission, without the console", [code(statementId)]],
  ];
}

function consoleWay({ supplier, tenantId, claim, issuerName, accessorName }: Customer): Part[] {
  return [
    { heading: "Way 2: the console, by hand" },
    {
      list: [
        "Open the Amazon Q Business console, Applications, your application, Data accessors.",
        say`Choose the method ${strong("TTI")}, then ${strong(supplier.displayName)} in the list.`,
        say`Name: ${code(accessorName)}. External Id: ${code(tenantId)}.`,
        say`Trusted token issuer name: ${code(issuerName)}. Identity provider attribute: ${code(claim)}. IAM Identity Center attribute: ${strong("Email")}. Then ${strong("Create trusted token issuer")}.`,
        "Data source access: all data sources, or those that may be searched.",
        "User access: all users of the application, or chosen users and groups. Choose as few as make sense.",
        say`${strong("Add")}. Then open the data accessor, tab ${strong("Information for data accessor")}.`,
      ],
      numbered: true,
    },
  ];
}
