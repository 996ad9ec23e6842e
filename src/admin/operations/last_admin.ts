// Owns how a caller of an operation says that an organization may be left without an administrator, and what is said of it then.
// Whether one would be is judged in provider/sessions/last_admin.ts.
import { z } from "zod";

/** The member by which a caller says that they mean it. */
export const allowNoAdmin = z
  .boolean()
  .optional()
  .describe("Do it also if a tenant is left without an administrator who can sign in.");

/** What is said of tenants that are left without an administrator. */
export const warningsOf = (alone: readonly string[]): string[] =>
  alone.map((tenantId) => `Nobody who can sign in administers the tenant ${tenantId} now.`);
