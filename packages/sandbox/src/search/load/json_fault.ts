// Finds the line of the first fault in a text that is not JSON. JSON.parse tells the place only sometimes. Pure.

const SPACE = /[ \t\r\n]*/y;
const TEXT = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

type Expectation = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd";

/** @returns the line, from 1, of the first token that does not fit; the last line if the text ends too early. */
export function findJsonFaultLine(text: string): number {
  const open: string[] = [];
  let expected: Expectation = "value";
  let position = 0;

  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = position;
    if (!pattern.test(text)) return false;
    position = pattern.lastIndex;
    return true;
  };
  const next = (): Expectation | undefined => {
    const character = text.charAt(position);
    const inObject = open.at(-1) === "{";
    if (expected.endsWith("OrEnd") && character === (inObject ? "}" : "]") && open.length > 0) {
      open.pop();
      position += 1;
      return "commaOrEnd";
    }
    if (expected === "commaOrEnd" || expected === "colon") {
      if (character !== (expected === "colon" ? ":" : ",")) return undefined;
      position += 1;
      return expected === "commaOrEnd" && inObject ? "key" : "value";
    }
    if (expected.startsWith("key")) return take(TEXT) ? "colon" : undefined;
    if (character === "{" || character === "[") {
      open.push(character);
      position += 1;
      return character === "{" ? "keyOrEnd" : "valueOrEnd";
    }
    return take(TEXT) || take(SCALAR) ? "commaOrEnd" : undefined;
  };

  for (take(SPACE); position < text.length; take(SPACE)) {
    const following = next();
    if (following === undefined) break;
    expected = following;
  }
  return text.slice(0, position).split("\n").length;
}
