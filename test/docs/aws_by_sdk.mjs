// The `aws` of a reader's machine where a page needs five calls of it: the AWS CLI's words, done with AWS's SDK for JavaScript,
// which reads the same variables. `file://` is read, `--query Arn --output text` is all it knows of queries.
import { readFileSync } from "node:fs";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";

const members = {
  "--url": "Url",
  "--client-id-list": "ClientIDList",
  "--role-name": "RoleName",
  "--policy-name": "PolicyName",
  "--policy-document": "PolicyDocument",
  "--assume-role-policy-document": "AssumeRolePolicyDocument",
};
const calls = {
  "iam create-open-id-connect-provider": [iam.IAMClient, iam.CreateOpenIDConnectProviderCommand],
  "iam create-role": [iam.IAMClient, iam.CreateRoleCommand],
  "iam update-assume-role-policy": [iam.IAMClient, iam.UpdateAssumeRolePolicyCommand],
  "iam put-role-policy": [iam.IAMClient, iam.PutRolePolicyCommand],
  "sts get-caller-identity": [sts.STSClient, sts.GetCallerIdentityCommand],
};

const [service, operation, ...words] = process.argv.slice(2);
const [Client, Command] = calls[`${service} ${operation}`] ?? [];
if (Command === undefined) throw new Error(`the aws of this test has no ${service} ${operation}`);
const text = words.join(" ").endsWith("--query Arn --output text");
const options = text ? words.slice(0, -4) : words;
const input = {};
for (let at = 0; at < options.length; at += 2) {
  const name = members[options[at]];
  if (name === undefined) throw new Error(`the aws of this test has no ${options[at]}`);
  const value = options[at + 1].startsWith("file://")
    ? readFileSync(options[at + 1].slice(7), "utf8")
    : options[at + 1];
  input[name] = name.endsWith("List") ? [value] : value;
}
const client = new Client({});
const { $metadata: _, ...answer } = await client.send(new Command(input));
console.log(text ? answer.Arn : JSON.stringify(answer));
client.destroy();
