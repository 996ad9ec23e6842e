// The patterns of the models, from AWS's spelling to JavaScript's.

/**
 * Compiles a pattern of the models for a whole-value match.
 * AWS writes Java expressions, unanchored. With `u`, which `\p{…}` needs, JavaScript refuses escapes of
 * ordinary characters and spells astral ranges otherwise, so both are respelled. A brace that closes nothing stands for
 * itself in Java, and is refused here.
 */
export function compilePattern(pattern: string): RegExp {
  let inClass = false;
  const spelled = pattern
    .replaceAll("\\u10000-\\u10FFFF", "\\u{10000}-\\u{10FFFF}")
    .replace(/\\[pPu]\{[^}]*\}|\{\d+(?:,\d*)?\}|\\(.)|[[\]}]/gs, (token, escaped: string | undefined) => {
      if (escaped === undefined) {
        if (token === "}") return inClass ? token : "\\}";
        if (token === "[" || token === "]") inClass = token === "[";
        return token;
      }
      const keeps = /[A-Za-z0-9^$\\.*+?()[\]{}|/]/.test(escaped) || (escaped === "-" && inClass);
      return keeps ? token : escaped;
    });
  return new RegExp(`^(?:${spelled})$`, "u");
}
