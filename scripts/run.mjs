// `node scripts/run.mjs FILE.ts …`: installs what a fresh clone lacks, then runs one of the product's
// programs in a Node.js new enough for it. `npm start`, `npm test` and `npm run bench` come through here.
import { join } from "node:path";
import { ensurePackages, root, run } from "./runtime.mjs";

const [file, ...rest] = process.argv.slice(2);
ensurePackages();
run([join(root, file), ...rest]);
