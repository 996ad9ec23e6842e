// Owns `npm run site`: the documentation as static pages in a folder, with a search that needs no server.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildSite } from "./build_site.ts";

const ownRoot = fileURLToPath(new URL("../../", import.meta.url));

const usage = `Usage: npm run site [-- --out DIR] [--source URL]

Writes the documentation as static pages: the README, docs/, the packages' and the samples' pages, with a search. They load
nothing from anywhere: open index.html from the disk, or give the folder to any static web server. Links that lead nowhere
and pages that docs/README.md does not link are told, and nothing is written.

  --out DIR      where to write (default: site). What an earlier run wrote there is replaced; a folder that
                 holds anything else is left alone
  --source URL   where the sources can be read in the web, for links to them; without it they are plain text

Example:
  $ npm run site
  $ npm run site -- --out /srv/docs --source https://forge.example/isv/sign-on/blob/v1.2.3/
`;

/** Something to be told to whoever ran the command, without a stack. */
class SiteRefused extends Error {}

interface Wanted {
  out: string;
  sourceUrl: string | undefined;
}

/** @throws SiteRefused naming the word and what to write instead */
function readWords(words: readonly string[]): Wanted | "help" {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        out: { type: "string", default: "site" },
        source: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help === true) return "help";
    if (values.out === "") throw new SiteRefused("--out names no folder");
    return { out: resolve(values.out), sourceUrl: readSourceUrl(values.source) };
  } catch (error) {
    if (error instanceof SiteRefused) throw error;
    throw new SiteRefused(
      `${(error as Error).message.split(". ")[0]}. npm run site -- --help says what there is.`,
    );
  }
}

function readSourceUrl(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined;
  if (!URL.canParse(typed) || !/^https?:/.test(typed)) {
    throw new SiteRefused(`--source "${typed}" is no http or https URL`);
  }
  return typed.endsWith("/") ? typed : `${typed}/`;
}

/** @throws SiteRefused if the folder holds what no run of this program wrote */
function emptyFolder(out: string): void {
  if (!existsSync(out)) return;
  const there = readdirSync(out);
  if (there.length > 0 && !there.includes("search_index.js")) {
    throw new SiteRefused(`${out} is not empty and holds no site; name another folder with --out`);
  }
  for (const name of there) rmSync(join(out, name), { recursive: true });
}

/** Where the command says what came of it. */
export interface Said {
  stdout(text: string): void;
  stderr(text: string): void;
}

/**
 * Runs the command.
 * @param words what was typed behind its name
 * @param root the project whose pages are made
 * @returns its exit status
 */
export function runSite(words: readonly string[], said: Said, root = ownRoot): number {
  try {
    const wanted = readWords(words);
    said.stdout(wanted === "help" ? usage : writeSite(root, wanted));
    return 0;
  } catch (error) {
    if (!(error instanceof SiteRefused)) throw error;
    said.stderr(`${error.message}\n`);
    return 1;
  }
}

function writeSite(root: string, { out, sourceUrl }: Wanted): string {
  const { files, faults } = buildSite({ root, sourceUrl });
  if (faults.length > 0) throw new SiteRefused(`${faults.join("\n")}\nNothing was written.`);
  emptyFolder(out);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), content);
  }
  const pages = [...files.keys()].filter((path) => path.endsWith(".html")).length;
  return `${pages} pages. Open ${join(out, "index.html")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = runSite(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  });
}
