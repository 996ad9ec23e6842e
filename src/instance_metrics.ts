// Owns what is measured of a running instance, and where it is read: what happens is told by the connections that serve
// requests, what stands is looked up at a scrape. The rooms below know nothing of it but the names in observability/.
import type { AnswerMeasure } from "./access_log.ts";
import type { MetricsFace } from "./admin/metrics_routes.ts";
import { listAttackKinds } from "./audit/attacks_store.ts";
import { findOldestUnsealed } from "./audit/chain/unsealed_store.ts";
import { type Database, poolStateOf, stateOf } from "./db/connect.ts";
import type { StoreClock } from "./db/store_clock.ts";
import type { InstallationPart } from "./installation.ts";
import { countUnsentMails } from "./mail/outbox_overview_store.ts";
import { at, one, type Point } from "./observability/metric_table.ts";
import { openMetrics } from "./observability/open_metrics.ts";
import { processPoints, watchEventLoop } from "./observability/process_points.ts";
import { observe, type Recorder } from "./observability/recorder.ts";
import { createSourceReader, type Source } from "./observability/sources.ts";
import { type AttackKind, attacks, attackToldForMs } from "./observability/throttle_kinds.ts";
import type { CutReason } from "./overload/cut_reasons.ts";
import { shedReasons } from "./overload/fair_queue.ts";
import type { InstanceQueues, QueueName } from "./overload/queues.ts";
import { sweeperPolicy } from "./provider/assembly/sweeper.ts";
import type { Listening } from "./provider/edge/listen.ts";
import { describeKeys, type KeyStatus } from "./provider/keys/key_status.ts";
import { listInstances, listKeys } from "./provider/keys/key_store.ts";
import type { KeyPolicy } from "./provider/keys/policy.ts";
import { findOldestEnded } from "./provider/storage/sweep_store.ts";
import { countLogouts, logoutStates } from "./provider/storage/told_logout_store.ts";
import type { ReadinessCheck } from "./public_routes.ts";

/** What is measured. */
export interface MeasuredInstance extends InstallationPart<"db" | "clock" | "log"> {
  /** A pool that no request waits in. */
  watch: Database;
  policy: KeyPolicy;
  readiness: readonly ReadinessCheck[];
  queues: InstanceQueues;
  ports: Readonly<Record<"public" | "admin", Pick<Listening, "connections">>>;
  storeClock: StoreClock;
  /** The processes it is one of; absent: it is alone. */
  crew?: { onDuty(): boolean; scrapeAll(): Promise<string> } | undefined;
}

/** The metrics of an instance, as its ports take them. */
export interface InstanceMetrics {
  face: MetricsFace;
  /** Its own, and what is told of the store if it is on duty, so that of several processes one asks. */
  measure(): Promise<string>;
  onAnswer(answer: AnswerMeasure): void;
  close(): Promise<void>;
}

/**
 * Begins to measure.
 * @param keys the keys of whoever may read it
 * @returns undefined if nobody may: then nothing is measured
 */
export async function measureInstance(
  keys: readonly string[],
  { db, watch, clock, log, policy, readiness, queues, ports, storeClock, crew }: MeasuredInstance,
): Promise<InstanceMetrics | undefined> {
  if (keys.length === 0) return undefined;
  const store: Source = {
    name: "store",
    // One after the other: of the connections that readiness and keys live by, a scrape holds one.
    read: async () => [
      ...(await mailPoints(watch, clock().getTime())),
      ...(await logoutPoints(watch, clock().getTime())),
      ...(await attackPoints(watch, clock().getTime())),
      ...(await overduePoints(watch, clock().getTime())),
      ...(await keyPoints(watch, clock().getTime(), policy)),
      ...(await clockPoints(storeClock)),
    ],
  };
  const ready: Source = { name: "readiness", read: () => readinessPoints(readiness) };
  const tellFault = (source: string, err: unknown) =>
    log.warn({ err, source }, "what is looked up for the metrics could not be read");
  const readAll = createSourceReader([store, ready], tellFault);
  const readOwn = createSourceReader([ready], tellFault);
  const metrics = await openMetrics(async () => [
    ...(await (crew?.onDuty() === false ? readOwn() : readAll())),
    ...(crew === undefined ? processesOf({ wanted: 1, serving: 1 }) : []),
    ...poolPoints(db),
    ...queuePoints(queues),
    ...connectionPoints(ports),
    ...processPoints(),
  ]);
  // What the keys, the clocks and readiness tell comes by the pool they have for themselves.
  const ends = [
    ...[db, watch].flatMap((pool) => [observe(pool, metrics.record), countStoreFaults(pool, metrics.record)]),
    watchEventLoop(metrics.record),
  ];
  return {
    face: { keys, scrape: () => crew?.scrapeAll() ?? metrics.scrape() },
    measure: () => metrics.scrape(),
    onAnswer({ port, status, seconds }) {
      metrics.record(one("tti_http_requests_total", { port, status: statusClassOf(status) }));
      metrics.record(at("tti_http_request_duration_seconds", seconds, { port }));
    },
    async close() {
      for (const end of ends) end();
      await metrics.close();
    },
  };
}

