// The fields of a seed in the caller's words: `identityCenters[0].users[1]`.

/** @param path steps from the seed; none: the seed itself */
export function formatField(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  return text === "" ? "seed" : text.replace(/^\./, "");
}

/**
 * @param seed whose parts shall have names
 * @returns the field of an object of the seed; `seed` for one that is not part of it
 */
export function nameFields(seed: object): (part: object) => string {
  const fields = new Map<object, string>();
  const visit = (value: unknown, path: readonly PropertyKey[]) => {
    if (typeof value !== "object" || value === null) return;
    fields.set(value, formatField(path));
    for (const [name, each] of Object.entries(value))
      visit(each, [...path, Array.isArray(value) ? Number(name) : name]);
  };
  visit(seed, []);
  return (part) => fields.get(part) ?? "seed";
}
