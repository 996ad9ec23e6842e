// Owns what tells one copy of a row from another: the words that stand for the people and the customer of the seed, and how a
// column's value becomes an expression of the copy's number `i`. Whatever is the same word in two tables stays the same word.
import { createHash } from "node:crypto";

/** The seed's customer, and the two people in it: one who signs in here, and one whom the customer's ISV names. */
export const seed = {
  tenantId: "seedtenant",
  domain: "seedtenant.example",
  localEmail: "seedlocal@seedtenant.example",
  namedId: "seednamed",
  namedEmail: "seednamed@seedtenant.example",
} as const;

/** How the copies are called: of people and their customers, by number. */
export const copyOf = {
  tenantId: (i: number, tenants: number): string => `tenant-${String(i % tenants).padStart(6, "0")}`,
  localEmail: (i: number, tenants: number): string =>
    `local-${padded(i)}@${copyOf.tenantId(i, tenants)}.example`,
  namedId: (i: number): string => `named-${padded(i)}`,
} as const;

const padded = (i: number): string => String(i).padStart(9, "0");
const paddedSql = "lpad(i::text, 9, '0')";

/** What a word of the seed becomes in a copy, as SQL. */
export function wordsOf(localAccountId: string, tenants: number): Readonly<Record<string, string>> {
  return {
    seedtenant: `'tenant-' || lpad((i % ${tenants})::text, 6, '0')`,
    [localAccountId]: `'person-' || ${paddedSql}`,
    seedlocal: `'local-' || ${paddedSql}`,
    seednamed: `'named-' || ${paddedSql}`,
  };
}

// Random in life, and of each row its own.
const isOpaque = (table: string, column: string): boolean =>
  /(^|_)hash$|^(root|seal|personal_salt)$/.test(column)
    ? column !== "password_hash"
    : table === "audit_events" && column === "id";
// So late that nothing of what is measured ends meanwhile.
const ends = new Set(["expires_at_ms", "until_ms", "checked_at_ms"]);
const laterMs = 86_400_000;
const spreadMs = 1_000_000_000;

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const opaque = (value: string): string =>
  `left(translate(encode(sha256(convert_to(${literal(value)} || ':' || i, 'UTF8')), 'base64'), '+/', '-_'), ${Math.min(43, value.length)})`;

/** The value of a column in the copy number `i`, as SQL. */
export function copySql(
  table: string,
  column: string,
  value: unknown,
  words: Readonly<Record<string, string>>,
): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number")
    return ends.has(column) ? `${value} + ${laterMs} + i::bigint * 7919 % ${spreadMs}` : String(value);
  if (typeof value !== "string") throw new Error(`${table}.${column} holds a ${typeof value}`);
  const found = Object.entries(words).filter(([word]) => value.includes(word));
  if (found.length === 0 && isOpaque(table, column)) return opaque(value);
  return found.reduce((sql, [word, copy]) => `replace(${sql}, '${word}', ${copy})`, literal(value));
}

/** What {@link copySql} makes of an opaque value, for whoever looks for a copy. */
export function opaqueCopy(value: string, i: number): string {
  return createHash("sha256")
    .update(`${value}:${i}`)
    .digest("base64url")
    .slice(0, Math.min(43, value.length));
}
