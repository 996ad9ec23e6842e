// A program of a developer who uses AWS's plugin: everything by its defaults, the endpoints by AWS's variables. Prints the
// documents a search finds for the person of ID_TOKEN.
import { createRequire } from "node:module";

const { PLUGIN, ID_TOKEN, ACCESS_ROLE_ARN, APPLICATION_ARN, Q_APPLICATION_ID, RETRIEVER_ID } = process.env;
const require = createRequire(`${PLUGIN}package.json`);
const { TrustedIdentityPropagationExtension } = require(new URL(PLUGIN).pathname);
const { QBusinessClient, SearchRelevantContentCommand } = await import("@aws-sdk/client-qbusiness");

const plugin = TrustedIdentityPropagationExtension.create({
  webTokenProvider: async () => ID_TOKEN,
  accessRoleArn: ACCESS_ROLE_ARN,
  applicationArn: APPLICATION_ARN,
});
const client = new QBusinessClient({ region: process.env["AWS_REGION"], extensions: [plugin] });
const { relevantContent } = await client.send(
  new SearchRelevantContentCommand({
    applicationId: Q_APPLICATION_ID,
    queryText: "vacation",
    contentSource: { retriever: { retrieverId: RETRIEVER_ID } },
  }),
);
console.log(JSON.stringify(relevantContent.map(({ documentId }) => documentId).sort()));
client.destroy();
