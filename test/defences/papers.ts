// The defences of the papers: customers run and believe what we hand them, and send back what we enter.
import type { Defence } from "./defence.ts";

export const defences: readonly Defence[] = [
  {
    id: "papers-shell-literals",
    promise: "No name of a customer or of ours becomes a command in a script that a customer runs.",
    file: "src/onboarding/papers/paper_file.ts",
    find: `.replaceAll("'", \`'\\\\''\`)`,
    replace: "",
    test: "test/onboarding/papers/hostile_names.property.test.ts",
  },
  {
    id: "papers-html-text",
    promise: "No name is markup in a page that is handed to a customer.",
    file: "src/onboarding/papers/paper_html.ts",
    find: `.replace(/[&<>"']/g, (sign) => entities[sign] ?? "")`,
    replace: "",
    test: "test/onboarding/papers/hostile_names.property.test.ts",
  },
  {
    id: "papers-narrow-stays",
    promise: "A second run of a customer's set-up opens nothing that the customer had narrowed.",
    file: "src/onboarding/papers/templates/setup.sh",
    find: `elif [ "$required" = True ] && [ -n "$assigned" ] && [ "$EVERYONE" = no ]; then`,
    replace: "elif false; then",
    test: "test/onboarding/papers/setup_script.test.ts",
    name: "does not widen",
  },
  {
    id: "papers-issuer-in-use",
    promise:
      "A customer's clean-up removes no trusted token issuer that another application of theirs relies on.",
    file: "src/onboarding/papers/templates/setup.sh",
    find: `if grep -qxF "$ISSUER_ARN" <<<"$ANSWER"; then`,
    replace: "if false; then",
    test: "test/onboarding/papers/setup_script.test.ts",
    name: "keeps an issuer",
  },
  {
    id: "papers-own-details",
    promise: "The details of one customer are not entered for another from the line that the script prints.",
    file: "src/onboarding/handed_over.ts",
    find: "if (theirs !== tenantId) {",
    replace: "if (false) {",
    test: "test/onboarding/handed_over.test.ts",
  },
  {
    id: "papers-foreign-files",
    promise: "Papers are not written over a file that is not theirs unless they are told to.",
    file: "src/cli/paper_files.ts",
    find: "if (told.replaced.length > 0 && !replace) throw inTheWay(told.replaced);",
    replace: "",
    test: "test/cli/onboard.test.ts",
  },
];
