// Owns the German of the page that tells what back ends did in a person's name.
import type { done as englishDone } from "../en/done.ts";

const often = (times: number): string => (times === 1 ? "einmal" : `${times}-mal`);
const date = new Intl.DateTimeFormat("de", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** What was done for somebody. */
export const done: typeof englishDone = {
  title: "Für Sie getan",
  lead: (since) =>
    `Was Anwendungen seit ${since} in Ihrem Namen getan haben, ohne dass Sie dabei waren. Was sie dürfen, steht unter „Anwendungen“.`,
  sumsTitle: "Nach Anwendung",
  listTitle: "Im Einzelnen",
  none: "Es wurde nichts in Ihrem Namen getan.",
  noneEarlier: "Davor wurde nichts in Ihrem Namen getan.",
  sums: {
    searched: (times, last) => `Hat ${often(times)} als Sie gesucht, zuletzt am ${last}.`,
    named: (times, last) => `Hat ${often(times)} einen Nachweis erhalten, wer Sie sind, zuletzt am ${last}.`,
    searched_in_vain: (times, last) =>
      `Wollte ${often(times)} als Sie suchen und konnte es nicht, zuletzt am ${last}.`,
    named_in_vain: (times, last) =>
      `Hat ${often(times)} vergeblich einen Nachweis verlangt, wer Sie sind, zuletzt am ${last}.`,
  },
  acts: {
    searched: (results) =>
      `hat als Sie gesucht: ${results === 1 ? "ein Ergebnis" : `${results} Ergebnisse`}.`,
    named: () => "hat einen Nachweis erhalten, wer Sie sind.",
    searched_in_vain: () => "wollte als Sie suchen und konnte es nicht.",
    named_in_vain: () => "hat vergeblich einen Nachweis verlangt, wer Sie sind.",
  },
  tried: "von der Verwaltung ausprobiert",
  moment: (ms) => `${date.format(ms)} UTC`,
  pages: "Seiten dessen, was getan wurde",
  newest: "Das Neueste",
  earlier: "Früher",
};
