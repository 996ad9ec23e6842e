// Owns which test files share a process. Node gives each its own, and to read the product's sources anew takes a small
// file longer than its tests: what leaves the process as it was runs together, what changes it runs alone.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesItsProcess, needsOf } from "./test_files.ts";

/** As many as there are processes at once: their tests take next to nothing. */
const quickProcesses = 2;
// Enough that starting costs little, few enough that one which hangs or falls takes few along.
const mostTogether = 12;

/**
 * Deals files to processes.
 * @returns the files of each process; one that changes what all of its process sees is by itself
 */
export function dealFiles(files: readonly string[]): readonly (readonly string[])[] {
  const alone = files.filter(changesItsProcess);
  const others = files.filter((file) => !changesItsProcess(file));
  const slow = others.filter((file) => needsOf(file).processes);
  const quick = others.filter((file) => !needsOf(file).processes);
  return [
    ...deal(slow, Math.ceil(slow.length / mostTogether)),
    ...alone.map((file) => [file]),
    ...deal(quick, quickProcesses),
  ];
}

/**
 * Writes what node's runner is to start for some files.
 * @param folder where it may write
 * @returns a path for each process
 */
export function writeProcesses(files: readonly string[], folder: string): readonly string[] {
  return dealFiles(files).map((together, index) => {
    const [only = ""] = together;
    if (together.length === 1) return only;
    const path = join(folder, `process_${index + 1}.mjs`);
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
