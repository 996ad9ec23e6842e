// Owns what somebody says of a look, as it is taken: a colour, where help is, a logo. No markup, no style, no address of a
// picture: what an operator or a customer writes is text, links and pixels on our pages. Pure.
import { OperationError } from "../../errors.ts";
import { readWebUrl } from "../../input/web_address.ts";
import { type Picture, redrawLogo } from "./logo_picture.ts";
import { mostFileBytes, PictureFault } from "./png_file.ts";

/** A colour: `#` and six hexadecimal digits, in lower case. @throws OperationError invalid_input naming the field */
export function parseColor(text: string, field = "color"): string {
  if (/^#[0-9a-f]{6}$/i.test(text)) return text.toLowerCase();
  throw refuse(field, "is no colour", "Write it as # and six hexadecimal digits, such as #0b6b53.");
}

/** Where people get help: https:// or mailto:. @throws OperationError invalid_input naming the field */
export function parseHelp(text: string, field: string): string {
  if (text.length <= 254 && /^mailto:[^\s@,?&]+@[^\s@,?&]+$/i.test(text)) return text;
  return parsePage(text, field, " or mailto:help@example.com");
}

/** The https:// address of a page. It is not repeated: it may hold a secret. @throws OperationError invalid_input */
export function parsePage(text: string, field: string, or = ""): string {
  const address = readWebUrl(text, { http: "never", fragment: true });
  if ("url" in address) return address.url;
  throw refuse(field, address.fault, `Write the whole address, https://…${or}.`);
}

const mostCharacters = Math.ceil(mostFileBytes / 3) * 4;

/** A logo. @param text the bytes of a PNG file, in base64 @throws OperationError invalid_input naming the field */
export function parseLogo(text: string, field = "png"): Picture {
  try {
    // Longer than any file that is taken: refused as such a file is, and never decoded.
    if (text.length > mostCharacters) return redrawLogo(Buffer.alloc(mostFileBytes + 1));
    const file = Buffer.from(text, "base64");
    if (file.toString("base64") !== text) {
      const fix = "Send the bytes of the file in base64, without line breaks.";
      throw new PictureFault("is no base64", fix);
    }
    return redrawLogo(file);
  } catch (error) {
    if (error instanceof PictureFault) throw refuse(field, error.message, error.fix);
    throw error;
  }
}

const refuse = (field: string, what: string, fix: string): OperationError =>
  new OperationError("invalid_input", `${field} ${what}.`, { field, fix });
