// Owns the English of the page that tells what back ends did in a person's name.

const often = (times: number): string => (times === 1 ? "once" : `${times} times`);

/** What was done for somebody. */
export const done = {
  title: "Done for you",
  lead: (day: string) =>
    `What applications did in your name since ${day}, without you at the keyboard. What they may is under Applications.`,
  sumsTitle: "By application",
  listTitle: "One by one",
  none: "Nothing was done in your name.",
  noneEarlier: "Nothing was done in your name before.",
  /** Sentences of a sum: how often, and when last. */
  sums: {
    searched: (times: number, last: string) => `Searched as you ${often(times)}, last on ${last}.`,
    named: (times: number, last: string) => `Got proof of who you are ${often(times)}, last on ${last}.`,
    searched_in_vain: (times: number, last: string) =>
      `Wanted to search as you and could not: ${often(times)}, last on ${last}.`,
    named_in_vain: (times: number, last: string) =>
      `Asked for proof of who you are and got none: ${often(times)}, last on ${last}.`,
  },
  /** What one act was. */
  acts: {
    searched: (results: number) => `searched as you: ${results === 1 ? "one result" : `${results} results`}.`,
    named: () => "got proof of who you are.",
    searched_in_vain: () => "wanted to search as you and could not.",
    named_in_vain: () => "asked for proof of who you are and got none.",
  },
  /** Beside the moment of what an administrator did to see whether it works. */
  tried: "tried by an administrator",
  moment: (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`,
  /** Read aloud for the ways between pages of the list. */
  pages: "Pages of what was done",
  newest: "The newest",
  earlier: "Earlier",
};
