// Owns the file in which the sandbox has the design of the provider's pages: the package may import nothing of src, so it
// gets the sheets that every page shares as text (`npm run docs` writes it, test/docs.test.ts compares).
import { joinSheets } from "../src/views/stylesheets.ts";

/** The source of packages/sandbox/src/page/shared_style.ts. */
export function sandboxStyleFile(): string {
  const css = joinSheets(["0_tokens", "1_base", "2_controls"]).replaceAll("}", "}\n").trim();
  return `// The design shared with the provider's pages: tokens, type, controls.
// Written from src/views/style by \`npm run docs\`. Do not edit.

export const SHARED_STYLE = \`${css}\`;
`;
}
