// Owns what counts as an e-mail address here, and the form of it that people sign in with.
import { OperationError } from "../errors.ts";

// A dot-atom and a host name of at least two labels. ASCII only: Identity Center matches users by the
// very characters of the address, and look-alike letters must not make two people out of one or one of two.
const pattern =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Parses an e-mail address; its capitals are kept.
 * @param value what the caller sent
 * @param field the name of the input field, for the error
 * @returns the address as it was written, without surrounding space
 * @throws OperationError invalid_input
 * @see RFC 5321 section 4.5.3.1: 64 octets before the @, 254 in all
 */
export function parseEmailAddress(value: unknown, field = "email"): string {
  if (typeof value !== "string" || !isEmailAddress(value)) {
    throw new OperationError("invalid_input", `${field} is not an e-mail address.`, {
      field,
      reason: { name: "address_form", values: {} },
      fix: "Give an address such as jane@example.com, in ASCII, with at most 254 characters.",
    });
  }
  return value.trim();
}

/** Whether a text is an e-mail address here; space around it does not count. */
export function isEmailAddress(text: string): boolean {
  const address = text.trim();
  return address.length <= 254 && address.indexOf("@") <= 64 && pattern.test(address);
}

/** The key an account is found by at sign-in: the address without regard to capitals. */
export function loginKeyOf(login: string): string {
  return login.trim().toLowerCase();
}
