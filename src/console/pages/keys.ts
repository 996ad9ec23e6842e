// Owns the page of the signing keys: the schedule, drawn and in words, what each instance serves, and what may be done.
import { keyStatus, revoke, rotate, rotateInEmergency } from "../../admin/operations/keys.ts";
import type { KeyStatus, KeyView } from "../../provider/keys/key_status.ts";
import type { ConsoleCard, KeySchedule, Span } from "../../views/console_pages.ts";
import type { Tone } from "../../views/parts.ts";
import { may, type Place, param, pathOf, type Visit } from "../place.ts";
import { momentOr, momentText } from "../words.ts";
import { assertTyped, confirmPlace, typedField } from "./confirm_place.ts";

const path = "/console/keys";
const width = 1_000;

/** The keys. */
export const keysPlace: Place = {
  path,
  section: "keys",
  operation: keyStatus,
  async show(visit) {
    const status = await keyStatus(visit.context);
    const sooner = { label: "Rotate sooner…", url: `${path}/rotate` };
    const leaked = { label: "A key has leaked…", url: `${path}/emergency`, kind: "danger" } as const;
    return {
      head: {
        title: "Signing keys",
        lead: "Keys follow one another by themselves.",
        actions: [
          ...(may(visit, rotate) ? [sooner] : []),
          ...(may(visit, rotateInEmergency) ? [leaked] : []),
        ],
      },
      banners: status.warnings.map((text) => ({ tone: "warn", text }) as const),
      cards: [
        { title: "Schedule", parts: [{ schedule: scheduleOf(status.keys, visit.now) }] },
        keysCard(status, visit),
        instancesCard(status, visit),
      ],
    };
  },
};

const phaseTones: Readonly<Record<string, Tone>> = { current: "ok", next: "info", revoked: "bad" };

function keysCard({ keys }: KeyStatus, visit: Visit): ConsoleCard {
  const { now } = visit;
  const revocable = (key: KeyView) =>
    may(visit, revoke) && (key.phase === "next" || key.phase === "previous");
  return {
    title: "Keys",
    parts: [
      {
        table: {
          caption: "Signing keys",
          columns: [
            { label: "Key" },
            { label: "Phase", kind: "state" },
            { label: "Published since", kind: "number" },
            { label: "Signs from", kind: "number" },
            { label: "Signs until", kind: "number" },
            { label: "Leaves the published keys", kind: "number" },
            { label: "Act" },
          ],
          rows: keys.map((key) => [
            {
              text: key.kid,
              code: true,
              note:
                key.kept === "kms"
                  ? "in AWS KMS"
                  : key.kept === "destroyed"
                    ? "its private half is destroyed"
                    : undefined,
            },
            { text: key.phase, tone: phaseTones[key.phase] ?? "none" },
            { text: momentText(key.publishedSinceMs, now) },
            { text: momentText(key.maySignAtMs, now) },
            { text: momentOr(key.stopsSigningAtMs, "another takes over", now) },
            { text: momentOr(key.revokedAtMs ?? key.leavesJwksAtMs, "not set", now) },
            {
              text: "",
              actions: revocable(key)
                ? [
                    {
                      label: "Revoke…",
                      url: pathOf(`${path}/:kid/revoke`, { kid: key.kid }),
                      kind: "danger",
                      unseen: key.kid,
                    },
                  ]
                : [],
            },
          ]),
        },
      },
    ],
  };
}

function instancesCard({ instances }: KeyStatus, { now }: Visit): ConsoleCard {
  const rows = instances.map((one) => ({
    text: one.instanceId,
    note: `signs with ${one.signingKid ?? "no key"} · seen ${momentText(one.seenAtMs, now)}`,
    badge:
      one.lacks.length > 0
        ? ({ text: `Lacks ${one.lacks.join(", ")}`, tone: "bad" } as const)
        : one.live
          ? undefined
          : ({ text: "Silent", tone: "warn" } as const),
  }));
  return {
    title: "Instances",
    parts: [
      rows.length > 0
        ? { rows }
        : { empty: { strong: "No instance", text: "None was heard of within the last hour." } },
    ],
  };
}

/**
 * Draws the schedule of some keys to scale: from the first that is still published to the last that is known.
 * @returns spans in thousandths of the whole
 */
