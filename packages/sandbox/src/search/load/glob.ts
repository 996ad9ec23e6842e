// The path patterns of an access file: `*` within a name, `**` across folders, `?` one character. Pure.

/**
 * Compiles a pattern over paths relative to the loaded folder, with `/` between names. A pattern that ends in `/`
 * means everything below that folder.
 *
 * @returns whether a path matches.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  // Repeated stars say nothing new and would make matching slow.
  const plain = pattern.replace(/(?:\*\*\/)+/g, "**/").replace(/\*{3,}/g, "**");
  const whole = plain.endsWith("/") && !plain.endsWith("**/") ? `${plain}**` : plain.replace(/\*\*\/$/, "**");
  const expression = whole
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => {
      if (part === "**/") return "(?:[^/]+/)*";
      if (part === "**") return ".*";
      if (part === "*") return "[^/]*";
      if (part === "?") return "[^/]";
      return part.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
    })
    .join("");
  const compiled = new RegExp(`^${expression}$`, "u");
  return (path) => compiled.test(path);
}
