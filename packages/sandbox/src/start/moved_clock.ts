// Tells whoever starts a kept state that its clock is not the machine's: weeks later nobody remembers having moved it.

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/**
 * @param offsetMs how far the clock is ahead of the machine's, in milliseconds; negative: behind
 * @param now the moved clock's time
 * @returns what to say, with the way back; undefined when it is the machine's
 */
export function tellMovedClock(offsetMs: number, now: Date): string | undefined {
  if (offsetMs === 0) return undefined;
  const seconds = Math.abs(offsetMs) / 1000;
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? (["second", 1] as const);
  const count = Math.round((seconds / length) * 10) / 10;
  const distance = `${count} ${unit}${count === 1 ? "" : "s"} ${offsetMs > 0 ? "ahead of" : "behind"}`;
  return (
    `The clock is ${distance} the machine's (it is ${now.toISOString()} here), as this state left it. ` +
    `Set it back: POST /_sandbox/clock {"offsetSeconds": 0}.`
  );
}
