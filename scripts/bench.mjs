// `npm run bench`: measures speed and memory, each as a ratio to a baseline of the same run.
// `npm run bench -- exchange` runs the files whose name contains a word.
import { join } from "node:path";
import { ensurePackages, root, run } from "./runtime.mjs";

ensurePackages();
run([join(root, "bench/run.ts"), ...process.argv.slice(2)]);
