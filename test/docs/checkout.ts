// Owns a copy of the checkout in which a reader's commands may write: examples copied, sources and packages by link,
// and `npx` and `npm` that stand for what they do in the repository, without a registry.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A place for a reader's commands. */
export interface Checkout {
  folder: string;
  /** First in PATH. */
  programs: string;
  /** Where the tti listens that stands beside the terminal. */
  socket: string;
  /** Logs of servers that the commands started. */
  logs: string;
  remove(): void;
}

// A reader leaves a server running and opens another terminal; here it goes on in the background, and the one before it
// under the same name is stopped, as one restarts a server.
const startServer = `start_server() { # NAME READY-PATTERN COMMAND…
  name=$1 ready=$2; shift 2
  [ -f "$TEST_LOGS/$name.pid" ] && kill "$(cat "$TEST_LOGS/$name.pid")" 2>/dev/null
  while [ -f "$TEST_LOGS/$name.pid" ] && kill -0 "$(cat "$TEST_LOGS/$name.pid")" 2>/dev/null; do sleep 0.2; done
  "$@" >"$TEST_LOGS/$name.log" 2>&1 </dev/null &
  echo $! >"$TEST_LOGS/$name.pid"
  for _ in $(seq 600); do
    grep -q "$ready" "$TEST_LOGS/$name.log" && exit 0
    kill -0 "$(cat "$TEST_LOGS/$name.pid")" 2>/dev/null || break
    sleep 0.2
  done
  cat "$TEST_LOGS/$name.log" >&2
  exit 1
}`;

const npx = `#!/usr/bin/env bash
${startServer}
[ "\${1:-} \${2:-}" = "--no tti" ] || { echo "npx of the test knows --no tti only" >&2; exit 1; }
shift 2
[ "\${1:-}" = serve ] && start_server serve "provider is serving" node "$TEST_ROOT/bin/tti.mjs" "$@"
while [ ! -S "$TEST_TTI" ]; do sleep 0.1; done
exec node "$TEST_CHECKOUT/.programs/ask_tti.mjs" "$@"
`;

// Asks the tti that stands beside the terminal (standing_tti.ts).
const askTti = `import { request } from "node:http";
import { json } from "node:stream/consumers";
const asked = { words: process.argv.slice(2), environment: process.env, folder: process.cwd() };
const answer = await new Promise((resolve, reject) => {
  request({ socketPath: process.env.TEST_TTI, method: "POST" }, resolve).on("error", reject).end(JSON.stringify(asked));
});
const { exitCode, stdout, stderr } = await json(answer);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
`;

const npm = `#!/usr/bin/env bash
${startServer}
case "$PWD:$*" in
  "$TEST_CHECKOUT:start") start_server dev "Stop with Ctrl-C" node "$TEST_ROOT/bin/tti.mjs" dev --sandbox-port 0 --demo-port 0 ;;
  "$TEST_CHECKOUT/examples/express-isv:start") PORT=$TEST_ISV_PORT start_server isv "serves" node isv.mjs ;;
  "$TEST_CHECKOUT/examples/"*":install") # every dependency it names is there
    exec node --input-type=module -e 'import { readFileSync } from "node:fs";
      for (const name of Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies)) await import(name);' ;;
esac
echo "npm of the test does not know: npm $* in $PWD" >&2
exit 1
`;

/** Makes the place. */
export function makeCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "tti-docs-"));
  const programs = join(folder, ".programs");
  const logs = join(folder, ".logs");
  for (const one of [programs, logs]) mkdirSync(one);
  cpSync(join(root, "examples"), join(folder, "examples"), {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, text] of Object.entries({ npx, npm, "ask_tti.mjs": askTti })) {
    writeFileSync(join(programs, name), text);
    chmodSync(join(programs, name), 0o755);
  }
  return {
    folder,
    programs,
    socket: join(folder, ".tti"),
    logs,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
