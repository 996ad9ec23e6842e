// The page docs/refusals.md with the blocks that real calls make: what each of the ten printed, and what the page says of it.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type MadeRefusal, makeRefusal, refusalCases } from "./refusal_cases.ts";

/** Where it is. */
export const refusalsPage = fileURLToPath(new URL("../../docs/refusals.md", import.meta.url));

const BLOCKS = /(<!-- refusal: ([\w-]+) -->\n[^`]*```txt\n)[^`]*(```\n[^`]*```txt\n)[^`]*(```\n)/g;

/**
 * @returns the page as it stands, and as it should
 * @throws Error when a case has no section, or a section no case
 */
export async function renderRefusals(): Promise<{ present: string; right: string }> {
  const present = await readFile(refusalsPage, "utf8");
  const made = new Map<string, MadeRefusal>();
  for (const each of refusalCases) made.set(each.name, await makeRefusal(each));
  const shown: string[] = [];
  const right = present.replace(
    BLOCKS,
    (_whole, first: string, name: string, second: string, end: string) => {
      shown.push(name);
      const refusal = made.get(name);
      if (refusal === undefined) throw new Error(`${name} is no case of refusal_cases.ts`);
      return `${first}${refusal.printed}\n${second}${refusal.page}\n${end}`;
    },
  );
  const missing = [...made.keys()].filter((name) => !shown.includes(name));
  if (missing.length > 0) throw new Error(`docs/refusals.md has no section for ${missing.join(", ")}`);
  return { present, right };
}
