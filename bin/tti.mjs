#!/usr/bin/env node
// Starts the tti command. Plain JavaScript for Node 18 and later: in the package it runs the built program,
// in a clone the sources, fetching packages and a newer Node.js where they are missing.
import { existsSync } from "node:fs";
import module from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Before anything uses the pool: signatures get a thread for each core, and one is left for names. Node.js alone has four,
// however many cores there are.
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism() + 1));

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const source = join(root, "src", "cli", "main.ts");
const built = join(root, "dist", "src", "cli", "main.js");

const [major, minor] = process.versions.node.split(".").map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);

if (existsSync(source)) {
  const { ensurePackages, run } = await import("../scripts/runtime.mjs");
  // A clone that was never installed is; keeping up with the lockfile is for npm start and npm test.
  if (!existsSync(join(root, "node_modules"))) ensurePackages();
  // What one process made of the sources is kept for the next: it halves a start. Beside the program, where whoever can
  // write can change the program as well. The built program gains too little for the memory it takes.
  module.enableCompileCache?.(join(root, "node_modules", ".cache", "compiled"));
  if (newEnough) await import(pathToFileURL(source).href);
  else run([source, ...process.argv.slice(2)]);
} else if (newEnough) {
  await import(pathToFileURL(built).href);
} else {
  process.stderr.write(
    `tti: Node.js ${process.versions.node} is too old: it needs 22.18 or newer; Node.js 24 is recommended\n`,
  );
  process.exitCode = 1;
}
