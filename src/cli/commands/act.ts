// The commands that act for a user as an ISV's back end does: `tti token`, `tti search`, `tti credentials`.
import { decodeJwt, decodeProtectedHeader } from "jose";
import { DataAccessor, toCredentialProcess } from "tti-exchange";
import { type BackEnd, backEndOptions, withBackEnd } from "../acting_user.ts";
import { type Command, defineCommand, requireOption, UsageError } from "../command.ts";
import { formatPassages, passageDocument } from "../passages.ts";

const whoHelp = `  --tenant ID         the customer
  --user USER         e-mail address or user id
  --client-key FILE   the client to mint with, as tti client create --key-out wrote it
                      (default: the one of tti dev, else client-key.json in the data
                      directory)`;

const token = defineCommand({
  name: "token",
  summary: "mint one ID token for a user",
  help: `Usage: tti token --tenant ID --user USER [--decode] [OPTIONS]

Mints one ID token through the token endpoint, as a back end does, and prints it. It is
good for one exchange with AWS, within minutes. Treat it like a password.

${whoHelp}
  --decode            print what the token says instead of the token
  --json              print one JSON document

Example:
  $ tti token --tenant acme --user ada@acme.example --decode`,
  options: { ...backEndOptions, decode: { type: "boolean" } },
  run: ({ values, terminal }) =>
    asUser(values, async (backEnd) => {
      const idToken = await backEnd.mint();
      const decoded = { header: decodeProtectedHeader(idToken), claims: decodeJwt(idToken) };
      if (values.decode) terminal.result(decoded, JSON.stringify(decoded, undefined, 2));
      else terminal.result({ idToken, ...decoded }, idToken);
      return 0;
    }),
});

const search = defineCommand({
  name: "search",
  summary: "mint, exchange, search as a user",
  help: `Usage: tti search --tenant ID --user USER QUERY [--limit N] [OPTIONS]

Searches a customer's Amazon Q index as one of its users: mints an ID token, exchanges it
for the user's credentials, and calls SearchRelevantContent. What comes back is what the
user may see.

${whoHelp}
  --limit N           at most N passages (default 10)
  --json              print one JSON document

Example:
  $ tti search --tenant acme --user ada@acme.example "plan for 2027"`,
  options: { ...backEndOptions, limit: { type: "string" } },
  arguments: ["QUERY…"],
  run: ({ values, arguments: words, terminal }) =>
    asUser(values, async (backEnd) => {
      const accessor = new DataAccessor({
        connection: await backEnd.connection(),
        client: backEnd.openExchange(),
      });
      const passages = [];
      const request = {
        user: backEnd.user.email,
        queryText: words.join(" "),
        maxResults: parseLimit(values.limit),
      };
      for await (const passage of accessor.search(request)) passages.push(passage);
      if (passages.length === 0) terminal.say("Nothing that this user may see matches.");
      terminal.result({ results: passages.map(passageDocument) }, formatPassages(passages, terminal));
      return 0;
    }),
});

const credentials = defineCommand({
  name: "credentials",
  summary: "AWS credentials of a user, for credential_process",
  help: `Usage: tti credentials --tenant ID --user USER [OPTIONS]

Prints the user's AWS credentials at the customer (the result of the exchange) in the
form that credential_process of an AWS profile expects.

${whoHelp}

Example, in ~/.aws/config:
  [profile ada-at-acme]
  credential_process = tti credentials --tenant acme --user ada@acme.example`,
  options: { ...backEndOptions },
  run: ({ values, terminal }) =>
    asUser(values, async (backEnd) => {
      const exchange = backEnd.openExchange();
      const connection = await backEnd.connection();
      const session = await exchange.session({ connection, user: backEnd.user.email });
      const output = toCredentialProcess(session.credentials);
      terminal.result(output, JSON.stringify(output));
      return 0;
    }),
});

function asUser(
  values: { tenant?: string | undefined; user?: string | undefined; "client-key"?: string | undefined },
  work: (backEnd: BackEnd) => Promise<number>,
): Promise<number> {
  const tenantId = requireOption(values.tenant, "tenant", "acme");
  const user = requireOption(values.user, "user", "ada@acme.example");
  return withBackEnd({ tenantId, user, clientKeyPath: values["client-key"] }, work);
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return 10;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new UsageError("--limit is no whole number from 1 to 999", "Write it like --limit 20");
}

export const actCommands: readonly Command[] = [token, search, credentials];
