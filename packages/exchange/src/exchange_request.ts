// What one exchange is asked for, and what it yields.
import type { SessionCredentials } from "./aws/assume_role.ts";
import type { Connection } from "./connection.ts";
import type { TokenSummary } from "./failures/failure_row.ts";

/** What the browser brought back from Identity Center, and the verifier that belongs to it. */
export interface AuthorizationCode {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
}

export interface ExchangeRequest {
  readonly connection: Connection;
  readonly user: string;
  /** Authorization-code connections, right after the sign-in. */
  readonly authorization?: AuthorizationCode;
  /** The user was forgotten while this exchange ran: nothing of it may be kept. */
  readonly isForgotten: () => boolean;
}

/** What an exchange yields for one user. */
export interface ExchangedSession {
  readonly credentials: SessionCredentials;
  /** When the credentials end, by this machine's clock. */
  readonly expiresAt: Date;
  readonly obtainedAt: Date;
  /** What AWS showed about this machine's clock; later calls are signed with it. */
  readonly clockOffsetMs: number;
  readonly identityCenterUserId: string | undefined;
  readonly token: TokenSummary | undefined;
}
