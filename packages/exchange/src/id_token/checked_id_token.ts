// Owns what is known of an ID token once it was checked.
import type { TokenSummary } from "../failures/failure_row.ts";
import type { IdToken } from "./id_token.ts";

/** An ID token that passed every check. */
export interface CheckedIdToken {
  readonly token: IdToken;
  /** From the verified token; tag and connection follow from it. */
  readonly tenantId: string;
  readonly summary: TokenSummary;
}
