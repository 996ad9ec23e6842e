// `npm pack` and `npm publish` of a package in packages/: compiles it, and lets its package.json point at what was
// compiled. In the repository package.json points at the sources, so that nothing needs a build there.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages, root } from "./runtime.mjs";

const manifest = "package.json";
const kept = ".package.json.kept";

/** Compiles the package in a folder to its dist/. */
export function compilePackage(folder) {
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const words = [compiler, "--project", "tsconfig.build.json", "--checkers", "2"];
  const compiled = spawnSync(process.execPath, words, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

/** The manifest as published: its own exports, without what only the repository needs. */
function published(text) {
  const { scripts: _scripts, publishConfig, ...members } = JSON.parse(text);
  const { exports, bin, ...config } = publishConfig ?? {};
  return {
    ...members,
    ...(exports === undefined ? {} : { exports }),
    ...(bin === undefined ? {} : { bin }),
    ...(Object.keys(config).length === 0 ? {} : { publishConfig: config }),
  };
}

/** Puts the repository's manifest back, also after a pack that was broken off. */
function restore() {
  if (existsSync(kept)) renameSync(kept, manifest);
}

/** Lets every package of this checkout be what it is when installed: for an image that is built once. */
function settle() {
  for (const name of readdirSync(join(root, "packages"))) {
    const path = join(root, "packages", name, manifest);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, `${JSON.stringify(published(text), undefined, 2)}\n`);
  }
}

const [act] = process.argv.slice(2);
if (act === "prepare") {
  ensurePackages();
  restore();
  compilePackage(process.cwd());
  const text = readFileSync(manifest, "utf8");
  writeFileSync(kept, text);
  writeFileSync(manifest, `${JSON.stringify(published(text), undefined, 2)}\n`);
} else if (act === "restore") {
  restore();
} else if (act === "settle") {
  settle();
}
