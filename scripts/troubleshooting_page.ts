// Owns docs/guides/troubleshooting.md: what a person sees, and what to do about it. The symptoms stand in symptoms.ts; what
// each means comes from the decoder, from the catalogue of errors, from the pages' own words and from the doctor's rules.
import {
  decodeError,
  type ErrorExplanation,
  explainCode,
  failureCatalogue,
  setUpFailures,
} from "tti-exchange";
import { errorCatalogue } from "../src/errors.ts";
import { profileRules } from "../src/onboarding/doctor/profile.ts";
import { faultWords } from "../src/views/fault_words.ts";
import { exampleFailureContext } from "./example_failure.ts";
import { atSignIn, printed, silent } from "./symptoms.ts";

/** Every check that the page sends somebody to. */
export const checksShown: ReadonlySet<string> = new Set(silent.flatMap(({ checks }) => checks));

/** Codes of the decoder that no printed text leads to: what it says of an error that it does not know. */
export const unprinted: readonly string[] = ["aws_error"];

const explained = (text: string): readonly ErrorExplanation[] =>
  decodeError(text, exampleFailureContext).explanations;

/** Every code that some symptom of the page leads to. */
export function codesShown(): ReadonlySet<string> {
  return new Set(
    Object.values(printed)
      .flatMap((texts) => texts.flatMap(explained))
      .map(({ code }) => code),
  );
}

/** Every code that the decoder knows of AWS. */
export const codesKnown: readonly string[] = [...failureCatalogue, ...setUpFailures].map(({ code }) => code);

// The texts as they are printed are long; what tells them apart is the name, the call and the words.
function seen(text: string): string {
  const [, name = "", operation = "", words = ""] =
    /\((\w+)\) when calling the (\w+) operation: ?(.*)$/.exec(text) ?? [];
  if (name === "") return `\`${text.trim()}\``;
  const action = /is not authorized to perform: ([\w:-]+)/.exec(words)?.[1];
  return [`\`${name}\` (${operation})`, action ?? words].filter((part) => part !== "").join(": ");
}

function printedRows(texts: readonly string[]): string {
  const rows = texts.flatMap((text) =>
    explained(text).map(
      ({ code, title, causes, fix }, index) =>
        `| ${index === 0 ? seen(text) : "the same, if it is not that"} | ${title} (\`${code}\`) | ${causes[0]} | ${fix} |`,
    ),
  );
  return `| you see | it means | likeliest | do |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function signInRows(): string {
  const rows = atSignIn.map((code) => {
    const { meaning, fix } = errorCatalogue[code];
    return `| ${faultWords(code).title} | ${meaning} (\`${code}\`) | ${fix} |`;
  });
  return `| the person reads | it means | do |\n|---|---|---|\n${rows.join("\n")}`;
}

function silentRows(): string {
  const rows = silent.map(({ see, checks, else: more }) => {
    const told = checks.map((check) => {
      const numbers = profileRules.filter((rule) => rule.checks.includes(check)).map(({ number }) => number);
      return `\`${check}\`${numbers.length === 0 ? "" : ` (${numbers.join(", ")})`}`;
    });
    return `| ${see} | ${told.join(", ")} | ${more ?? ""} |`;
  });
  return `| you see | the doctor's checks that tell | |\n|---|---|---|\n${rows.join("\n")}`;
}

const proof = "*Proof: [every code and check is here](../../test/docs/troubleshooting.test.ts)*";

/** The page. */
export function troubleshootingPage(): string {
  return `# Troubleshooting by what you see

<!-- Written from scripts/symptoms.ts, the decoder, src/errors.ts and the doctor's rules by \`npm run docs\`. Do not edit. -->

Two commands know more than this page, because they see your case. Give the first an error as it was printed, whole, with its
stack if it has one; secrets in it are dropped, and it is kept nowhere. The second looks at the installation, and at the issuer
from outside.

\`\`\`sh
npx --no tti doctor --error "InvalidGrantException calling CreateTokenWithIAM"
\`\`\`

\`\`\`sh
npx --no tti doctor
npx --no tti token --tenant acme --user ada@acme.com --client-key back-end.json | npx --no tti doctor --token -
npx --no tti doctor --aws --tenant acme --user ada@acme.com --client-key back-end.json
\`\`\`

In the console they are the pages *Explain an error* and *Doctor* ([console.md](../console.md#the-doctor)); a customer's administrator has
both at the portal, for their own organization ([portal.md](../portal.md#checks)). Over HTTP: \`POST /v1/error-explanations\`.

## At the sign-in

${signInRows()}

Every code of the provider: [errors.md](../errors.md). What a token endpoint answers:
[connecting-an-application.md](../connecting-an-application.md#when-it-is-refused).

${proof}

## AWS refuses

One cause stands here, the likeliest. All of them, in order, and what the client does by itself:
[exchange-failures.md](../../packages/exchange/docs/exchange-failures.md). A fault of the customer's set-up shows itself at
\`CreateTokenWithIAM\` or at the search, rarely where it was made.

${Object.entries(printed)
  .map(([title, texts]) => `### ${title}\n\n${printedRows(texts)}\n\n${proof}`)
  .join("\n\n")}

An error that is none of these: ${explainCode("aws_error")?.fix}

## Nothing says why

\`tti doctor\` names each of these checks, with what it saw, why that matters and what to do. The numbers are the rules of
[tti-profile.md](../tti-profile.md).

${silentRows()}

${proof}
`;
}
