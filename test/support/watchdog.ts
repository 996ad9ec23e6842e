// Owns ending a test file that never ends by itself: node's --test-timeout bounds tests, but neither hooks nor what a
// failed hook left open, and one such file would hold up the whole run until its machine is taken away.
const longestFileMs = 900_000;

// Only in the process of a file: the runner that starts them may take as long as all of them.
if (process.env["NODE_TEST_CONTEXT"]?.startsWith("child")) {
  setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(
      `${process.argv[1]}: still running after ${longestFileMs / 1000} s. Open: ${open}\n`,
    );
    process.exit(1);
  }, longestFileMs).unref();
}