export function scheduleOf(keys: readonly KeyView[], now: Date): KeySchedule {
  const nowMs = now.getTime();
  const shown = keys.filter(({ phase }) => phase !== "gone");
  const known = shown.flatMap(({ publishedSinceMs, maySignAtMs, stopsSigningAtMs, leavesJwksAtMs }) => [
    publishedSinceMs,
    maySignAtMs,
    stopsSigningAtMs ?? nowMs,
    leavesJwksAtMs ?? nowMs,
  ]);
  const first = Math.min(nowMs, ...known);
  const last = Math.max(nowMs, ...known);
  // A little beyond the last moment, so that what has no end is seen to go on.
  const wholeMs = Math.max(1, (last - first) * 1.05);
  const place = (atMs: number) => Math.round(((atMs - first) / wholeMs) * width);
  const span = (fromMs: number, untilMs: number | null): Span => {
    const [from, until] = [place(fromMs), untilMs === null ? width : place(untilMs)];
    return { from, length: Math.max(2, until - from) };
  };
  return {
    label: `Schedule of the signing keys from ${momentText(first, now)} to ${momentText(last, now)}`,
    now: place(nowMs),
    rows: shown.map((key) => {
      const until = key.revokedAtMs ?? key.leavesJwksAtMs;
      return {
        name: key.kid,
        said: saidOf(key, now),
        published: span(key.publishedSinceMs, until),
        signs: key.revokedAtMs === null ? span(key.maySignAtMs, key.stopsSigningAtMs) : undefined,
      };
    }),
  };
}

function saidOf(key: KeyView, now: Date): string {
  if (key.revokedAtMs !== null) return `was revoked ${momentText(key.revokedAtMs, now)}.`;
  const signs = `signs from ${momentText(key.maySignAtMs, now)} to ${momentOr(key.stopsSigningAtMs, "the moment another takes over", now)}`;
  return `is published since ${momentText(key.publishedSinceMs, now)}, ${signs}, and is published until ${momentOr(key.leavesJwksAtMs, "that is decided", now)}.`;
}

const crumbs = [{ label: "Signing keys", url: path }];

// Two people who mean the same keys must not move two.
async function keysOf(visit: Visit): Promise<string> {
  const { keys } = await keyStatus(visit.context);
  return keys
    .map(({ kid, maySignAtMs, revokedAtMs }) => [kid, maySignAtMs, revokedAtMs].join(" "))
    .join(", ");
}

/** Letting the next key sign sooner. */
export const rotatePlace: Place = confirmPlace({
  ...{ path: `${path}/rotate`, section: "keys", operation: rotate },
  ask: async (visit) => ({
    state: await keysOf(visit),
    title: "Rotate sooner",
    crumbs,
    what: "The next key signs as soon as every cache can have it, and not only when its turn comes.",
    consequences: [
      "Nothing breaks: tokens of the present key stay valid until they end, and it stays published as long.",
      "Of a key that has leaked this is no cure: that is given up at once on a page of its own.",
    ],
    undo: "This cannot be undone, and need not be.",
    submitLabel: "Rotate",
    cancelUrl: path,
  }),
  async act({ context }) {
    await rotate(context);
    return { to: path, news: "rotated" };
  },
});

/** Giving up the signing key, because it has leaked. */
export const emergencyPlace: Place = confirmPlace({
  ...{ path: `${path}/emergency`, section: "keys", operation: rotateInEmergency },
  ask: async (visit) => ({
    state: await keysOf(visit),
    title: "Give up the signing key",
    crumbs,
    what: "The key that signs, and the one that waits, leave the published keys now; a new one signs.",
    consequences: [
      "Every token they signed is refused, by AWS as well, as soon as whoever checks reads the published keys anew.",
      "Until caches have the new key, tokens that it signs may be refused too. The next page says for how long.",
      "Nobody is signed out here. If the waiting key is safe, or the secret that sealed the keys is lost, use the command line.",
    ],
    undo: "This cannot be undone.",
    submitLabel: "Give it up now",
    cancelUrl: path,
    typed: typedField(leakedWord, "the word"),
  }),
  async act({ context }, form) {
    assertTyped(form, leakedWord);
    const { kid, revokedKids, effects } = await rotateInEmergency(context);
    const on = { label: "Go on to the signing keys", url: path, kind: "primary" } as const;
    return {
      page: {
        head: { title: "The key was given up", crumbs, lead: `${kid} signs now.`, actions: [on] },
        cards: [
          { title: "Given up", parts: [{ rows: revokedKids.map((text) => ({ text })) }] },
          { title: "What this breaks", parts: effects.sentences.map((text) => ({ text })) },
        ],
      },
    };
  },
});

const leakedWord = "leaked";

/** Taking a key that does not sign out of the published ones. */
export const revokeKeyPlace: Place = confirmPlace({
  ...{ path: `${path}/:kid/revoke`, section: "keys", operation: revoke },
  async ask(visit) {
    const kid = param(visit, "kid");
    return {
      title: "Revoke",
      crumbs,
      what: `The key ${kid} leaves the published keys now.`,
      consequences: [
        "Tokens that it signed and that have not ended are refused by whoever looks at the published keys anew.",
      ],
      undo: "This cannot be undone.",
      submitLabel: "Revoke",
      cancelUrl: path,
    };
  },
  async act(visit) {
    await revoke(visit.context, { kid: param(visit, "kid") });
    return { to: path, news: "revoked" };
  },
});