function countStoreFaults(db: Database, record: Recorder): () => void {
  const state = stateOf(db);
  state.onFault = (kind) => record(one("tti_store_faults_total", { kind }));
  return () => {
    state.onFault = undefined;
  };
}

async function clockPoints(storeClock: StoreClock): Promise<Point[]> {
  const ahead = await storeClock.aheadSeconds();
  return ahead === undefined ? [] : [at("tti_clock_difference_seconds", ahead, {})];
}

const processesOf = ({ wanted, serving }: { wanted: number; serving: number }): Point[] => [
  at("tti_workers", wanted, { state: "wanted" }),
  at("tti_workers", serving, { state: "serving" }),
];

const statusClasses = { 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx" } as const;

function statusClassOf(status: number | undefined) {
  if (status === undefined) return "aborted";
  if (status === 429 || status === 503) return `${status}` as const;
  return statusClasses[Math.floor(status / 100) as keyof typeof statusClasses] ?? "2xx";
}

async function mailPoints(db: Database, nowMs: number): Promise<Point[]> {
  const found = new Map((await countUnsentMails(db)).map((row) => [row.state, row]));
  return (["waiting", "failed"] as const).flatMap((state) => {
    const { mails = 0, oldestMs = nowMs } = found.get(state) ?? {};
    const oldest = Math.max(0, nowMs - oldestMs) / 1000;
    return [at("tti_mails", mails, { state }), at("tti_mail_oldest_seconds", oldest, { state })];
  });
}

async function logoutPoints(db: Database, nowMs: number): Promise<Point[]> {
  const found = new Map((await countLogouts(db)).map((row) => [row.state, row]));
  return logoutStates.flatMap((state) => {
    const { logouts = 0, oldestMs = nowMs } = found.get(state) ?? {};
    const oldest = Math.max(0, nowMs - oldestMs) / 1000;
    return [at("tti_logouts", logouts, { state }), at("tti_logout_oldest_seconds", oldest, { state })];
  });
}

async function overduePoints(db: Database, nowMs: number): Promise<Point[]> {
  const ended = await findOldestEnded(db, nowMs, sweeperPolicy.keepMs);
  const unsealed = Math.max(0, nowMs - ((await findOldestUnsealed(db)) ?? nowMs));
  return [
    at("tti_overdue_seconds", ended / 1000, { what: "ended_records" }),
    at("tti_overdue_seconds", unsealed / 1000, { what: "trail" }),
  ];
}

async function attackPoints(db: Database, nowMs: number): Promise<Point[]> {
  const open = await listAttackKinds(db, nowMs - attackToldForMs);
  return (Object.keys(attacks) as AttackKind[]).map((kind) =>
    at("tti_attacks_open", open.filter((one) => one === kind).length, { kind }),
  );
}

async function keyPoints(db: Database, nowMs: number, policy: KeyPolicy): Promise<Point[]> {
  return keyPointsOf(describeKeys(await listKeys(db), await listInstances(db), nowMs, policy));
}

function keyPointsOf({ nowMs, signingKid, keys, warnings }: KeyStatus): Point[] {
  const signing = keys.find(({ kid }) => kid === signingKid);
  const next = keys.findLast(({ phase }) => phase === "next");
  const ageOf = (sinceMs: number) => Math.max(0, nowMs - sinceMs) / 1000;
  return [
    ...(signing ? [at("tti_key_age_seconds", ageOf(signing.maySignAtMs), { key: "signing" })] : []),
    ...(next ? [at("tti_key_age_seconds", ageOf(next.publishedSinceMs), { key: "next" })] : []),
    ...(["next", "current", "previous", "gone", "revoked"] as const).map((phase) =>
      at("tti_keys", keys.filter((key) => key.phase === phase).length, { phase }),
    ),
    at("tti_key_warnings", warnings.length, {}),
  ];
}

async function readinessPoints(checks: readonly ReadinessCheck[]): Promise<Point[]> {
  return Promise.all(
    checks.map(async ({ name, whyNot }) =>
      at("tti_ready", (await whyNot()) === undefined ? 1 : 0, { check: name }),
    ),
  );
}

function poolPoints(db: Database): Point[] {
  const { used, idle, waiting, most } = poolStateOf(db);
  return [
    at("tti_store_connections", used, { state: "used" }),
    at("tti_store_connections", idle, { state: "idle" }),
    at("tti_store_connections_waiting", waiting, {}),
    at("tti_store_connections_most", most, {}),
  ];
}

function connectionPoints(ports: MeasuredInstance["ports"]): Point[] {
  return (["public", "admin"] as const).flatMap((port) => {
    const { open, cut } = ports[port].connections();
    const reasons = Object.keys(cut) as CutReason[];
    return [
      at("tti_open_connections", open, { port }),
      ...reasons.map((reason) => at("tti_connections_cut_total", cut[reason], { port, reason })),
    ];
  });
}

function queuePoints(queues: InstanceQueues): Point[] {
  return Object.entries(queues).flatMap(([name, { state }]) => {
    const queue = name as QueueName;
    return [
      at("tti_queue_running", state.running, { queue }),
      at("tti_queue_length", state.waiting, { queue }),
      at("tti_queue_oldest_seconds", state.oldestSeconds, { queue }),
      ...shedReasons.map((reason) => at("tti_shed_total", state.shed[reason], { queue, reason })),
    ];
  });
}
