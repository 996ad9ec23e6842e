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
  /** Where the tti listens that stands for the machine. */
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

// Asks the tti that stands for the machine (standing_tti.ts): files take what was asked and what came of it.
const npx = `#!/usr/bin/env bash
[ "\${1:-} \${2:-}" = "--no tti" ] || { echo "npx of the test knows --no tti only" >&2; exit 1; }
shift 2
while [ ! -S "$TEST_TTI" ]; do sleep 0.1; done
asked="$TEST_CHECKOUT/.asked/$BASHPID"
mkdir -p "$asked"
printf '%s\\0' "$@" >"$asked/words"
printf '%s' "$PWD" >"$asked/folder"
env -0 >"$asked/environment"
cat >"$asked/stdin"
code=$(curl -q -sS --unix-socket "$TEST_TTI" "http://tti$asked") || exit 1
cat "$asked/stdout"
cat "$asked/stderr" >&2
rm -r "$asked"
exit "$code"
`;

const npm = `#!/usr/bin/env bash
${startServer}
case "$PWD:$*" in
  "$TEST_CHECKOUT:start") exec npx --no tti dev --sandbox-port "$TEST_SANDBOX_PORT" --demo-port "$TEST_DEMO_PORT" ;;
  "$TEST_CHECKOUT/examples/express-isv:start") PORT=$TEST_ISV_PORT start_server isv "serves" node isv.mjs ;;
  "$TEST_CHECKOUT/examples/"*":install") # every dependency it names is there
    exec node --input-type=module -e 'import { readFileSync } from "node:fs";
      for (const name of Object.keys(JSON.parse(readFileSync("package.json", "utf8")).dependencies)) await import(name);' ;;
esac
echo "npm of the test does not know: npm $* in $PWD" >&2
exit 1
`;

// The one program of a page that stays; every other is run as it is.
const node = `#!/usr/bin/env bash
${startServer}
[ "$*" = my-app.mjs ] && start_server app "My App serves" "$TEST_NODE" my-app.mjs
exec "$TEST_NODE" "$@"
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
  for (const [name, text] of Object.entries({ npx, npm, node })) {
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
