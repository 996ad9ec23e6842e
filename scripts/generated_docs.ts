// Owns the files that are written from others: pages of docs/, the sandbox's style. Run it to write them
// (`npm run docs`); test/docs.test.ts fails when a page and its source disagree.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { explainCode, failureCatalogue, setUpFailures } from "tti-exchange";
import { suspectAfterMs } from "../packages/exchange/src/data_accessor.ts";
import { otherCodes } from "../packages/exchange/src/error_codes.ts";
import { sandboxRulesPage } from "../packages/sandbox/src/index.ts";
import { auditEventsPage } from "../src/audit/event_types_page.ts";
import { errorCatalogue } from "../src/errors.ts";
import { settings } from "../src/settings.ts";
import { adminApiPage } from "./admin_api_page.ts";
import { connectingPage } from "./connecting_page.ts";
import { exampleFailureContext } from "./example_failure.ts";
import { exchangeApiPage } from "./exchange_api_page.ts";
import { limitsPage } from "./limits_page.ts";
import { metricsPage } from "./metrics_page.ts";
import { sandboxStyleFile } from "./sandbox_style.ts";
import { securityPage } from "./security_page.ts";
import { storedPage } from "./stored_page.ts";
import { tracesPage } from "./traces_page.ts";
import { troubleshootingPage } from "./troubleshooting_page.ts";
import { ttiProfilePage } from "./tti_profile_page.ts";
import { readTypedWords } from "./typed_words.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function configurationPage(): string {
  const rows = Object.values(settings).map((setting) => {
    const required = setting.requiredInProduction === undefined ? "" : " **Required in production.**";
    const file = "fromFile" in setting ? ` \`${setting.name}_FILE\` may name a file that holds it.` : "";
    return `| \`${setting.name}\` | ${setting.defaultText ?? "–"} | ${setting.doc}${file}${required} |`;
  });
  return `# Settings

<!-- Written from src/settings.ts by \`npm run docs\`. Do not edit. -->

All settings are environment variables. None is needed for \`npm start\`. \`tti serve\` reads them once and, if
any cannot be read, refuses to start with a list of all such faults and their fixes. What settings contradict one another
in (the key periods) is told after that. A \`TTI_\` variable that does not exist is a fault too: a typing error is told.

The mode is *production* for \`tti serve\`, when \`NODE_ENV=production\`, or when \`TTI_ISSUER\` is set to
anything but this machine's own address in clear text (\`http://localhost:3000\`), which \`tti dev\` serves;
\`TTI_MODE=development\` overrides the last two. \`tti dev\` is always development.

| setting | default | what it decides |
|---|---|---|
${rows.join("\n")}

The AWS SDK's own variables (\`AWS_PROFILE\`, \`AWS_ACCESS_KEY_ID\`, \`AWS_ENDPOINT_URL_STS\`, …) work as they do in
any AWS client.

*Proof: [config](../test/config.test.ts), [addresses follow no header](../test/security/host_headers.test.ts), [client address](../test/security/client_address.test.ts), [tenant lock](../test/security/tenant_lock.test.ts)*
`;
}

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.meaning} | ${entry.fix} |`,
  );
  return `# Error codes

<!-- Written from src/errors.ts by \`npm run docs\`. Do not edit. -->

The JSON API, the commands and the pages name what they refuse by these codes. Codes are a contract: new ones may come,
none changes its meaning. Three answers carry none of them: a command that is written wrongly says how to write it (exit
status 2); a login page says in words why a sign-in failed; OAuth and OpenID endpoints answer with the codes of their
RFCs, and put one of these before the words where they can. AWS failures of the exchange are listed in
[exchange-failures.md](../packages/exchange/docs/exchange-failures.md).

| code | HTTP | meaning | what to do |
|---|---|---|---|
${rows.join("\n")}
`;
}

