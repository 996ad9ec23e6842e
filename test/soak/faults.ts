// Owns what is done to a site while it is under load, and when: one instance killed each minute, the database restarted
// twice and silent once, an upgrade in the middle. One after the other, each at its time or once the one before is over.
import { setTimeout as sleep } from "node:timers/promises";
import { type Release, runCommand } from "./instance.ts";
import type { Recorder } from "./recorder.ts";
import type { Site } from "./site.ts";

/** Something that was done. */
export interface Done {
  what: string;
  atSeconds: number;
  tookSeconds: number;
}

interface Fault {
  what: string;
  atSeconds: number;
  run(): Promise<void>;
}

/**
 * Does it all.
 * @param lengthSeconds how long the soak lasts; what is done once or twice is spread over it
 * @param next the release that is upgraded to
 */
export async function doFaults(
  site: Site,
  recorder: Recorder,
  lengthSeconds: number,
  next: Release,
): Promise<Done[]> {
  const startedMs = performance.now();
  const elapsed = () => (performance.now() - startedMs) / 1000;
  const done: Done[] = [];
  for (const { what, atSeconds, run } of plan(site, lengthSeconds, next)) {
    await sleep(Math.max(0, (atSeconds - elapsed()) * 1000));
    const beganSeconds = elapsed();
    recorder.during = what;
    await run();
    done.push({
      what,
      atSeconds: Math.round(beganSeconds),
      tookSeconds: Number((elapsed() - beganSeconds).toFixed(1)),
    });
    recorder.during = `after: ${what}`;
  }
  await sleep(Math.max(0, (lengthSeconds - elapsed()) * 1000));
  return done;
}

function plan(site: Site, lengthSeconds: number, next: Release): Fault[] {
  const upgradeAt = lengthSeconds * 0.4;
  const kills = Array.from({ length: Math.max(1, Math.floor(lengthSeconds / 60)) }, (_, minute): Fault => {
    const atSeconds = minute * 60 + Math.min(20, lengthSeconds / 3);
    // After the upgrade one is left alone, so that it lives long enough to tell whether it grows.
    const name = atSeconds < upgradeAt && minute % 2 === 0 ? "a" : "b";
    return { what: `instance ${name} is killed`, atSeconds, run: () => killAndStart(site, name) };
  });
  const spread: Fault[] = [
    {
      what: "the database is restarted",
      atSeconds: lengthSeconds * 0.27,
      run: () => site.postgres.restart("fast"),
    },
    { what: "the upgrade", atSeconds: upgradeAt, run: () => upgrade(site, next) },
    { what: "the database is silent", atSeconds: lengthSeconds * 0.62, run: () => silence(site, 8_000) },
    {
      what: "the database crashes",
      atSeconds: lengthSeconds * 0.78,
      run: () => site.postgres.restart("immediate"),
    },
  ];
  return [...kills, ...spread].sort((one, other) => one.atSeconds - other.atSeconds);
}

async function killAndStart(site: Site, name: string): Promise<void> {
  const instance = site.instances.get(name);
  if (instance === undefined) return;
  await instance.kill();
  await sleep(1_500);
  await site.start(name, instance.release);
}

async function silence({ wire }: Site, forMs: number): Promise<void> {
  wire.silenceNew(true);
  wire.silence();
  await sleep(forMs);
  wire.silenceNew(false);
}

/** As docs/guides/upgrading.md has it: the schema, then one instance after the other. */
async function upgrade(site: Site, next: Release): Promise<void> {
  await runCommand(next, site.environment, ["migrate", "up"]);
  for (const [name, instance] of [...site.instances]) {
    const code = await instance.stop();
    if (code !== 0) throw new Error(`${instance.id} ended with ${code} when it was told to stop`);
    const started = await site.start(name, next);
    await ready(started.url);
  }
}

async function ready(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(100);
  }
}
