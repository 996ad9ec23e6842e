// Owns what an organization may say of its looks: one colour and three addresses, and what each may be. No markup, no style,
// no address of a picture: nothing an operator or a customer writes is more than text and links on our pages. Pure.
import { OperationError } from "../../errors.ts";
import { readWebUrl } from "../../input/web_address.ts";

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
  color(text) {
    if (/^#[0-9a-f]{6}$/i.test(text)) return text.toLowerCase();
    throw refuse("color", "is no colour", "Write it as # and six hexadecimal digits, such as #0b6b53.");
  },
  supportUrl(text) {
    if (text.length <= 254 && /^mailto:[^\s@,?&]+@[^\s@,?&]+$/i.test(text)) return text;
    return webAddress("supportUrl", text, " or mailto:help@example.com");
  },
  policyUrl: (text) => webAddress("policyUrl", text),
  termsUrl: (text) => webAddress("termsUrl", text),
};

function webAddress(field: keyof Brand, text: string, or = ""): string {
  const address = readWebUrl(text, { http: "never", fragment: true });
  if ("url" in address) return address.url;
  throw refuse(field, address.fault, `Write the whole address, https://…${or}.`);
}

const refuse = (field: keyof Brand, what: string, fix: string): OperationError =>
  new OperationError("invalid_input", `${field} ${what}.`, { field, fix });
