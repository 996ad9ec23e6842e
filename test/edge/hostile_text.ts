// Owns what an attacker, a broken client or a stray keyboard may send for any value, and the seed the choice is
// drawn from. Each value knows how it stands on the wire: percent-encoded in a form or query, raw in JSON.
import fc from "fast-check";
import { propertySeed as runSeed } from "../support/property_seed.ts";

/** One hostile value. */
export interface Hostile {
  what: string;
  /** In a query, a form, a path. */
  encoded: string;
  /** In a JSON document. */
  json: string;
  /** As a word typed; undefined where words cannot carry it. */
  word?: string;
}

/** What no page may hold unescaped. */
export const marker = '<x-hostile a="b">';

const text = (what: string, value: string): Hostile => ({
  what,
  encoded: encodeURIComponent(value),
  json: JSON.stringify(value),
  word: value,
});

const fixed: readonly Hostile[] = [
  text("markup", marker),
  text("markup that ends an attribute", `"'>${marker}`),
  text("U+0000", "a\0b"),
  text("a line break", "a\r\nSet-Cookie: x=y"),
  text("an escape sequence", "\u001b[31mred"),
  text("reversed writing", "a\u202egpj.exe"),
  text("a zero-width space", "a\u200bb"),
  text("a look-alike", "\u0430cme"),
  text("a sign that folds to ASCII", "\u212a\u017f@\u212aorp.com"),
  text("letters that grow when composed", "\ufdfa".repeat(300)),
  text("not composed", "e\u0301".repeat(50)),
  text("very long", "x".repeat(5_000)),
  text("beyond the first plane", "\u{1f600}".repeat(80)),
  text("nothing", ""),
  text("space", " \t\u3000 "),
  text("a quotation", "' or 1=1 --"),
  text("a path", "../../../../x"),
  text("a prototype", "__proto__"),
  text("a wildcard", "*"),
  text("a number", "1e400"),
  text("a negative number", "-1"),
  text("a large number", "9".repeat(40)),
  { what: "half a character", encoded: "%ed%a0%80", json: '"\\ud800"', word: "a\ud800" },
  { what: "bytes that are no UTF-8", encoded: "%ff%fe", json: '"\xff"' },
  { what: "an overlong encoding", encoded: "%c0%80", json: '"\\u0000"' },
  { what: "a broken escape", encoded: "%", json: "tru" },
  { what: "an infinite number", encoded: "Infinity", json: "1e400" },
  { what: "a fraction", encoded: "1.5", json: "1.5" },
  { what: "an unsafe integer", encoded: "9007199254740993", json: "9007199254740993" },
  { what: "null", encoded: "null", json: "null" },
  { what: "a list", encoded: "%5B%5D", json: `[[[${JSON.stringify(marker)}]]]` },
  {
    what: "an object",
    encoded: "%7B%7D",
    json: `{"__proto__":{"x":1},"toString":${JSON.stringify(marker)}}`,
  },
  { what: "deep nesting", encoded: "x", json: `${"[".repeat(500)}${"]".repeat(500)}` },
];

const random: fc.Arbitrary<Hostile> = fc
  .string({ unit: "binary", maxLength: 60 })
  .map((value) => text("random", value));

/** The seed of this run, printed so that what failed can be run again. */
export const propertySeed = (): number => runSeed;

/**
 * An endless supply of hostile values: all the fixed ones and a few random ones in an order of chance, then all again in
 * another. So whatever takes as many values as there are fixed ones, and those few, has met each.
 */
export function hostileValues(seed: number): () => Hostile {
  let round = 0;
  let supply: Hostile[] = [];
  return () => {
    if (supply.length === 0) {
      const [order = []] = fc.sample(fc.shuffledSubarray([...fixed], { minLength: fixed.length }), {
        seed: seed + round,
        numRuns: 1,
      });
      supply = [...order, ...fc.sample(random, { seed: seed + round, numRuns: dealtSize - fixed.length })];
      round += 1;
    }
    return supply.pop() as Hostile;
  };
}

/** How many values come until each fixed one has come once. */
export const dealtSize = fixed.length + 8;

/** The fixed values, each once. */
export const everyHostile = fixed;
