// Owns `npm run soak [-- --minutes N] [--json]`: two instances under load while one is killed each minute, the database
// restarts and falls silent, and an upgrade from the release before takes place; then the judgement, promise by promise.
import { availableParallelism, cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeProtectedHeader } from "jose";
import { readTypedWords, tellFault } from "../../scripts/typed_words.ts";
import { createVerifier } from "../e2e/verifier.ts";
import { installPreviousRelease, whyNoPreviousRelease } from "../upgrade/previous_release.ts";
import { administerPeople, invite, rotate } from "./administrator.ts";
import { readEnding } from "./ending.ts";
import { type Done, doFaults } from "./faults.ts";
import type { Violation } from "./history.ts";
import { type Release, thisRelease } from "./instance.ts";
import { growthOf, violationsAtTheEnd } from "./judge.ts";
import { comeAndGo, keepFresh, mint, sendTwice } from "./load.ts";
import { type Recorder, startRecorder } from "./recorder.ts";
import type { Soak } from "./relying_party.ts";
import { issuer, openSite, type Person, type Site } from "./site.ts";

const usage = `Usage: npm run soak [-- --minutes N] [--json]

Two instances under load while one is killed each minute, the database restarts and falls silent, and an upgrade from the
release before takes place; then the judgement, promise by promise. Exits 1 if a promise was not kept.

  --minutes N   how long, 0.5 to 1440 (default 10)
  --json        print one JSON document

Example:
  $ npm run soak -- --minutes 1`;

/** What a soak found. */
interface Result {
  minutes: number;
  machine: { cpu: string; cores: number; node: string };
  counts: Readonly<Record<string, number>>;
  keysThatSigned: number;
  done: readonly Done[];
  memory: readonly object[];
  errorsLogged: Readonly<Record<string, number>>;
  violations: readonly Violation[];
}

/** Runs a soak. @returns the exit code: 1 if a promise was not kept */
export async function main(words: readonly string[]): Promise<number> {
  const typed = readTypedWords(usage, {
    args: [...words],
    options: { minutes: { type: "string", default: "10" }, json: { type: "boolean", default: false } },
  });
  if (typeof typed === "number") return typed;
  const { values } = typed;
  const minutes = Number(values.minutes);
  if (!(minutes >= 0.5 && minutes <= 24 * 60)) {
    return tellFault(usage, `--minutes: ${values.minutes} is no number from 0.5 to 1440.`);
  }
  const result = await soak(minutes);
  process.stdout.write(values.json ? `${JSON.stringify(result, undefined, 2)}\n` : told(result));
  return result.violations.length > 0 ? 1 : 0;
}

// Without the history of the project there is no release before: both are this one, and the upgrade is a rolling restart.
function releaseBefore(): Release {
  const why = whyNoPreviousRelease();
  if (why === false) return { name: "the release before", program: installPreviousRelease() };
  process.stderr.write(`no upgrade, a rolling restart in its place: ${why}\n`);
  return { ...thisRelease, name: "this version, before" };
}

async function soak(minutes: number): Promise<Result> {
  const before = releaseBefore();
  const recorder = startRecorder((violation) => process.stderr.write(`${lineOf(violation)}\n`));
  const site = await openSite({ release: before, people: 12, compressKeys: true, fsync: true });
  const kids = new Set<string>();
  const judging = judgeTokens(site, recorder, kids);
  let over = false;
  const watched = watch(site, recorder, () => over);
  try {
    const load = startLoad({ site, recorder, isOver: () => over, onIdToken: judging.onIdToken });
    const done = await doFaults(site, recorder, minutes * 60, thisRelease);
    over = true;
    recorder.during = "the end";
    await load;
    await judging.finished();
    await watched;
    const ending = await readEnding(site, thisRelease, recorder.history);
    const late = violationsAtTheEnd(recorder.history, ending);
    for (const violation of late) process.stderr.write(`${lineOf(violation)}\n`);
    return {
      minutes,
      machine: { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), node: process.version },
      counts: recorder.counts,
      keysThatSigned: kids.size,
      done,
      memory: growthOf(recorder.history),
      errorsLogged: errorsOf(site),
      violations: [...recorder.violations, ...late].map((violation) => withLog(site, violation)),
    };
  } finally {
    over = true;
    await site.close();
  }
}

