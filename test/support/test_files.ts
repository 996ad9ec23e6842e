// Owns which test files there are and what each needs beside Node.js, read from what it imports.
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";

/** Where the tests are: the project's root, from which npm runs its scripts. */
export const root = process.cwd();

/** A place that was asked for and holds no test; for the person who typed it. */
export class NoSuchTests extends Error {}

/**
 * The test files at some places, in order.
 * @param places files or folders as seen from the root; none: every test of the project and its packages
 * @throws NoSuchTests naming the place that does not exist or holds no test
 */
export function testFiles(places: readonly string[]): string[] {
  const wanted =
    places.length > 0 ? places : ["test", ...globSync("packages/*/test", { cwd: root }).map(slashes)];
  const found = wanted.flatMap((place) => {
    const path = join(root, place);
    if (!existsSync(path)) throw new NoSuchTests(`there is no file or folder ${place}`);
    if (!statSync(path).isDirectory()) return [slashes(place)];
    const inside = globSync(`${slashes(place)}/**/*.test.ts`, { cwd: root }).map(slashes);
    if (inside.length === 0) throw new NoSuchTests(`no test file stands in ${place}`);
    return inside;
  });
  return [...new Set(found.map((path) => posix.normalize(path)))].sort();
}

/** What a test file needs beside Node.js. */
export interface Needs {
  browser: boolean;
  postgres: boolean;
  /** Processes of its own, the two above among them: what takes seconds rather than milliseconds. */
  processes: boolean;
}

/** Reads what a file needs from everything it imports of the tests, itself or by others. */
export function needsOf(file: string): Needs {
  const read = readBy(file);
  return {
    browser: read.has("test/support/browser.ts"),
    postgres: read.has("test/support/postgres.ts"),
    processes: [...read].some((path) => source(path).imports.includes("node:child_process")),
  };
}

const changes = new RegExp(
  [
    String.raw`\bprocess\.(chdir|umask|setuid)\(`,
    String.raw`\bdelete process\.env\b`,
    String.raw`\bprocess\.env(\.\w+|\[[^\]\n]+\])\s*(\?\?|\|\|)?=[^=]`,
    String.raw`\bObject\.\w+\((process|globalThis)\b`,
    String.raw`\bprocess\.(on|once)\("(uncaught|unhandled|warning)`,
    String.raw`\bglobalThis(\.\w+|\[[^\]\n]+\])\s*(\?\?|\|\|)?=[^=]`,
    String.raw`\.prototype\.\w+ = `,
    String.raw`\bregisterHooks\(`,
    String.raw`\bsyncBuiltinESMExports\(`,
  ].join("|"),
);
// The first's fetch is the plain one but for the servers of the file that runs; the second puts all back.
const changesNothing = ["test/support/refusals.ts", "test/support/typed.ts"];

/**
 * Whether a file changes what everything in its process sees: the environment, the folder it stands in, a global, a
 * library's own class. Such a file shares its process with no other. What `t.mock` replaces is put back after the test.
 */
export function changesItsProcess(file: string): boolean {
  return [...readBy(file)].some((path) => !changesNothing.includes(path) && changes.test(source(path).text));
}

/** A file and everything of the tests that it imports, itself or by others. */
function readBy(file: string): ReadonlySet<string> {
  const read = new Set<string>();
  const follow = (path: string): void => {
    if (read.has(path) || !existsSync(join(root, path))) return;
    read.add(path);
    for (const specifier of source(path).imports) {
      const target = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : "";
      if (/^(test|bench|packages\/\w+\/test)\/.*\.ts$/.test(target)) follow(target);
    }
  };
  follow(file);
  return read;
}

const known = new Map<string, { text: string; imports: readonly string[] }>();

function source(path: string): { text: string; imports: readonly string[] } {
  const before = known.get(path);
  if (before !== undefined) return before;
  const text = readFileSync(join(root, path), "utf8");
  const pattern =
    /(?:^|\n)(?:import|export)\s+(?!type\b)[^"';]*?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  const imports = [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
  const found = { text, imports };
  known.set(path, found);
  return found;
}

const slashes = (path: string): string => path.split("\\").join("/");
