// Owns the pages of docs/ that are written from code: settings and error codes. Run it to write them
// (`npm run docs`); test/docs.test.ts fails when a page and its source disagree.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { settings } from "../src/config.ts";
import { errorCatalogue } from "../src/errors.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function configurationPage(): string {
  const rows = Object.values(settings).map((setting) => {
    const required = setting.requiredInProduction === undefined ? "" : " **Required in production.**";
    return `| \`${setting.name}\` | ${setting.defaultText ?? "–"} | ${setting.doc}${required} |`;
  });
  return `# Settings

<!-- Written from src/config.ts by \`npm run docs\`. Do not edit. -->

All settings are environment variables. None is needed for \`npm start\`. \`tti serve\` reads them once and, if
any cannot be used, refuses to start with a list of every fault and its fix. A \`TTI_\` variable that does not
exist is a fault too, so that a typing error is never silently ignored.

The mode is *production* for \`tti serve\`, when \`NODE_ENV=production\`, or when \`TTI_ISSUER\` is set;
\`TTI_MODE=development\` overrides the last two. \`tti dev\` is always development.

| setting | default | what it decides |
|---|---|---|
${rows.join("\n")}

The AWS SDK's own variables (\`AWS_PROFILE\`, \`AWS_ACCESS_KEY_ID\`, \`AWS_ENDPOINT_URL_STS\`, …) work as they do in
any AWS client.
`;
}

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.meaning} | ${entry.fix} |`,
  );
  return `# Error codes

<!-- Written from src/errors.ts by \`npm run docs\`. Do not edit. -->

Every refusal of the command line, the pages and the JSON API carries one of these codes. Codes are a
contract: new ones may come, none changes its meaning. OAuth and OpenID endpoints answer with the codes of
their RFCs instead; AWS failures of the exchange are listed in [exchange.md](exchange.md).

| code | HTTP | meaning | what to do |
|---|---|---|---|
${rows.join("\n")}
`;
}

/** Every generated page, by its path below the project's root. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  "docs/configuration.md": configurationPage,
  "docs/errors.md": errorsPage,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, render] of Object.entries(generatedPages)) writeFileSync(join(root, path), render());
}
