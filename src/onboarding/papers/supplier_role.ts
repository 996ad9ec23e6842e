// Owns the IAM role an ISV registers with AWS: its two policies as AWS documents them, and how to make it with
// CloudFormation or Terraform. Pure.

/** A policy document of IAM. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly Readonly<Record<string, unknown>>[];
}

/** Why the session of one hour: base credentials that are a session themselves are a chain, which AWS ends at an hour. */
const sessionSeconds = 3600;

/** What the role may do, exactly as the registration asks. */
export const rolePolicy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "SearchForCustomers",
      Effect: "Allow",
      Action: [
        "qbusiness:SearchRelevantContent",
        "sso-oauth:CreateTokenWithIAM",
        "kms:Decrypt",
        "sts:SetContext",
      ],
      Resource: "*",
    },
  ],
};

/** Who may become the role, with the customer's tag and the user's context. */
export const trustPolicy = (applicationRoleArn: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "OurApplication",
      Effect: "Allow",
      Principal: { AWS: applicationRoleArn },
      Action: ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"],
    },
  ],
});

/** What the application's own role must be allowed. */
export const applicationPolicy = (roleArn: string): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "BecomeTheRegisteredRole",
      Effect: "Allow",
      Action: ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"],
      Resource: roleArn,
    },
  ],
});

/** A policy as it is pasted. */
export const policyText = (policy: PolicyDocument): string => JSON.stringify(policy, undefined, 2);

/** Path and name of a role, as IAM takes them apart. */
function roleNameOf(roleArn: string): { path: string; name: string } {
  const [, path = "/", name = ""] = /:role(\/(?:.*\/)?)([^/]+)$/.exec(roleArn) ?? [];
  return { path, name };
}

/** The role as a CloudFormation template. */
export function roleCloudFormation(roleArn: string, applicationRoleArn: string): string {
  const { path, name } = roleNameOf(roleArn);
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "The IAM role that is registered with Amazon Q Business for data accessors.",
    Resources: {
      DataAccessorRole: {
        Type: "AWS::IAM::Role",
        // Registered with AWS and with every customer: it must outlive the stack.
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
        Properties: {
          Path: path,
          RoleName: name,
          MaxSessionDuration: sessionSeconds,
          AssumeRolePolicyDocument: trustPolicy(applicationRoleArn),
          Policies: [{ PolicyName: "DataAccessor", PolicyDocument: rolePolicy }],
        },
      },
    },
    Outputs: { RoleArn: { Value: { "Fn::GetAtt": ["DataAccessorRole", "Arn"] } } },
  };
  return `${JSON.stringify(template, undefined, 2)}\n`;
}

/** A text as HCL writes it: JSON's quotes, and no template in it. */
export const hclText = (text: string): string =>
  JSON.stringify(text)
    .replaceAll("${", () => "$${")
    .replaceAll("%{", "%%{");

/** The role as Terraform. */
export function roleTerraform(roleArn: string, applicationRoleArn: string): string {
  const { path, name } = roleNameOf(roleArn);
  const indented = (policy: PolicyDocument) => policyText(policy).replaceAll("\n", "\n  ");
  return `# The IAM role that is registered with Amazon Q Business for data accessors.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_iam_role" "data_accessor" {
  path                 = ${hclText(path)}
  name                 = ${hclText(name)}
  max_session_duration = ${sessionSeconds}

  assume_role_policy = <<-POLICY
  ${indented(trustPolicy(applicationRoleArn))}
  POLICY

  # Registered with AWS and with every customer.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role_policy" "data_accessor" {
  name = "DataAccessor"
  role = aws_iam_role.data_accessor.id

  policy = <<-POLICY
  ${indented(rolePolicy)}
  POLICY
}

output "role_arn" {
  value = aws_iam_role.data_accessor.arn
}
`;
}
