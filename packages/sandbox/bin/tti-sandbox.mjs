#!/usr/bin/env node
// Starts the tti-sandbox command. In the package it runs the built program, in a clone the sources.
import { existsSync } from "node:fs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  const source = new URL("../src/command/main.ts", import.meta.url);
  await import((existsSync(source) ? source : new URL("../dist/command/main.js", import.meta.url)).href);
} else {
  process.stderr.write(
    `tti-sandbox: Node.js ${process.versions.node} is too old: it needs 22.18 or newer; Node.js 24 is recommended\n`,
  );
  process.exitCode = 1;
}
