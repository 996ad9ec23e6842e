// The rooms of packages/sandbox as tests: which folder stands above which (types count too), that no two folders know
// each other, and what may stand only in one room. docs/architecture.md says what each room owns.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const source = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "packages/sandbox/src");

// Lowest first. A room imports rooms that stand lower, and itself; rooms of one line do not know each other.
const floors: readonly (readonly string[])[] = [
  ["ground"],
  ["rules", "policy", "models"],
  ["state", "search", "issuer"],
  ["operation"],
  ["services", "seed", "gateway"],
  ["control"],
  ["page"],
  ["start", "probe"],
  ["command"],
  ["index.ts"],
];

// Q Business keeps Identity Center applications and asks for the user a token names; other services meet in the world.
const neighbours: Readonly<Record<string, readonly string[]>> = { qbusiness: ["sso_admin", "sso_oidc"] };

interface SandboxFile {
  path: string;
  text: string;
  /** Every file it names: values, types, dynamic imports and `import("…")` in types alike. */
  targets: string[];
}

const specifier = /\bfrom\s+["'](\.[^"']+)["']|\bimport\s*\(?\s*["'](\.[^"']+)["']/g;

const files: SandboxFile[] = globSync("**/*.ts", { cwd: source })
  .map((path) => path.split("\\").join("/"))
  .sort()
  .map((path) => {
    const text = readFileSync(join(source, path), "utf8");
    const targets = [...text.matchAll(specifier)].map((match) =>
      posix.normalize(posix.join(posix.dirname(path), match[1] ?? match[2] ?? "")),
    );
    return { path, text, targets };
  });

const roomOf = (path: string): string => path.split("/")[0] ?? path;
const floorOf = (path: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(path)));

function offences(judge: (file: SandboxFile) => string[]): string[] {
  return files.flatMap((file) => judge(file).map((what) => `${file.path}: ${what}`));
}

test("the sandbox has the rooms of the plan, and nothing loose but its entry", () => {
  assert.deepEqual([...new Set(files.map(({ path }) => roomOf(path)))].sort(), floors.flat().sort());
});

test("a room imports lower rooms only, types too", () => {
  const found = offences(({ path, targets }) =>
    targets
      .filter((target) => roomOf(target) !== roomOf(path) && floorOf(target) >= floorOf(path))
      .map((target) => `imports ${target}, which does not lie below it`),
  );
  assert.deepEqual(found, []);
});

test("no two folders import each other, types too", () => {
  const arrows = new Set(
    files.flatMap(({ path, targets }) =>
      targets
        .filter((target) => posix.dirname(target) !== posix.dirname(path))
        .map((target) => `${posix.dirname(path)} → ${posix.dirname(target)}`),
    ),
  );
  const mutual = [...arrows].filter((arrow) => arrows.has(arrow.split(" → ").reverse().join(" → ")));
  assert.deepEqual(mutual, []);
});

test("no two files import each other in a circle, types too", () => {
  const graph = new Map(files.map(({ path, targets }) => [path, targets]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  assert.deepEqual(circles, []);
});

test("services know each other only where it is written down", () => {
  const serviceOf = (path: string): string | undefined => /^services\/([^/]+)\//.exec(path)?.[1];
  const found = offences(({ path, targets }) => {
    const own = serviceOf(path);
    if (own === undefined) return [];
    return targets
      .map(serviceOf)
      .filter((other) => other !== undefined && other !== own && !neighbours[own]?.includes(other))
      .map((other) => `imports from ${other}`);
  });
  assert.deepEqual(found, []);
});

// What may stand only in one place of the sandbox.
const places: readonly { what: string; pattern: RegExp; allowed: RegExp }[] = [
  {
    what: "building a refusal (operation/refuse.ts has the one way; before an operation is found: gateway, models)",
    pattern: /new AwsError\(/,
    allowed: /^(operation\/refuse\.ts|models\/refus|gateway\/)/,
  },
  {
    what: "recording a refusal (operation/refuse.ts and the gateway do it once for all)",
    pattern: /passed: false/,
    allowed: /^(operation\/refuse\.ts|gateway\/gateway\.ts|page\/)/,
  },
  { what: "HTTP", pattern: /from "node:http"/, allowed: /^(gateway\/http\/|probe\/bench\/live_issuer\.ts$)/ },
];

for (const { what, pattern, allowed } of places) {
  test(`${what} stands only where the rooms say`, () => {
    assert.deepEqual(
      offences(({ path, text }) => (pattern.test(text) && !allowed.test(path) ? [what] : [])),
      [],
    );
  });
}

test("no file of the sandbox has more than 300 lines", () => {
  assert.deepEqual(
    offences(({ text }) => (text.split("\n").length > 301 ? ["is too long"] : [])),
    [],
  );
});

test("docs/architecture.md shows every room, lowest first, and names files that exist", () => {
  const page = readFileSync(join(source, "../../../docs/architecture.md"), "utf8");
  const [, section = ""] = page.split("## The local AWS\n");
  const [part = ""] = section.split("\n## ");
  const shown = [...part.matchAll(/^(\w+)\/ {2,}/gm)].map(([, room = ""]) => room);
  const rooms = floors.flat().filter((room) => room !== "index.ts");
  assert.deepEqual([...shown].sort(), [...rooms].sort());
  const heights = shown.map((room) => floorOf(`${room}/`));
  assert.deepEqual(
    heights,
    [...heights].sort((a, b) => a - b),
  );
  const known = new Set(files.map(({ path }) => path));
  const named = [...part.matchAll(/`([\w]+(?:\/[\w]+)*\/\w+\.ts)`/g)].map(([, path = ""]) => path);
  assert.ok(named.length >= 10);
  assert.deepEqual(
    named.filter((path) => !known.has(path)),
    [],
  );
});
