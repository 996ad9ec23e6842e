// Owns which test files share a process. Node gives each its own, and to read the product's sources anew takes a small
// file longer than its tests: what leaves the process as it was runs together, what changes it runs alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesItsProcess, needsOf } from "./test_files.ts";

/** They come last and even out what the others leave: a few more than there are processes at once. */
const quickProcesses = 4;
// Enough that starting costs little, few enough that one which hangs or falls takes few along.
const mostTogether = 12;

/**
 * What takes longest, the longest first: more than ten seconds on two quiet cores. Each begins before all others, in a
 * process of its own, so that none is left over when the rest is done; `npm run check` leaves them out. `npm test` ends
 * by naming its slowest files.
 */
export const longFiles: readonly string[] = [
  "test/security/login_matrix.test.ts",
  "test/edge/hostile_input.property.test.ts",
  "test/package/package.test.ts",
  "test/browser/ways_on.test.ts",
  "test/security/ended_in_flight.test.ts",
  "test/browser/sign_in.test.ts",
  "test/browser/search.test.ts",
  "test/browser/every_page.test.ts",
  "test/examples/express_isv.test.ts",
  "test/docs/commands.test.ts",
  "test/browser/account.test.ts",
  "test/browser/console.test.ts",
  "test/browser/portal.test.ts",
  "test/browser/posted_forms.test.ts",
  "test/security/login_matrix_on_the_way.test.ts",
  "test/admin/told_faults.test.ts",
  "packages/sandbox/test/gateway/protocol/hostile_operations.test.ts",
  "test/security/deny_walk.test.ts",
];

/**
 * Deals files to processes.
 * @returns the files of each process, in the order to start them; one that changes what all of its process sees is by
 *   itself
 */
export function dealFiles(files: readonly string[]): readonly (readonly string[])[] {
  const long = longFiles.filter((file) => files.includes(file));
  const rest = files.filter((file) => !longFiles.includes(file));
  const alone = rest.filter(changesItsProcess);
  const others = rest.filter((file) => !changesItsProcess(file));
  const slow = others.filter((file) => needsOf(file).processes);
  const quick = others.filter((file) => !needsOf(file).processes);
  return [
    ...[...long, ...alone].map((file) => [file]),
    ...deal(slow, Math.ceil(slow.length / mostTogether)),
    ...deal(quick, quickProcesses),
  ];
}

/**
 * Writes what node's runner is to start for some files. It starts them by name, so they are named in order.
 * @param folder where it may write
 * @returns a path for each process
 */
export function writeProcesses(files: readonly string[], folder: string): readonly string[] {
  return dealFiles(files).map((together, index) => {
    const path = join(folder, `process_${String(index + 1).padStart(3, "0")}.mjs`);
    const called = `runTogether(${JSON.stringify(together)});`;
    const module = JSON.stringify(import.meta.resolve("./together.ts"));
    writeFileSync(path, `import { runTogether } from ${module};\n${called}\n`);
    return path;
  });
}

// As cards are dealt: neighbours, often alike in how long they take, come to different hands.
function deal(files: readonly string[], hands: number): readonly (readonly string[])[] {
  const dealt = Array.from({ length: hands }, (_, hand) =>
    files.filter((_file, index) => index % hands === hand),
  );
  return dealt.filter((hand) => hand.length > 0);
}
