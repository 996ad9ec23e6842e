// Owns what a program that a test starts is given of the test's own surroundings: where programs stand, and what `npm
// test` has compiled before. Nothing else: neither settings nor the store of whoever runs the tests.

/** The environment to begin with; a test adds what the program is to see. */
export function bareEnvironment(): Record<string, string> {
  const kept = ["PATH", "NODE_COMPILE_CACHE"];
  return Object.fromEntries(
    kept.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
