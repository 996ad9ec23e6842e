// Owns what an organization may say of its looks in words: one colour and three addresses. Pure.
import { parseColor, parseHelp, parsePage } from "../looks/look_input.ts";

/** What an organization chose; null: nothing of its own. */
export interface Brand {
  /** `#` and six hexadecimal digits, in lower case. */
  color: string | null;
  supportUrl: string | null;
  policyUrl: string | null;
  termsUrl: string | null;
}

/** Of an organization that chose nothing. */
export const noBrand: Brand = { color: null, supportUrl: null, policyUrl: null, termsUrl: null };

/** Members of a brand as somebody gives them: absent stays, null or empty takes away. */
export type BrandChanges = { readonly [Name in keyof Brand]?: string | null | undefined };

/**
 * Reads what is to be changed.
 * @throws OperationError invalid_input naming the member; an address is not repeated, it may hold a secret
 */
export function parseBrandChanges(changes: BrandChanges): Partial<Brand> {
  const read: Partial<Brand> = {};
  for (const [name, parse] of Object.entries(parsers) as [keyof Brand, (text: string) => string][]) {
    const given = changes[name];
    if (given === undefined) continue;
    read[name] = given === null || given.trim() === "" ? null : parse(given.trim());
  }
  return read;
}

const parsers: Readonly<Record<keyof Brand, (text: string) => string>> = {
  color: (text) => parseColor(text),
  supportUrl: (text) => parseHelp(text, "supportUrl"),
  policyUrl: (text) => parsePage(text, "policyUrl"),
  termsUrl: (text) => parsePage(text, "termsUrl"),
};
