// Owns which details of an event name a person, so that erasure takes them out and the chain hashes them apart.
import type { DetailValue } from "./event_types.ts";

// What details say of a person (event_types.ts).
const personalDetails: readonly string[] = ["email", "emailWas", "name", "nameWas"];

type Details = Readonly<Record<string, DetailValue>>;

/**
 * Splits details into what stays for ever and what goes when the person is erased.
 * @param accountId whom the event happened to; without one nobody is named
 */
export function splitDetails(
  accountId: string | null,
  details: Details,
): { kept: Details; personal: Details } {
  const isPersonal = (name: string) => accountId !== null && personalDetails.includes(name);
  const entries = Object.entries(details);
  return {
    kept: Object.fromEntries(entries.filter(([name]) => !isPersonal(name))),
    personal: Object.fromEntries(entries.filter(([name]) => isPersonal(name))),
  };
}
