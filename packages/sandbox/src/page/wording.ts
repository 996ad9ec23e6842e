// Short, readable forms of what AWS spells at length: ARNs, times, durations. Pure.

/** Who called: the name people know, and the account. */
export type CallerWords = { name: string; detail: string };

/** `arn:aws:sts::111122223333:assumed-role/isv/ada` → `isv`, `ada · 111122223333`. */
export function describeCaller(arn: string | null, accessKeyId: string | null): CallerWords {
  if (arn === null) return { name: "unknown", detail: accessKeyId ?? "no signature" };
  const [, , , , account = "", resource = ""] = arn.split(":");
  const [kind, ...names] = resource.split("/");
  if (kind === "assumed-role")
    return { name: names[0] ?? "", detail: `${names.slice(1).join("/")} · ${account}` };
  return { name: names.at(-1) ?? kind ?? arn, detail: `${kind} · ${account}` };
}

/** `2026-11-23T12:00:05.120Z` → `12:00:05`; anything else as it is. */
export function timeOfDay(iso: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(iso)?.[1] ?? iso;
}

/** Milliseconds as people read them. */
export function describeDuration(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

/** How much the sandbox's clock is ahead of the machine's, or nothing when it is not moved. */
export function describeClockOffset(offsetMs: number): string | undefined {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (seconds === 0) return undefined;
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor((seconds % 86_400) / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "min"],
    [seconds % 60, "s"],
  ] as const;
  const text = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}`])).join(" ");
  return `${text} ${offsetMs > 0 ? "ahead" : "behind"}`;
}

/** `1 request`, `2 requests`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** A reason as a sentence; one that begins with a name of the wire (`iss is …`) keeps its spelling. */
export function asSentence(text: string): string {
  const starts = /^(a|an|the|no|there|more|its|user|users) /.test(text);
  return starts ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
