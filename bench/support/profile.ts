// Where a server's processor time goes: samples of its main thread by package and room, scaled to what that thread took, and what its
// other threads took, where signatures and hashes are made.
import { Session } from "node:inspector/promises";

/** Microseconds of processor by part. */
export type Split = Readonly<Record<string, number>>;

/** One call site of a profile, as the inspector has it. */
export interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
}

/** What the inspector made: each sample is the id of the node that ran. */
export interface Profile {
  nodes: readonly ProfileNode[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}

/**
 * The part of the program that a call site belongs to: a package, a room of ours, a module of Node.js.
 * @returns undefined where the thread had nothing to do
 */
export function partOf({ functionName, url }: ProfileNode["callFrame"]): string | undefined {
  // The samples themselves are no part of it either.
  if (functionName === "(idle)" || url === "node:inspector" || url.startsWith("node:internal/inspector"))
    return undefined;
  if (functionName === "(garbage collector)") return "collecting garbage";
  const [, packageName] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (packageName !== undefined) return packageName;
  const [, room] = /\/src\/([\w-]+(?:\/[\w-]+(?=\/))?)/.exec(url) ?? [];
  if (room !== undefined) return `src/${room}`;
  if (/\bcrypto\b/.test(url)) return "node:crypto";
  if (/^node:(?:internal\/)?_?http/.test(url)) return "node:http";
  if (/^node:(?:internal\/)?(?:net|stream|streams|tls)/.test(url)) return "node:net and streams";
  const [, module] = /^node:(?:internal\/)?([\w-]+)/.exec(url) ?? [];
  return module === undefined ? "native code, system calls" : `node:${module}`;
}

/**
 * Splits processor time by a profile.
 * @param mainMicroseconds what the profiled thread took; idle waiting is no part of it
 * @param otherMicroseconds what the other threads took
 */
export function splitOf(profile: Profile, mainMicroseconds: number, otherMicroseconds: number): Split {
  const parts = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const sampled: Record<string, number> = {};
  let all = 0;
  for (const [index, id] of profile.samples.entries()) {
    const part = parts.get(id);
    const delta = profile.timeDeltas[index] ?? 0;
    if (part === undefined || delta < 0) continue;
    sampled[part] = (sampled[part] ?? 0) + delta;
    all += delta;
  }
  const split = Object.entries(sampled).map(([part, time]) => [part, (time / all) * mainMicroseconds]);
  return { ...Object.fromEntries(split), "other threads: signatures, hashes": otherMicroseconds };
}

/** Answers of a server's process to its parent, to be profiled. */
export function profileAnswers() {
  let running: { session: Session; main: NodeJS.CpuUsage; whole: NodeJS.CpuUsage } | undefined;
  const sum = ({ user, system }: NodeJS.CpuUsage) => user + system;
  return {
    async startProfile() {
      const session = new Session();
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: 200 });
      await session.post("Profiler.start");
      running = { session, main: process.threadCpuUsage(), whole: process.cpuUsage() };
    },
    async stopProfile(): Promise<Split> {
      if (running === undefined) throw new Error("no profile was started");
      const { session, main, whole } = running;
      const mainMicroseconds = sum(process.threadCpuUsage()) - sum(main);
      const others = sum(process.cpuUsage(whole)) - mainMicroseconds;
      const { profile } = (await session.post("Profiler.stop")) as { profile: unknown };
      session.disconnect();
      return splitOf(profile as Profile, mainMicroseconds, Math.max(0, others));
    },
  };
}
