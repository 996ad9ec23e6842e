// Owns what becomes of an instance's workers: who starts, who is replaced and after which pause, who is on duty, and how all of
// them end. It knows processes and time by what it is given, so that its decisions are tried without either.
import type { Log } from "../../log.ts";
import type { FailedStart, Order, Report, ServedAddresses } from "./messages.ts";
import { restartPauseMs } from "./plan.ts";

/** How a crew is led; times in milliseconds. */
export interface CrewPolicy {
  size: number;
  /** How often `tick` is called. A worker that gave no sign of life for so many ticks hangs, and is killed. */
  tickMs: number;
  mostSilentTicks: number;
  /** Pauses before a worker is started again that ended soon after its start; one that served for `steadyMs` begins anew. */
  firstPauseMs: number;
  longestPauseMs: number;
  steadyMs: number;
  /** How long after a worker was told to end the whole instance may be told the same, by one who tells every process. */
  togetherMs: number;
  /** When a stop ends at the latest. */
  limitMs: number;
}

/** The defaults. A start of the process on a machine without a processor to spare takes a good part of the thirty seconds. */
export const crewPolicy = {
  tickMs: 1_000,
  mostSilentTicks: 30,
  firstPauseMs: 1_000,
  longestPauseMs: 30_000,
  steadyMs: 60_000,
  togetherMs: 250,
} as const;

/** A worker's process. */
export interface Hand {
  readonly pid: number | undefined;
  send(order: Order): void;
  /** Ends it at once. */
  kill(): void;
}

/** What a crew works with. */
export interface CrewDeps {
  log: Log;
  /** Starts the process of the worker of a number. */
  start(worker: number): Hand;
  /** Does something later. @returns takes it back */
  after(ms: number, act: () => void): () => void;
}

/** Why a worker was replaced. */
export type ExitReason = "crashed" | "hung" | "start_failed" | "renewed";

/** How a process ended, as Node.js tells it. */
export interface ProcessEnd {
  code: number | null;
  signal: string | null;
}

/** A crew. */
export interface Crew {
  /** Starts the first worker: what cannot be prepared fails there, once; then the others. */
  begin(): void;
  heard(hand: Hand, report: Report): void;
  ended(hand: Hand, end: ProcessEnd): void;
  tick(): void;
  /** Has all of them stop. */
  stop(): void;
  /** Ends all of them at once. */
  killAll(): void;
  /** Lets the first owner in, by whoever is on duty. */
  greet(): void;
  /** Those that serve now. */
  serving(): readonly { worker: number; hand: Hand }[];
  exits(): Readonly<Record<ExitReason, number>>;
  /** Resolves once all of them serve; never, if the crew is over before. */
  readonly complete: Promise<ServedAddresses>;
  /** Resolves once all of them have ended, with the exit code, and why the start failed if it did. */
  readonly over: Promise<{ code: number; failure?: FailedStart }>;
}

interface Member {
  readonly worker: number;
  readonly hand: Hand;
  stage: "starting" | "serving" | "leaving";
  /** Whether it runs so far that it takes orders. */
  greeted: boolean;
  silentTicks: number;
  servedTicks: number;
  hung: boolean;
  instanceId?: string;
  failure?: FailedStart;
}

