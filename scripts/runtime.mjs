// Owns getting a fresh clone ready to run: the packages of the lockfile, and a Node.js new enough.
// Plain JavaScript for Node 18 and later, without dependencies: it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const leastVersion = [22, 18];

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > leastVersion[0] || (major === leastVersion[0] && minor >= leastVersion[1]);
}

/** Installs what a lockfile lists, unless that very lockfile was installed here before. */
function installLocked(folder, what) {
  const stamp = join(folder, "node_modules", ".installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write(`Installing ${what} (once) …\n`);
  const words = ["ci", "--ignore-scripts", "--include=dev", "--loglevel=error"];
  // npm names its own program when it runs us; otherwise it is found on the path.
  const npm = process.env.npm_execpath;
  const viaNode = npm !== undefined && /npm-cli\.[cm]?js$/.test(npm);
  const result = viaNode
    ? spawnSync(process.execPath, [npm, ...words], { cwd: folder, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", words, { cwd: folder, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (result.status !== 0) {
    process.stderr.write(
      `Could not install ${what}: npm ci failed in ${folder}. Repair what npm says above and run again.\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

/** Installs the product's packages. */
export function ensurePackages() {
  installLocked(root, "packages");
}

/**
 * Finds a Node.js that runs the product: this one when it is new enough, else the newest npm has for this platform.
 * @returns path of the program
 */
export function ensureRuntime() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const folder = join(root, "runtime");
  installLocked(folder, "a newer Node.js");
  const program = join(folder, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
  if (!existsSync(program)) {
    process.stderr.write(
      `Node.js ${process.versions.node} is too old and npm has no newer one for ${process.platform}-${process.arch}. Install Node.js 24 and run again.\n`,
    );
    process.exit(1);
  }
  return program;
}

/**
 * Runs a program of the product in the right Node.js, passing on its signals, and ends as it ends.
 * @param {string[]} words script and arguments
 */
export function run(words) {
  const program = ensureRuntime();
  // Children that say "node" get the same one.
  const path = `${dirname(program)}${delimiter}${process.env.PATH ?? ""}`;
  const child = spawn(program, words, {
    stdio: "inherit",
    env: { ...process.env, PATH: path, NODE_OPTIONS: process.env.NODE_OPTIONS ?? "" },
    shell: program.endsWith(".cmd"),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}
