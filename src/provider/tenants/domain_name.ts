// Owns what counts as a domain a tenant may prove, and whether an address lies in one. Pure.
import { domainToASCII } from "node:url";
import { OperationError } from "../../errors.ts";

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Parses a domain name to its one comparable form: lower case, ASCII (IDNA), no trailing dot.
 * @param value what the caller sent
 * @param field the name of the input field, for the error
 * @throws OperationError invalid_input
 */
export function parseDomainName(value: unknown, field = "domain"): string {
  const ascii = typeof value === "string" ? domainToASCII(value.trim().replace(/\.$/, "")).toLowerCase() : "";
  const labels = ascii.split(".");
  const topLevel = labels.at(-1) ?? "";
  if (
    ascii.length > 253 ||
    labels.length < 2 ||
    !labels.every((part) => label.test(part)) ||
    /^\d+$/.test(topLevel)
  ) {
    throw new OperationError("invalid_input", `${field} is not a domain name.`, {
      field,
      fix: "Give a domain such as acme.com, without scheme, path or @.",
    });
  }
  return ascii;
}

/**
 * The domain of an address.
 * @param address an address that `parseEmailAddress` accepted
 */
export function domainOfAddress(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** The DNS name whose TXT record proves a domain. */
export function challengeName(domain: string): string {
  return `_tti-challenge.${domain}`;
}

/** The TXT record that proves a domain for a tenant. */
export function challengeRecord(challenge: string): string {
  return `tti-domain-verification=${challenge}`;
}
