// Searches a customer's Amazon Q Business index as one user, from an ID token: four calls with the AWS SDK for JavaScript.
// Where AWS_ENDPOINT_URL is set the SDK sends them there, to a local AWS; otherwise they go to AWS.
import { pathToFileURL } from "node:url";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter";

/**
 * @param customer what the customer handed over, and the ISV's own role and name for the customer
 * @param idToken the user's ID token; it serves once
 * @param query what to look for
 * @param base credentials that may assume the role; without them the SDK looks where it always does
 * @returns what this user may see of the customer's documents
 */
export async function searchAsUser(customer, idToken, query, base) {
  const sts = new STSClient({ region: customer.idcRegion, credentials: base });

  // 1. The ISV's role, tagged with the customer it acts for.
  const tagged = await assumeRole(sts, customer, []);

  // 2. The ID token for Identity Center's word on who the user is. A token serves once: a repeat is refused.
  const oidc = new SSOOIDCClient({ region: customer.idcRegion, credentials: tagged, maxAttempts: 1 });
  const exchanged = await oidc.send(
    new CreateTokenWithIAMCommand({
      clientId: customer.idcApplicationArn,
      grantType: JWT_BEARER,
      assertion: idToken,
    }),
  );

  // 3. The role again, by the base credentials again, now in the user's name.
  const ContextAssertion = exchanged.awsAdditionalDetails.identityContext;
  const inName = await assumeRole(sts, customer, [{ ProviderArn: IDENTITY_CENTER, ContextAssertion }]);

  // 4. The search. What comes back is what this user may see.
  const q = new QBusinessClient({ region: customer.qRegion, credentials: inName });
  const { relevantContent } = await q.send(
    new SearchRelevantContentCommand({
      applicationId: customer.qApplicationId,
      queryText: query,
      contentSource: { retriever: { retrieverId: customer.qRetrieverId } },
    }),
  );
  for (const client of [sts, oidc, q]) client.destroy();
  return relevantContent;
}

async function assumeRole(sts, customer, ProvidedContexts) {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: customer.roleArn,
      RoleSessionName: `search-${customer.tenantId}`,
      Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: customer.tenantId }],
      ...(ProvidedContexts.length === 0 ? {} : { ProvidedContexts }),
    }),
  );
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  };
}

/** @returns the variables of the README as one customer */
function readCustomer(env) {
  const read = (name) => env[name] ?? fail(`${name} is not set; the README says where its value comes from`);
  return {
    roleArn: read("ISV_ROLE_ARN"),
    tenantId: read("TENANT_ID"),
    idcApplicationArn: read("IDC_APPLICATION_ARN"),
    idcRegion: read("IDC_REGION"),
    qApplicationId: read("Q_APPLICATION_ID"),
    qRetrieverId: read("Q_RETRIEVER_ID"),
    qRegion: read("Q_REGION"),
  };
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [query] = process.argv.slice(2);
  if (query === undefined) fail("usage: ID_TOKEN=… node search_as_user.mjs QUERY");
  const idToken = process.env.ID_TOKEN ?? fail("ID_TOKEN is not set");
  for (const { documentTitle, content } of await searchAsUser(readCustomer(process.env), idToken, query))
    console.log(`${documentTitle}\n  ${content}`);
}
