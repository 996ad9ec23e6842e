// Owns the release before this version, packed and installed as its users have it: taken from the history by the commit
// that scripts/previous_release.json names, packed by its own scripts, laid out as `npm install` would. Made once a machine.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readPreviousRelease } from "../../scripts/release.ts";

const root = dirname(dirname(import.meta.dirname));

interface Locked {
  version?: string;
  link?: boolean;
  optional?: boolean;
}

const reference = readPreviousRelease();

const git = (...words: string[]): string =>
  execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Why the release before cannot be made here, in words for a test that is left out; false if it can. */
export function whyNoPreviousRelease(): string | false {
  try {
    git("cat-file", "-e", `${reference.commit}:package-lock.json`);
    return false;
  } catch {
    return `the history here does not hold ${reference.commit.slice(0, 8)}, the release before (a shallow clone, or no git)`;
  }
}

/**
 * Packs and installs the release before, unless this machine has it.
 * @returns its command, for `node`
 */
export function installPreviousRelease(): string {
  const of = createHash("sha256").update(`${root} ${reference.commit} ${process.getuid?.()}`).digest("hex");
  const target = join(tmpdir(), `tti-previous-release-${of.slice(0, 12)}`);
  const program = join(target, "node_modules", "tti-provider", "bin", "tti.mjs");
  if (existsSync(program)) return program;
  const draft = mkdtempSync(join(tmpdir(), "tti-previous-draft-"));
  const source = join(draft, "source");
  const installed = join(draft, "installed");
  try {
    checkOut(source, draft);
    pack(source, join(installed, "node_modules"), draft);
    rmSync(target, { recursive: true, force: true });
    renameSync(installed, target);
  } catch (error) {
    // Another process made the same one first.
    if (!existsSync(program)) throw error;
  } finally {
    // Where it has packages of its own they are what the installed one runs on.
    if (!existsSync(join(target, ".own-packages"))) rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

function checkOut(source: string, draft: string): void {
  const archive = join(draft, "source.tar");
  mkdirSync(source);
  git("archive", "--format=tar", "-o", archive, reference.commit);
  execFileSync("tar", ["-xf", archive, "-C", source]);
  if (!locksAsHere(source)) return;
  // The packages it was locked to are those of this checkout; its scripts take them as installed.
  const packages = join(source, "node_modules");
  mkdirSync(packages);
  linkPackages(join(root, "node_modules"), packages);
  for (const name of readdirSync(join(source, "packages")))
    symlinkSync(join("..", "packages", name), join(packages, `tti-${name}`));
  const lock = readFileSync(join(source, "package-lock.json"));
  writeFileSync(join(packages, ".installed-from"), createHash("sha256").update(lock).digest("hex"));
}

/** Whether everything the release was locked to stands in this checkout's lockfile at the same version. */
function locksAsHere(source: string): boolean {
  const read = (folder: string) =>
    (
      JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as {
        packages: Record<string, Locked>;
      }
    ).packages;
  const here = read(root);
  return Object.entries(read(source)).every(
    ([name, { version, link, optional }]) =>
      !name.startsWith("node_modules/") || link || optional || here[name]?.version === version,
  );
}

function linkPackages(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith("tti-") || (name.startsWith(".") && name !== ".bin")) continue;
    symlinkSync(join(from, name), join(to, name));
  }
}

function pack(source: string, packages: string, draft: string): void {
  mkdirSync(packages, { recursive: true });
  const tarballs = join(draft, "tarballs");
  mkdirSync(tarballs);
  const places = [...readdirSync(join(source, "packages")).map((name) => `./packages/${name}`), "."];
  const environment = { ...process.env, NODE_OPTIONS: "", TTI_MODE: undefined, NODE_ENV: undefined };
  for (const place of places) {
    execFileSync("npm", ["pack", "--loglevel=error", "--pack-destination", tarballs, place], {
      cwd: source,
      env: environment as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
  for (const file of readdirSync(tarballs)) {
    const folder = join(packages, file.replace(/-\d.*$/, ""));
    mkdirSync(folder);
    execFileSync("tar", ["-xzf", join(tarballs, file), "-C", folder, "--strip-components=1"]);
  }
  const own = locksAsHere(source) ? join(root, "node_modules") : join(source, "node_modules");
  linkPackages(own, packages);
  if (own !== join(root, "node_modules")) writeFileSync(join(packages, "..", ".own-packages"), "");
}
