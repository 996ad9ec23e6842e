// Owns that the demo keeps to itself: it makes people whose password it prints, so it runs on this machine's own addresses and
// in a store of its own, whatever the terminal it is typed in has read for an installation.
import type { Config } from "../../config.ts";
import { OperationError } from "../../errors.ts";
import { isLoopbackHost } from "../../input/web_address.ts";

/**
 * Asserts that the settings are not those of an installation that people use. Pure: nothing is opened, and nothing migrated.
 * @throws OperationError invalid_input, naming the setting
 */
export function assertOwnPlace({ issuer, databaseUrl }: Pick<Config, "issuer" | "databaseUrl">): void {
  if (databaseUrl !== undefined) {
    throw refused(
      "DATABASE_URL",
      "DATABASE_URL -u DATABASE_URL_FILE",
      "DATABASE_URL (or DATABASE_URL_FILE) names the database of an installation: the demo's people and their printed password would get into it.",
    );
  }
  const { hostname } = new URL(issuer);
  // Names below localhost are this machine's, too (RFC 6761 section 6.3).
  if (!isLoopbackHost(hostname) && !hostname.endsWith(".localhost")) {
    throw refused(
      "TTI_ISSUER",
      "TTI_ISSUER",
      `TTI_ISSUER is ${issuer}, which is an installation's: the demo is this machine's own.`,
    );
  }
}

const refused = (field: string, names: string, message: string): OperationError =>
  new OperationError("invalid_input", message, {
    field,
    fix: `Use a terminal that has read no settings of an installation, or leave it out here: env -u ${names} npm start`,
  });
