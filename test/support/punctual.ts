// Owns a process that is never late, for servers in the process of a test: on a busy machine one would send people away for a while,
// whatever the test is about.
import type { LoopWatch } from "../../src/overload/loop_watch.ts";

export const punctual: LoopWatch = { isLate: () => false };
