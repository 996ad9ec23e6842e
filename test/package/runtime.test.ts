// The Node.js that machines with an older one get: on every platform a patched release of a
// line that runs the product.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

// The oldest patch a line may be pinned to. For macOS on ARM npm has nothing of 24 but its very first, 24.0.0, without
// any of that line's fixes; so that platform is a line behind, and up to date there.
const oldest: Readonly<Record<number, readonly [number, number]>> = { 22: [23, 2], 24: [18, 1] };

const pinned: Readonly<Record<string, string>> = read("runtime/package.json").optionalDependencies;

test("each platform has one, for its own system and processor", () => {
  const locked = read("runtime/package-lock.json").packages as Record<string, { os?: string; cpu?: string }>;
  const platforms = Object.keys(pinned).map((name) => {
    const { os, cpu } = locked[`node_modules/${name}`] ?? {};
    return `${os}-${cpu}`;
  });
  const all = ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64", "win32-x64"];
  assert.deepEqual(platforms.sort(), all);
});

for (const [name, version] of Object.entries(pinned)) {
  test(`${name} is exactly ${version}, no older than its line may be`, () => {
    assert.match(version, /^\d+\.\d+\.\d+$/);
    const [line = 0, minor = 0, patch = 0] = version.split(".").map(Number);
    const [leastMinor, leastPatch] = oldest[line] ?? [Number.POSITIVE_INFINITY, 0];
    assert.ok(minor > leastMinor || (minor === leastMinor && patch >= leastPatch), version);
    const [, least] = /^>=([\d.]+)$/.exec(read("package.json").engines.node) ?? [];
    assert.ok(version.localeCompare(least ?? "", undefined, { numeric: true }) >= 0);
  });
}
