// Owns finding the script's line `tti-details tenant=…` in a text that went through mail: folded, quoted, encoded as
// quoted-printable. It alone says whose details they are, so a trace of it counts where it cannot be read. Pure.

/** The names in the line, in the order in which the script prints them. */
const lineNames = [
  "tenant",
  "application",
  "q-region",
  "retriever",
  "idc-application",
  "idc-region",
] as const;

/** A line as it was printed: what stands behind each of its names. */
export type DetailsLine = Readonly<Record<(typeof lineNames)[number], string>>;

/** What a text tells of whose details it has. */
export interface FoundLines {
  /** The lines that are there as a whole. */
  lines: readonly DetailsLine[];
  /** Tenants named outside of those; one that a line break follows is told with what comes behind the break. */
  otherTenants: readonly string[];
  /** Whether anything of a line, or of what the script prints above it, is left outside of those. */
  hasTraces: boolean;
}

// A line break that mail put in: plain, or quoted-printable's soft one (RFC 2045, 6.7, rule 5).
const fold = String.raw`(?:=?\n)?`;
const folded = (word: string): string => [...word].join(fold);

/** @param equals how an equals sign is written: `=`, or quoted-printable's `=3D` */
function wholeLine(equals: string): RegExp {
  const between = String.raw`(?:(?: |=20)?=?\n| |=20)`;
  // It ends before the first of the names: a value that might go on over names would be tried in all ways there are.
  const name = `(?:${lineNames.map(folded).join("|")})`;
  const value = String.raw`((?:(?!${between}${name}${fold}${equals})(?:[^=\s]|=?\n))+)`;
  // Prose may follow in the next line, so the last value goes over a break only where it becomes a region by that.
  const last = String.raw`((?:[a-z-]|=?\n)*\d{1,2}|[^\s=]+)(?=(?:=20)?(?:\n|$))`;
  // No region begins with 3D, but a tenant may: by its regions a line is encoded or is not.
  const plainRegion = equals === "=" ? "(?!3D)" : "";
  const words = lineNames.map((word) => {
    const notEncoded = word.endsWith("region") ? plainRegion : "";
    return folded(word) + fold + equals + notEncoded + (word === "idc-region" ? last : value);
  });
  return new RegExp([folded("tti-details"), ...words].join(between), "g");
}

const wholeLines = [wholeLine("="), wholeLine("=3D")];
const tenantNamed = new RegExp(String.raw`${folded("tenant")}${fold} ?=(?:3D)?((?:[\w-]|=?\n)*)`, "gi");
const trace = new RegExp(
  [
    "tti-details",
    "tenant=",
    "q-region=",
    "retriever=",
    "idc-application=",
    "idc-region=",
    "pastethelastlineintoitsportal",
  ].join("|"),
  "i",
);

/**
 * Takes from a text what mail adds at the ends of lines: marks of quotation, spaces, empty lines.
 * @param text of any size the caller bears
 */
export function withoutQuotation(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/^(?:[^\S\n]*[>|])+/gm, "")
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n[ \n]*/g, "\n")
    .trim();
}

/**
 * Finds every line of the script, and what is left of those that did not arrive whole.
 * @param text without quotation
 */
export function findDetailsLines(text: string): FoundLines {
  const lines: DetailsLine[] = [];
  let rest = text;
  for (const whole of wholeLines) {
    rest = rest.replace(whole, (_line, ...groups: unknown[]) => {
      const values = groups.slice(0, lineNames.length).map((value) => joined(String(value)));
      lines.push(Object.fromEntries(lineNames.map((name, index) => [name, values[index]])) as DetailsLine);
      return "\n";
    });
  }
  return {
    lines,
    otherTenants: [...rest.matchAll(tenantNamed)].map(([, tenant = ""]) => joined(tenant)),
    hasTraces: trace.test(rest.replace(/=?\n|\s/g, "")) || trace.test(rest.replace(/\s/g, "")),
  };
}

const joined = (value: string): string => value.replace(/=?\n/g, "");