function exchangeFailuresPage(): string {
  const steps: Readonly<Record<string, string>> = {
    "assume-role-with-tag": "1",
    "create-token-with-iam": "2",
    "assume-role-with-context": "3",
    "search-relevant-content": "4",
  };
  const facts = { name: "", httpStatusCode: 400, text: "", oauthError: undefined, reason: undefined };
  const unknown = { ...facts, region: undefined, requestId: undefined, noAnswer: false };
  const rows = failureCatalogue.map((row) => {
    const at = row.steps
      .map((step) => steps[step])
      .toSorted()
      .join(", ");
    const causes = row.causes(exampleFailureContext, unknown);
    // A denial of young credentials is meant, so only older ones are doubted.
    const since =
      row.code === "search_denied" ? `, if the session is older than ${suspectAfterMs / 1000} seconds` : "";
    const again = row.recovery === "none" ? "no" : `${recoveryWords[row.recovery]}${since}`;
    return `| \`${row.code}\` | ${at} | ${causes.join("<br>")} | ${row.fix(exampleFailureContext, unknown)} | ${again} |`;
  });
  return `# How the exchange fails

<!-- Written from packages/exchange/src/failures by \`npm run docs\`. Do not edit. -->

An \`AwsStepError\` carries one of these codes, the step, the likely causes in this order, the fix, and AWS's
request id. Steps: 1 AssumeRole with the tenant's tag, 2 CreateTokenWithIAM, 3 AssumeRole with the identity
context, 4 SearchRelevantContent. The first row that fits a failure explains it; in an error the causes name
the values of the connection and the token at hand.

| code | step | likely causes, in order | what to do | tried again by itself |
|---|---|---|---|---|
${rows.join("\n")}

*Proof: [every row](../test/failure_catalogue.test.ts), [what is tried again](../test/exchange_faults.test.ts), [presented tokens](../test/presented_tokens.test.ts)*

## Codes that come from no AWS call

| code | means | what to do |
|---|---|---|
${Object.entries(otherCodes)
  .map(([code, meaning]) => `| \`${code}\` | ${meaning} | ${explainCode(code)?.fix} |`)
  .join("\n")}

*Proof: [every code](../test/decoder/posted_errors.test.ts), [the rules of a token](../test/id_token.test.ts)*

## Failures of the customer's set-up

No error of this package has these codes: \`decodeError\` gives them to what a customer copied while setting up.

| code | likely causes, in order | what to do |
|---|---|---|
${setUpFailures.map(({ code, causes, fix }) => `| \`${code}\` | ${causes.join("<br>")} | ${fix} |`).join("\n")}

*Proof: [each made by the local AWS](../../../test/exchange/decoded_errors.test.ts)*

## An error that somebody copied

\`decodeError(text, context?)\` explains an error from its text, whatever printed it: the AWS command line, an SDK's object, a
stack of Java or Python, XML, CloudTrail, or this package. It answers what it recognised, every explanation that is possible,
the likeliest first, from the rows above, and which kinds of secrets stood in the text. Those are dropped before anything
else is done. \`tti doctor --error\` and \`POST /v1/error-explanations\` are its faces in tti-provider.

*Proof: [posted errors](../test/decoder/posted_errors.test.ts), [secrets](../test/decoder/dropped_secrets.test.ts)*
`;
}

const recoveryWords = {
  wait: "yes, after a pause",
  "fresh-token": "yes; step 2 only with a fresh ID token",
  "new-credentials": "once, with new credentials",
};

/** Every generated page, by its path below the project's root. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "docs/admin-api.md": adminApiPage,
  "docs/audit-events.md": auditEventsPage,
  "docs/configuration.md": configurationPage,
  "docs/connecting-an-application.md": connectingPage,
  "docs/limits.md": limitsPage,
  "docs/metrics.md": metricsPage,
  "docs/what-is-stored.md": storedPage,
  "docs/errors.md": errorsPage,
  "docs/guides/troubleshooting.md": troubleshootingPage,
  "docs/traces.md": tracesPage,
  "docs/tti-profile.md": ttiProfilePage,
  "SECURITY.md": securityPage,
  "packages/exchange/docs/api.md": exchangeApiPage,
  "packages/exchange/docs/exchange-failures.md": exchangeFailuresPage,
  "packages/sandbox/docs/sandbox-rules.md": sandboxRulesPage,
  "packages/sandbox/src/page/shared_style.ts": sandboxStyleFile,
};

const usage = `Usage: npm run docs

Writes the pages that follow from tables of the source.`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const typed = readTypedWords(usage, { args: process.argv.slice(2) });
  if (typeof typed === "number") process.exit(typed);
  for (const [path, render] of Object.entries(generatedPages)) writeFileSync(join(root, path), render());
}
