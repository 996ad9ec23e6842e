// Owns what a defence is on paper: a promise of SECURITY.md, the text that keeps it, and the test that must notice
// when the text is gone. Each file of this folder that exports `defences` is a list of them.

/** One defence, and how it is taken away. */
export interface Defence {
  /** Stable, kebab-case, unique: `npm run test:defences -- --only ID`. */
  id: string;
  /** What somebody may rely on, one sentence as SECURITY.md prints it. */
  promise: string;
  /** Faults it mends, e.g. `S1`. */
  faults?: readonly string[];
  /** Classes of `cve_classes.ts` it answers. */
  cve?: readonly number[];
  /** The source file that holds it, from the project's root. */
  file: string;
  /** The text that does it: it stands exactly once in the file. */
  find: string;
  /** What stands there without the defence. It must still parse. */
  replace: string;
  /** The test file that fails then, from the project's root. */
  test: string;
  /** A pattern for the names of the tests that fail (node --test-name-pattern), where the file is long. */
  name?: string;
}
