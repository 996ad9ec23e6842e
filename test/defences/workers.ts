// The defences of an instance with several processes: what befalls one of them, and how they end.
import type { Defence } from "./defence.ts";

const crew = "src/cli/workers/crew.ts";
const crewTest = "test/cli/workers/crew.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "a-worker-that-is-gone-keeps-no-connection",
    promise: "A connection that a worker had not taken when it was killed is answered by another.",
    file: "src/cli/workers/handed_over.ts",
    find: "if (otherServes()) inside.emit(",
    replace: "if (otherServes()) void (",
    test: "test/cli/workers/handed_over.test.ts",
  },
  {
    id: "a-worker-that-is-gone-is-not-waited-for",
    promise: "What a worker that crashed left in the store is put away at once.",
    file: crew,
    find: "toForget.push(member.instanceId);",
    replace: "void toForget;",
    test: crewTest,
    name: "put away",
  },
  {
    id: "one-worker-is-on-duty",
    promise: "The work that one worker does for all is done by one.",
    file: crew,
    find: "if (onDuty === undefined || !able.includes(onDuty)) {",
    replace: "if (onDuty !== able[0]) {",
    test: crewTest,
    name: "put away",
  },
  {
    id: "a-worker-that-hangs-is-replaced",
    promise: "A worker that gives no sign of life is killed and replaced.",
    file: crew,
    find: "member.silentTicks <= policy.mostSilentTicks",
    replace: "member.silentTicks > 0",
    test: crewTest,
    name: "sign of life",
  },
  {
    id: "a-failed-start-is-told-once",
    promise: "A start that fails ends all workers, and its reason is told once.",
    file: crew,
    find: "    if (!isComplete) {",
    replace: "    if (!isComplete && hung) {",
    test: crewTest,
    name: "a start that fails",
  },
  {
    id: "a-stop-is-not-a-worker-s-end",
    promise: "Who tells every process to end stops the instance in order.",
    file: crew,
    find: "later(policy.togetherMs, () => retire(member));",
    replace: "retire(member);",
    test: crewTest,
    name: "tells every process",
  },
  {
    id: "one-that-leaves-alone-cuts-nobody",
    promise: "A worker that is told to end ends no connection under its next request.",
    file: "src/provider/edge/listen.ts",
    find: "      SocketServer.prototype.close.call(server);\n",
    replace: "      void SocketServer;\n      server.close();\n",
    test: "test/cli/shutdown.test.ts",
    name: "leaves alone",
  },
  {
    id: "counts-stay-apart",
    promise: "No count falls when a worker is replaced: each worker's stands by itself.",
    file: "src/observability/merged_text.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's own text.
    find: '{worker="${worker}"',
    replace: '{worker="1"',
    test: "test/observability/merged_text.test.ts",
  },
];
