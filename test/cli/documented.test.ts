// The commands that documentation, help texts and error messages name exist, with the options they name.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { commandLoaders } from "../../src/cli/commands/index.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const commands = (await Promise.all(Object.values(commandLoaders).map((load) => load()))).flat();

// `tti …` in code marks, or after a prompt; up to what cannot be part of a command any more.
const mentions =
  /(?:`(?:npx --no )?|\$ (?:npx --no )?|^(?:npx --no ))tti ((?:[a-z][\w-]*|--[a-z-]+|-- )[^`\\\n#|&…]*)/gm;

// Commands the documentation promises that are still to come. Each leaves this list when it exists.
const toCome: string[] = [];

function problemsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(mentions)].flatMap(([, words = ""]) => {
    const names = words.trim().split(/\s+/);
    if (names[0]?.startsWith("-")) return [];
    if (toCome.includes(names[0] ?? "")) return [];
    const command =
      commands.find(({ name }) => name === names.slice(0, 2).join(" ")) ??
      commands.find(({ name }) => name === names[0]);
    const isGroup = commands.some(({ name }) => name.split(" ")[0] === names[0]);
    // A bare group (`tti key`) stands for all its commands.
    if (!command && isGroup && !/^[a-z]/.test(names[1] ?? "")) return [];
    if (!command) return [`${path}: there is no tti ${names.slice(0, 2).join(" ")}`];
    return names
      .filter((word) => /^--[a-z]/.test(word))
      .map((word) => word.replace(/[^a-z-].*$/, ""))
      .filter((option) => !["--json", "--help"].includes(option) && !command.help.includes(option))
      .map((option) => `${path}: tti ${command.name} has no ${option}`);
  });
}

it("every command named in documentation, sources and help exists, with its options", () => {
  const paths = [
    "README.md",
    ...globSync(["docs/**/*.md", "packages/*/*.md", "packages/*/docs/**/*.md"], { cwd: root }),
    ...globSync("src/**/*.ts", { cwd: root }),
    ...globSync("examples/*/README.md", { cwd: root }),
  ];
  assert.deepEqual(paths.flatMap(problemsOf), []);
});

it("no command is still announced as to come that is here", () => {
  assert.deepEqual(
    toCome.filter((first) => Object.hasOwn(commandLoaders, first)),
    [],
  );
});

// The registry's name `tti` is not ours: in another folder plain npx would fetch and run whatever bears it.
it("no page, example, message or source has a reader run a name of the registry that is not ours", () => {
  const paths = globSync(
    [
      "*.md",
      "docs/**/*.md",
      "packages/*/*.md",
      "packages/*/docs/**/*.md",
      "examples/**/*",
      "src/**/*.ts",
      "packages/*/src/**/*.ts",
      "scripts/*",
    ],
    { cwd: root, exclude: (path) => path.includes("node_modules") },
  ).filter((path) => /\.(?:md|m?js|ts|sh)$/.test(path));
  const unsafe = paths.flatMap((path) =>
    [
      ...readFileSync(join(root, path), "utf8").matchAll(
        /\bnpx\s+(?!--no\s)[^\n`]*|\bnpm\s+exec\s+(?!--no\s)[^\n`]*/g,
      ),
    ].map(([words]) => `${path}: ${words} (write: npx --no tti …)`),
  );
  assert.deepEqual(unsafe, []);
});

/** Everything a reader may copy a command from: pages, help texts and messages, examples, scripts, YAML, Dockerfiles. */
const copied = globSync(
  [
    "*.{md,yml}",
    "docs/**/*.md",
    "packages/*/*.md",
    "packages/*/docs/**/*.md",
    "examples/**/*",
    "deploy/**/*",
    ".{ci,github}/**/*",
    "{src,bench,test}/**/*.ts",
    "packages/*/{src,test}/**/*.ts",
    "scripts/*",
    "**/Dockerfile",
  ],
  { cwd: root, exclude: (path) => path.includes("node_modules") },
).filter((path) => /(?:\.(?:md|m?js|ts|sh|ya?ml|toml|json|py|go|java)|Dockerfile)$/.test(path));

// npx takes options for its own until a plain word follows the program's name, and then runs the program without them.
const eatenByNpx = /\b(?:npx|npm exec)(?: --no| --yes| -y)+ (?!-)[\w@./-]+(?= +-|`| *$)[^\n`]*/gm;

it("no line to copy has npx take the options of the program for its own", () => {
  const eaten = copied.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(eatenByNpx)].map(
      ([words]) => `${path}: ${words} (write: npx --no -- …)`,
    ),
  );
  assert.deepEqual(eaten, []);
});

it("npx's own options are told from the program's", () => {
  const line = (name: string, rest: string) => `npx --no ${name}${rest}`;
  for (const [words, isEaten] of [
    [line("tti-sandbox", " --seed seed.json"), true],
    [line("tti", " -h"), true],
    [`Its command is \`${line("tti-sandbox", "")}\`.`, true],
    [line("tti-sandbox", ""), true],
    [line("tti-sandbox", " probe --list"), false],
    [line("-- tti-sandbox", " --seed seed.json"), false],
    [line("tti", " sandbox --seed seed.json"), false],
  ] as const)
    assert.equal(new RegExp(eatenByNpx, "m").test(words), isEaten, words);
});
