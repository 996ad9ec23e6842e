// Owns the judgement of a soak: which promises were not kept, from what was remembered and how it ended. Pure, so that a
// test can feed it histories that are false.
import type { Acted, Ending, Happening, Measured, Violation, Written } from "./history.ts";

/** How much more an instance may hold in the last third of its life than in the one before; as a share. */
export const mostGrowth = 0.1;
/** Growth that says nothing: what a heap takes before its collector looks. */
const slackBytes = 12 * 2 ** 20;
/** What a start takes; and how long a life must be to tell growth from a start. */
const warmUpMs = 60_000;
const leastLifeMs = 180_000;

const from = ({ atMs, requestId, during }: Happening) => ({ atMs, requestId, during });

/** What one happening alone shows to be broken. */
export function violationIn(happening: Happening): Violation | undefined {
  switch (happening.kind) {
    case "token":
      if (happening.refusal === undefined) return undefined;
      return {
        promise: "no unverifiable token",
        what: `a token of key ${happening.kid} is refused: ${happening.refusal}`,
        ...from(happening),
      };
    case "redemption": {
      const given = happening.answers.flatMap(({ gave }) => gave ?? []);
      // What an honest repeat is answered is the same once more.
      const told = happening.what === "refresh token" ? new Set(given).size : given.length;
      if (told < 2) return undefined;
      const ids = happening.answers.map(({ status, requestId }) => `${status} ${requestId}`).join(", ");
      return {
        promise: "no double redemption",
        what: `one ${happening.what} gave ${told} times (${ids})`,
        ...from(happening),
      };
    }
    case "session lost":
      return {
        promise: "no session lost to an honest retry",
        what: `${happening.who} is signed out at ${happening.doing}: ${happening.answer}`,
        ...from(happening),
      };
    case "unclear answer":
      return {
        promise: "every answer is clear",
        what: `${happening.doing} answered ${happening.status}: ${happening.answer}`,
        ...from(happening),
      };
    default:
      return undefined;
  }
}

/** What the end of a history shows to be broken, besides what each happening showed. */
export function violationsAtTheEnd(history: readonly Happening[], ending: Ending): Violation[] {
  return [
    ...lostWrites(history, ending),
    ...missingEvents(history, ending),
    ...history.flatMap((happening): Violation[] =>
      happening.kind !== "mail" || ending.mailed.has(happening.address)
        ? []
        : [{ promise: "no mail lost", what: `no mail came to ${happening.address}`, ...from(happening) }],
    ),
    ...growth(history),
  ];
}

/** All of it. */
export const judge = (history: readonly Happening[], ending: Ending): Violation[] => [
  ...history.flatMap((happening) => violationIn(happening) ?? []),
  ...violationsAtTheEnd(history, ending),
];

function lostWrites(history: readonly Happening[], { things }: Ending): Violation[] {
  const last = new Map<string, Written>();
  for (const happening of history) if (happening.kind === "write") last.set(happening.thing, happening);
  return [...last.values()].flatMap((write): Violation[] => {
    const found = things.get(write.thing) ?? "gone";
    if (write.state === undefined || found === write.state) return [];
    const what = `${write.thing} was acknowledged as ${write.state}, and is ${found}`;
    return [{ promise: "no acknowledged write lost", what, ...from(write) }];
  });
}

function missingEvents(history: readonly Happening[], { events, trail }: Ending): Violation[] {
  const acts = history.filter((happening): happening is Acted => happening.kind === "act");
  const byRequest = new Set(events.map(({ type, requestId }) => `${type} ${requestId}`));
  const counted = new Map<string, number>();
  for (const { type, accountId } of events) {
    counted.set(`${type} ${accountId}`, (counted.get(`${type} ${accountId}`) ?? 0) + 1);
  }
  const promise = "no audit event missing" as const;
  const missing: Violation[] = [];
  for (const act of acts) {
    if (act.byRequest && !byRequest.has(`${act.event} ${act.requestId}`)) {
      missing.push({ promise, what: `no ${act.event} of ${act.accountId}`, ...from(act) });
    }
    // Each act uses up one event of its account: one that came unasked makes up for none that is missing elsewhere.
    const name = `${act.event} ${act.accountId}`;
    const left = (counted.get(name) ?? 0) - 1;
    counted.set(name, left);
    if (left < 0 && !act.byRequest) {
      missing.push({
        promise,
        what: `fewer ${act.event} of ${act.accountId} than were acknowledged`,
        ...from(act),
      });
    }
  }
  if (!trail.intact)
    missing.push({ promise, what: `the trail is not whole: ${trail.said}`, atMs: Date.now() });
  return missing;
}

/** How an instance's memory went: the middle of two thirds of its life after the warm-up, the later over the earlier. */
export interface Growth {
  instance: string;
  lifeMs: number;
  earlierBytes: number;
  laterBytes: number;
  flat: boolean;
}

/** The growth of each instance that lived long enough to tell. */
export function growthOf(history: readonly Happening[]): Growth[] {
  const lives = new Map<string, Measured[]>();
  for (const happening of history) {
    if (happening.kind !== "memory") continue;
    lives.set(happening.instance, [...(lives.get(happening.instance) ?? []), happening]);
  }
  return [...lives].flatMap(([instance, samples]): Growth[] => {
    const [first] = samples;
    const last = samples.at(-1);
    if (first === undefined || last === undefined || last.atMs - first.atMs < leastLifeMs) return [];
    const warm = samples.filter(({ atMs }) => atMs - first.atMs >= warmUpMs).map(({ bytes }) => bytes);
    const third = Math.floor(warm.length / 3);
    const earlierBytes = middle(warm.slice(third, 2 * third));
    const laterBytes = middle(warm.slice(2 * third));
    const flat = laterBytes <= earlierBytes * (1 + mostGrowth) + slackBytes;
    return [{ instance, lifeMs: last.atMs - first.atMs, earlierBytes, laterBytes, flat }];
  });
}

function growth(history: readonly Happening[]): Violation[] {
  return growthOf(history)
    .filter(({ flat }) => !flat)
    .map(({ instance, earlierBytes, laterBytes }) => ({
      promise: "flat memory",
      what: `${instance} grew from ${mebibytes(earlierBytes)} to ${mebibytes(laterBytes)} MiB`,
      atMs: Date.now(),
    }));
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
