// Owns SECURITY.md: what is promised, which test proves it, and whether the removal of the defence was noticed at the
// last run of `npm run test:defences`. The promises come from the lists in test/defences.
import { readFileSync } from "node:fs";
import { cveClasses } from "../test/defences/cve_classes.ts";
import { readDefences } from "../test/defences/lists.ts";

/** How the removal of a defence ended when it was last tried by the runner, and on which day (YYYY-MM-DD). */
type Tried = Readonly<Record<string, { outcome: "noticed" | "survived" | "broken"; on: string }>>;

const defences = await readDefences();
const tried = JSON.parse(
  readFileSync(new URL("../test/defences/last_run.json", import.meta.url), "utf8"),
) as Tried;

const before = `# Security

<!-- Written from scripts/security_page.ts and test/defences by \`npm run docs\`. Do not edit. -->

## Reporting

Write to the maintainers privately (the repository's security advisories), not in a public issue. You get an answer
within three working days. Fixes go to the latest version.

## What this product protects

Every customer of an ISV trusts the same issuer and the same audience, and AWS matches users by e-mail address. So a
token that carries the wrong address, the wrong tenant, or reaches the wrong hands is somebody else's access to
somebody else's documents. From this follow the promises below.

Each promise names the test that proves it. \`npm run test:defences\` removes the code behind each promise, one at a
time, in a copy, and expects that test to fail: a test that would not miss the defence proves nothing.`;

const after = `## What it leaves to you

- TLS in front of the public port; a private network for the admin port; backups of the database and of \`TTI_SECRETS\`.
- The word of your own back end: with handoff and minting you vouch for who logged in. The domain policy limits what a
  mistake or a break-in there can do to *other* customers; nothing here limits it for the customer itself.
- Rate limiting of the whole port against floods. Password attempts are limited here.

oidc-provider's own threat model applies besides:
[its security policy](https://github.com/panva/node-oidc-provider/security).`;

/** Draws the page. */
export function securityPage(): string {
  const promises = defences.map(({ id, promise, test }) => {
    const last = tried[id];
    return `| ${promise} | [${test}](${test}) | \`${id}\` | ${last === undefined ? "not yet by the runner" : `${last.outcome} ${last.on}`} |`;
  });
  const classes = Object.entries(cveClasses).map(([number, { title, examples, notHere }]) => {
    const ids = defences.filter(({ cve }) => cve?.includes(Number(number))).map(({ id }) => `\`${id}\``);
    return `| ${number} | ${title} (${examples.join(", ")}) | ${notHere ?? ids.join(", ")} |`;
  });
  return `${before}

## Promises

| promise | proved by | removed as | its removal |
|---|---|---|---|
${promises.join("\n")}

## Classes of published vulnerabilities

What software of this kind has been caught with, and what answers it here.

| class | what | answered by |
|---|---|---|
${classes.join("\n")}

${after}
`;
}
