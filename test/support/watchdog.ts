// Owns ending a test file that never ends by itself: node's --test-timeout bounds tests, but neither hooks nor what a
// failed hook left open, and one such file would hold up the whole run until its machine is taken away.
const longestFileMs = 900_000;

let ending: NodeJS.Timeout | undefined;

/**
 * Ends this process if the file that begins now, or whatever it leaves open, lasts too long.
 * @param file what is told then
 */
export function watchFile(file: string): void {
  clearTimeout(ending);
  ending = setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`${file}: still running after ${longestFileMs / 1000} s. Open: ${open}\n`);
    process.exit(1);
  }, longestFileMs).unref();
}

// Only in the process of a file: the runner that starts them may take as long as all of them.
if (process.env["NODE_TEST_CONTEXT"]?.startsWith("child")) watchFile(process.argv[1] ?? "a test file");