function startLoad(soak: Soak): Promise<unknown> {
  const { people } = soak.site;
  const person = (index: number) => people[index % people.length] as Person;
  return Promise.all([
    ...[0, 1, 2].map((index) => comeAndGo(soak, person(index), 400)),
    ...[3, 4, 5, 6].map((index) => keepFresh(soak, person(index), 300)),
    // A back end acts for who has signed in.
    ...[0, 3].map(async (index) => {
      await sleep(3_000);
      await mint(soak, person(index), 250);
    }),
    ...[7, 8].map((index) => sendTwice(soak, person(index), 500)),
    ...[1, 2].map((who) => administerPeople(soak, who, 500)),
    invite(soak, 10_000),
    rotate(soak, 25_000),
  ]);
}

/** Verifies every ID token as relying parties do, when it comes and once more when keys may have changed. */
function judgeTokens(site: Site, recorder: Recorder, kids: Set<string>) {
  const verifier = createVerifier({ name: "caching", issuer, url: () => site.balancer.url, caches: true });
  const judging = new Set<Promise<void>>();
  const judge = async (idToken: string, requestId: string | undefined) => {
    for (const delayMs of [0, 10_000]) {
      await sleep(delayMs);
      const verdict = await verifier.verify(idToken).catch(() => undefined);
      if (verdict === undefined) {
        recorder.count("verification that got no keys");
        continue;
      }
      recorder.count("verification");
      recorder.note({ kind: "token", kid: verdict.kid, refusal: verdict.refusal, requestId });
    }
  };
  return {
    onIdToken(idToken: unknown, requestId: string | undefined) {
      if (typeof idToken !== "string") return;
      kids.add(decodeProtectedHeader(idToken).kid ?? "");
      const work = judge(idToken, requestId).finally(() => judging.delete(work));
      judging.add(work);
    },
    finished: () => Promise.all(judging),
  };
}

/** Looks at what each instance holds, and says how it goes. */
async function watch(site: Site, recorder: Recorder, isOver: () => boolean): Promise<void> {
  const startedMs = performance.now();
  for (let look = 1; !isOver(); look += 1) {
    await sleep(1_000);
    for (const instance of site.instances.values()) {
      const bytes = instance.residentBytes();
      if (bytes !== undefined)
        recorder.note({ kind: "memory", instance: `${instance.id} (${instance.release.name})`, bytes });
    }
    if (look % 5 !== 0) continue;
    const { counts, violations } = recorder;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const told = ["login", "code flow", "refresh", "mint", "administrative write"].map(
      (what) => `${counts[what] ?? 0} ${what}`,
    );
    process.stderr.write(
      `${seconds} s, ${recorder.during}: ${told.join(", ")}; ${violations.length} violations\n`,
    );
  }
}

function errorsOf({ started }: Site): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { errors } of started) {
    for (const { msg, code } of errors) {
      const name = `${code ?? ""} ${msg}`.trim();
      counted[name] = (counted[name] ?? 0) + 1;
    }
  }
  return counted;
}

/** With what the instances logged of that request, error lines alone. */
function withLog({ started }: Site, violation: Violation): Violation {
  const { requestId } = violation;
  if (requestId === undefined) return violation;
  const lines = started.flatMap(({ id, errors }) =>
    errors
      .filter((line) => Object.values(line).includes(requestId))
      .map((line) => `${id}: ${JSON.stringify(line)}`),
  );
  return lines.length === 0 ? violation : { ...violation, log: lines };
}

function lineOf({ promise, what, atMs, requestId, during }: Violation): string {
  const when = new Date(atMs).toISOString();
  return `VIOLATION of "${promise}" at ${when}, during ${during ?? "the end"}, request ${requestId ?? "–"}: ${what}`;
}

function told(result: Result): string {
  const { counts, done, memory, errorsLogged, violations } = result;
  return [
    `${result.minutes} minutes on ${result.machine.cores} cores (${result.machine.cpu}), Node.js ${result.machine.node}`,
    ...Object.entries(counts).map(([what, count]) => `  ${count} × ${what}`),
    `  ${result.keysThatSigned} keys signed`,
    ...done.map(({ what, atSeconds, tookSeconds }) => `  at ${atSeconds} s: ${what} (${tookSeconds} s)`),
    ...memory.map((one) => `  memory: ${JSON.stringify(one)}`),
    ...Object.entries(errorsLogged).map(([what, count]) => `  logged ${count} ×: ${what}`),
    violations.length === 0 ? "No violation." : `${violations.length} violations:`,
    ...violations.map(lineOf),
    "",
  ].join("\n");
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
