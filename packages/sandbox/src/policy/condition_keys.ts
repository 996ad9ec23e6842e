// The global condition keys AWS documents, and which of them a request to the sandbox has.
// IAM user guide, "AWS global condition context keys". A key that is never set has no value here: an Allow that asks for it
// does not apply, a Deny that asks for its absence does.

/** A documented key; `…` stands for the tag's key. */
export type GlobalConditionKey = {
  key: string;
  /** When the sandbox sets it: on every request, for role sessions, for users, by operations that take tags, or never. */
  set: "always" | "session" | "user" | "operation" | "never";
};

/** Every documented global key. */
export const GLOBAL_CONDITION_KEYS: readonly GlobalConditionKey[] = [
  { key: "aws:PrincipalArn", set: "always" },
  { key: "aws:PrincipalAccount", set: "always" },
  { key: "aws:PrincipalType", set: "always" },
  { key: "aws:PrincipalIsAWSService", set: "always" },
  { key: "aws:userid", set: "always" },
  { key: "aws:RequestedRegion", set: "always" },
  { key: "aws:CurrentTime", set: "always" },
  { key: "aws:EpochTime", set: "always" },
  { key: "aws:SecureTransport", set: "always" },
  { key: "aws:SourceIp", set: "always" },
  { key: "aws:ViaAWSService", set: "always" },
  { key: "aws:PrincipalTag/…", set: "always" },
  { key: "aws:TokenIssueTime", set: "session" },
  { key: "aws:SourceIdentity", set: "session" },
  { key: "aws:FederatedProvider", set: "session" },
  { key: "aws:MultiFactorAuthPresent", set: "session" },
  { key: "aws:username", set: "user" },
  { key: "aws:RequestTag/…", set: "operation" },
  { key: "aws:TagKeys", set: "operation" },
  { key: "aws:PrincipalOrgID", set: "never" },
  { key: "aws:PrincipalOrgPaths", set: "never" },
  { key: "aws:PrincipalServiceName", set: "never" },
  { key: "aws:PrincipalServiceNamesList", set: "never" },
  { key: "aws:AssumedRoot", set: "never" },
  { key: "aws:MultiFactorAuthAge", set: "never" },
  { key: "aws:ChatbotSourceArn", set: "never" },
  { key: "aws:Ec2InstanceSourceVpc", set: "never" },
  { key: "aws:Ec2InstanceSourcePrivateIPv4", set: "never" },
  { key: "ec2:RoleDelivery", set: "never" },
  { key: "ec2:SourceInstanceArn", set: "never" },
  { key: "glue:RoleAssumedBy", set: "never" },
  { key: "glue:CredentialIssuingService", set: "never" },
  { key: "lambda:SourceFunctionArn", set: "never" },
  { key: "ssm:SourceInstanceArn", set: "never" },
  { key: "aws:SourceVpc", set: "never" },
  { key: "aws:SourceVpcArn", set: "never" },
  { key: "aws:SourceVpce", set: "never" },
  { key: "aws:VpceAccount", set: "never" },
  { key: "aws:VpceOrgID", set: "never" },
  { key: "aws:VpceOrgPaths", set: "never" },
  { key: "aws:VpcSourceIp", set: "never" },
  { key: "aws:ResourceAccount", set: "never" },
  { key: "aws:ResourceOrgID", set: "never" },
  { key: "aws:ResourceOrgPaths", set: "never" },
  { key: "aws:ResourceTag/…", set: "never" },
  { key: "aws:CalledVia", set: "never" },
  { key: "aws:CalledViaFirst", set: "never" },
  { key: "aws:CalledViaLast", set: "never" },
  { key: "aws:referer", set: "never" },
  { key: "aws:SourceAccount", set: "never" },
  { key: "aws:SourceArn", set: "never" },
  { key: "aws:SourceOrgID", set: "never" },
  { key: "aws:SourceOrgPaths", set: "never" },
  { key: "aws:UserAgent", set: "never" },
];
