// `npm start`: everything on this machine (`tti dev`), after installing what a fresh clone lacks.
import { join } from "node:path";
import { ensurePackages, root, run } from "./runtime.mjs";

ensurePackages();
run([join(root, "src/cli/main.ts"), "dev", ...process.argv.slice(2)]);
