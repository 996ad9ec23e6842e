// Measuring two things fairly in one run: they alternate, so that a busy machine disturbs both alike.

export interface Compared {
  /** Median of the thing measured, in milliseconds. */
  readonly measuredMs: number;
  readonly baselineMs: number;
  /** Median of the ratios of neighbouring pairs: what a drifting machine distorts least. */
  readonly ratio: number;
  /** Mean of the fastest third of each, in milliseconds: what a busy machine disturbs least where each takes a moment. */
  readonly undisturbed: { readonly measuredMs: number; readonly baselineMs: number };
}

/** Times both alternately, `pairs` times, the order within a pair changing each time; by another clock if one is given. */
export async function compareAlternately(
  pairs: number,
  baseline: (pair: number) => Promise<unknown>,
  measured: (pair: number) => Promise<unknown>,
  nowMs = () => performance.now(),
): Promise<Compared> {
  const baselineTimes: number[] = [];
  const measuredTimes: number[] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const baselineFirst = pair % 2 === 0;
    const first = await time(nowMs, () => (baselineFirst ? baseline : measured)(pair));
    const second = await time(nowMs, () => (baselineFirst ? measured : baseline)(pair));
    const [baselineMs, measuredMs] = baselineFirst ? [first, second] : [second, first];
    baselineTimes.push(baselineMs);
    measuredTimes.push(measuredMs);
    ratios.push(measuredMs / baselineMs);
  }
  const undisturbed = { measuredMs: fastest(measuredTimes), baselineMs: fastest(baselineTimes) };
  return {
    ...{ measuredMs: median(measuredTimes), baselineMs: median(baselineTimes), ratio: median(ratios) },
    undisturbed,
  };
}

function fastest(times: readonly number[]): number {
  const third = times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length / 3));
  return third.reduce((sum, time) => sum + time, 0) / third.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function time(nowMs: () => number, work: () => Promise<unknown>): Promise<number> {
  const startedMs = nowMs();
  await work();
  return nowMs() - startedMs;
}
