// A first search, beside a running `tti dev` (npm start): node packages/exchange/examples/first_search.mjs
// In your own back end the four values of the first block are yours; everything below stays as it is.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataAccessor, fromTtiProvider, parseSearchConnection } from "tti-exchange";

const dataDirectory = process.env.TTI_DATA_DIR ?? "data";
const dev = JSON.parse(readFileSync(join(dataDirectory, "dev.json"), "utf8"));
const tti = (...words) => JSON.parse(execFileSync("npx", ["tti", ...words, "--json"], { encoding: "utf8" }));

const issuer = dev.addresses.issuer;
const { clientId, privateJwk: key } = dev.cliClient; // tti client create --mint-for acme --key-out FILE makes yours
const roleArn = "arn:aws:iam::111111111111:role/TtiProviderRole"; // the role registered with AWS
const user = tti("user", "show", "chloe@acme.example").id; // the user's subject at the issuer

const [handedOver] = tti("accessor", "list", "--tenant", "acme").accessors;
using accessor = new DataAccessor({
  connection: parseSearchConnection(handedOver, { roleArn }),
  trustedTokenIssuer: { issuer, audience: "tti-demo" },
  idTokenSource: fromTtiProvider({
    issuer,
    clientId,
    clientAuthentication: { method: "private_key_jwt", key },
    assertionKey: key,
  }),
  // Beside tti dev the local AWS; leave both out to use AWS with the credentials the SDK finds.
  baseCredentials: dev.baseCredentials,
  awsClientOptions: Object.fromEntries(
    ["sts", "ssoOidc", "qbusiness"].map((name) => [name, { endpoint: dev.addresses.sandboxUrl }]),
  ),
});

for await (const { documentTitle, content } of accessor.search({ user, queryText: "plan for 2027" })) {
  console.log(`${documentTitle}: ${content}`);
}
