// `npm test`: installs what a fresh clone lacks, then lints, type-checks and runs every test.
// `npm test -- test/exchange` runs the tests below a folder, or single files.
import { join } from "node:path";
import { ensurePackages, root, run } from "./runtime.mjs";

ensurePackages();
run([join(root, "test/support/run.ts"), ...process.argv.slice(2)]);
