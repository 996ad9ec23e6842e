// `npm run build` and `npm pack`: compiles to dist/ and copies pages and papers beside the code that fills them.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compilePackage } from "./package.mjs";
import { ensurePackages, root } from "./runtime.mjs";

ensurePackages();
// The packages first: the provider is compiled against what they publish.
for (const name of readdirSync(join(root, "packages"))) compilePackage(join(root, "packages", name));
rmSync(join(root, "dist"), { recursive: true, force: true });
const compiler = join(root, "node_modules/typescript/bin/tsc");
const compiled = spawnSync(
  process.execPath,
  [compiler, "--project", "tsconfig.build.json", "--checkers", "2"],
  {
    cwd: root,
    stdio: "inherit",
  },
);
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
for (const folder of ["src/views", "src/onboarding"]) {
  cpSync(join(root, folder), join(root, "dist", folder), {
    recursive: true,
    filter: (path) => !path.endsWith(".ts"),
  });
}
