// Owns the CloudFormation template of a customer's set-up, as JSON: data accessor and permission by AWS's own types; the
// trusted token issuer and the assignment, for which there is none, by a function of Lambda within the stack
// (templates/custom_resource.py). Pure.
import { type Customer, externalIdKey } from "./customer.ts";
import { plainLine } from "./paper.ts";
import { readTemplate } from "./paper_file.ts";

/** What a value of a template may be. */
type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value };

const search = "qbusiness:SearchRelevantContent";
const ref = (name: string): Value => ({ Ref: name });
const attribute = (name: string, of: string): Value => ({ "Fn::GetAtt": [name, of] });

/** The template for one customer; the stack belongs into the region of the Amazon Q Business application. */
export function cloudFormation(customer: Customer): string {
  const { supplier, tenantId } = customer;
  const template: Value = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `Lets ${plainLine(supplier.displayName)} search an Amazon Q Business index as its users (${tenantId.slice(0, 256)}).`,
    Parameters: parameters(customer),
    Conditions: { OneDataSource: { "Fn::Not": [{ "Fn::Equals": [ref("DataSourceId"), ""] }] } },
    Resources: {
      ...functionResources,
      TrustedTokenIssuer: {
        Type: "Custom::TrustedTokenIssuer",
        Properties: {
          ServiceToken: attribute("SetUpFunction", "Arn"),
          What: "issuer",
          IdcRegion: ref("IdcRegion"),
          InstanceArn: ref("InstanceArn"),
          Name: customer.issuerName,
          IssuerUrl: supplier.issuer.issuer,
          Claim: customer.claim,
        },
      },
      DataAccessor: {
        Type: "AWS::QBusiness::DataAccessor",
        Properties: {
          ApplicationId: ref("ApplicationId"),
          DisplayName: customer.accessorName,
          Principal: supplier.roleArn,
          ActionConfigurations: { "Fn::If": ["OneDataSource", [onlyOneDataSource], [{ Action: search }]] },
          AuthenticationDetail: {
            AuthenticationType: "AWS_IAM_IDC_TTI",
            AuthenticationConfiguration: {
              IdcTrustedTokenIssuerConfiguration: {
                IdcTrustedTokenIssuerArn: attribute("TrustedTokenIssuer", "Arn"),
              },
            },
            ExternalIds: [tenantId],
          },
        },
      },
      Permission: {
        Type: "AWS::QBusiness::Permission",
        Properties: {
          ApplicationId: ref("ApplicationId"),
          StatementId: customer.statementId,
          Actions: [search],
          Principal: supplier.roleArn,
          Conditions: [
            {
              ConditionOperator: "StringEquals",
              ConditionKey: externalIdKey,
              ConditionValues: [tenantId],
            },
          ],
        },
      },
      Access: {
        Type: "Custom::ApplicationAccess",
        Properties: {
          ServiceToken: attribute("SetUpFunction", "Arn"),
          What: "access",
          IdcRegion: ref("IdcRegion"),
          ApplicationArn: attribute("DataAccessor", "IdcApplicationArn"),
          GroupId: ref("GroupId"),
        },
      },
    },
    Outputs: outputs(tenantId),
  };
  return `${JSON.stringify(template, undefined, 2)}\n`;
}

const onlyOneDataSource: Value = {
  Action: search,
  FilterConfiguration: {
    DocumentAttributeFilter: {
      EqualsTo: { Name: "_data_source_id", Value: { StringValue: ref("DataSourceId") } },
    },
  },
};

const id = "[a-zA-Z0-9][a-zA-Z0-9-]{35}";

function parameters({ known }: Customer): Value {
  const text = (Description: string, AllowedPattern: string, Default?: string): Value => ({
    Type: "String",
    Description,
    AllowedPattern: `^${AllowedPattern}$`,
    ...(Default === undefined ? {} : { Default }),
  });
  return {
    ApplicationId: text("Your Amazon Q Business application.", id, known?.applicationId),
    RetrieverId: text("Its retriever; only handed on.", id, known?.retrieverId),
    IdcRegion: text(
      "The region of your IAM Identity Center.",
      "[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}",
      known?.idcRegion,
    ),
    InstanceArn: text(
      "Your Identity Center instance: Settings, Instance ARN.",
      "arn:aws[a-z-]*:sso:::instance/(sso)?ins-[a-zA-Z0-9.-]{16}",
    ),
    GroupId: text(
      "Only people of this group of Identity Center may be searched for; empty: all users of the application. Changed, the former group is no longer assigned; whom you assigned by hand stays.",
      "(([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12})?",
      "",
    ),
    DataSourceId: text("Only this data source may be searched; empty: all of them.", `(${id})?`, ""),
  };
}

const functionResources: Readonly<Record<string, Value>> = {
  SetUpRole: {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      },
      ManagedPolicyArns: [
        { "Fn::Sub": `arn:\${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole` },
      ],
      Policies: [
        {
          PolicyName: "SetUp",
          PolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Action: [
                  "sso:CreateTrustedTokenIssuer",
                  "sso:DeleteTrustedTokenIssuer",
                  "sso:DescribeTrustedTokenIssuer",
                  "sso:ListTrustedTokenIssuers",
                  "sso:CreateApplicationAssignment",
                  "sso:DeleteApplicationAssignment",
                  "sso:ListApplicationAssignments",
                  "sso:PutApplicationAssignmentConfiguration",
                ],
                Resource: "*",
              },
            ],
          },
        },
      ],
    },
  },
  SetUpFunction: {
    Type: "AWS::Lambda::Function",
    Properties: {
      Runtime: "python3.13",
      Handler: "index.handler",
      Role: attribute("SetUpRole", "Arn"),
      Timeout: 60,
      Code: { ZipFile: { "Fn::Join": ["\n", readTemplate("custom_resource.py").trimEnd().split("\n")] } },
    },
  },
};

function outputs(tenantId: string): Value {
  const named = (name: string, value: Value): Value => ({ "Fn::Join": ["=", [name, value]] });
  const line = [
    `tti-details tenant=${tenantId}`,
    named("application", ref("ApplicationId")),
    named("q-region", ref("AWS::Region")),
    named("retriever", ref("RetrieverId")),
    named("idc-application", attribute("DataAccessor", "IdcApplicationArn")),
    named("idc-region", ref("IdcRegion")),
  ];
  return {
    ApplicationId: { Value: ref("ApplicationId") },
    ApplicationRegion: { Value: ref("AWS::Region") },
    RetrieverId: { Value: ref("RetrieverId") },
    DataAccessorApplicationArn: { Value: attribute("DataAccessor", "IdcApplicationArn") },
    IdcRegion: { Value: ref("IdcRegion") },
    Details: { Description: "All five in one line, to paste.", Value: { "Fn::Join": [" ", line] } },
  };
}