/** Makes a crew; nothing starts before `begin`. */
export function createCrew({ log, start, after }: CrewDeps, policy: CrewPolicy): Crew {
  const members = new Map<Hand, Member>();
  const pauses = new Set<() => void>();
  const failures = new Map<number, number>();
  const exits = { crashed: 0, hung: 0, start_failed: 0, renewed: 0 };
  const toForget: string[] = [];
  const complete = Promise.withResolvers<ServedAddresses>();
  const over = Promise.withResolvers<{ code: number; failure?: FailedStart }>();
  let othersStarted = false;
  let isComplete = false;
  let stopping = false;
  let code = 0;
  let failure: FailedStart | undefined;
  let onDuty: Member | undefined;
  let forgetLimit: (() => void) | undefined;

  const serving = (): Member[] =>
    [...members.values()]
      .filter(({ stage }) => stage === "serving")
      .toSorted((one, other) => one.worker - other.worker);

  const startIn = (worker: number): void => {
    const hand = start(worker);
    members.set(hand, {
      ...{ worker, hand, stage: "starting", greeted: false, hung: false },
      ...{ silentTicks: 0, servedTicks: 0 },
    });
  };

  const later = (ms: number, act: () => void): void => {
    const cancel = after(ms, () => {
      pauses.delete(cancel);
      act();
    });
    pauses.add(cancel);
  };

  // Whoever has it keeps it: nobody takes it back from one that serves.
  const passDuty = (): void => {
    const able = serving();
    if (onDuty === undefined || !able.includes(onDuty)) {
      onDuty = able[0];
      onDuty?.hand.send({ order: "duty" });
    }
    if (onDuty === undefined) return;
    for (const instanceId of toForget.splice(0)) onDuty.hand.send({ order: "forget", instanceId });
  };

  const finish = (): void => {
    forgetLimit?.();
    over.resolve(failure === undefined ? { code } : { code: 1, failure });
  };

  const killAll = (): void => {
    for (const { hand } of members.values()) hand.kill();
  };

  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    for (const cancel of pauses) cancel();
    forgetLimit = after(policy.limitMs, () => {
      code = 1;
      const workers = [...members.values()].map(({ worker }) => worker);
      log.fatal(
        { workers, limitSeconds: policy.limitMs / 1000 },
        "workers did not stop in time; they end now",
      );
      killAll();
    });
    for (const { hand, greeted } of members.values()) {
      // What has not begun has nothing to put away.
      if (greeted) hand.send({ order: "stop" });
      else hand.kill();
    }
    if (members.size === 0) finish();
  };

  const retire = (member: Member): void => {
    if (stopping || member.stage === "leaving" || !members.has(member.hand)) return;
    const { worker, hand } = member;
    log.info({ worker, pid: hand.pid }, "a worker was told to end; another takes its place");
    member.stage = "leaving";
    hand.send({ order: "retire" });
    passDuty();
    startIn(worker);
    // Nobody waits for it, but it must not stay for ever.
    later(policy.limitMs, () => hand.kill());
  };

  const replace = (member: Member, end: ProcessEnd): void => {
    if (stopping) return;
    const { worker, hand, stage, hung, servedTicks } = member;
    const reason = reasonOf(member);
    exits[reason] += 1;
    passDuty();
    const told = { worker, pid: hand.pid, reason, ...end, ...member.failure };
    if (stage === "leaving") {
      if (end.code !== 0) log.warn(told, "a worker that was told to end did not end in order");
      return;
    }
    if (!isComplete) {
      failure = member.failure ?? diedEarly(worker, end, hung);
      log.debug(told, "a worker did not start, so the instance does not");
      stop();
      return;
    }
    const steady = servedTicks * policy.tickMs >= policy.steadyMs;
    const inARow = steady ? 1 : (failures.get(worker) ?? 0) + 1;
    failures.set(worker, inARow);
    const pauseMs = restartPauseMs(inARow, policy);
    log.error({ ...told, pauseMs }, "a worker ended and is replaced");
    later(pauseMs, () => startIn(worker));
  };

  const nowServes = (member: Member, report: Report & { report: "serving" }): void => {
    member.instanceId = report.instanceId;
    if (stopping || member.stage !== "starting") return;
    member.stage = "serving";
    passDuty();
    if (isComplete) return;
    if (!othersStarted) for (let worker = 2; worker <= policy.size; worker += 1) startIn(worker);
    othersStarted = true;
    isComplete = serving().length === policy.size;
    if (isComplete) complete.resolve(report.addresses);
  };

  return {
    begin: () => startIn(1),
    heard(hand, report) {
      const member = members.get(hand);
      if (member === undefined) return;
      member.silentTicks = 0;
      if (report.report === "hello") {
        member.greeted = true;
        hand.send(
          stopping ? { order: "stop" } : { order: "serve", worker: member.worker, size: policy.size },
        );
      } else if (report.report === "serving") nowServes(member, report);
      else if (report.report === "failed") member.failure = report.failure;
      // Who tells every process of the instance has told the primary too, a moment before or after.
      else if (report.report === "signalled") later(policy.togetherMs, () => retire(member));
    },
    ended(hand, end) {
      const member = members.get(hand);
      if (member === undefined) return;
      members.delete(hand);
      if (member.instanceId !== undefined && end.code !== 0) toForget.push(member.instanceId);
      if (stopping) {
        if (end.code !== 0 && member.greeted) code = 1;
        if (members.size === 0) finish();
      } else if (end.signal === "SIGTERM" || end.signal === "SIGINT") {
        later(policy.togetherMs, () => replace(member, end));
      } else replace(member, end);
    },
    tick() {
      for (const member of members.values()) {
        member.silentTicks += 1;
        if (member.stage === "serving") member.servedTicks += 1;
        if (member.hung || member.silentTicks <= policy.mostSilentTicks) continue;
        member.hung = true;
        const { worker, hand } = member;
        log.error({ worker, pid: hand.pid }, "a worker gives no sign of life and is ended");
        hand.kill();
      }
    },
    stop,
    killAll,
    greet: () => onDuty?.hand.send({ order: "greet" }),
    serving: () => serving().map(({ worker, hand }) => ({ worker, hand })),
    exits: () => ({ ...exits }),
    complete: complete.promise,
    over: over.promise,
  };
}

function reasonOf({ hung, stage }: Member): ExitReason {
  if (hung) return "hung";
  if (stage === "leaving") return "renewed";
  return stage === "starting" ? "start_failed" : "crashed";
}

function diedEarly(worker: number, { code, signal }: ProcessEnd, hung: boolean): FailedStart {
  const how = hung
    ? "gave no sign of life"
    : signal === null
      ? `ended with code ${code}`
      : `ended by ${signal}`;
  return {
    message: `Worker ${worker} ${how} while the instance started.`,
    code: "unavailable",
    fix: "See the lines of the log before this one; out of memory, it leaves none.",
  };
}
