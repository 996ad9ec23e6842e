// Owns a token as the library would save it, for whoever saves it in a transaction of their own.
import type { AccessToken, AdapterPayload, RefreshToken } from "oidc-provider";

/** What the library's models can do beyond their type declarations. */
interface StorableToken {
  generateTokenId(): string;
  getValueAndPayload(): Promise<{ value: string; payload?: AdapterPayload }>;
}

/** A token as it is stored. */
export interface TokenRecord {
  id: string;
  payload: AdapterPayload;
  /** Epoch milliseconds. */
  expiresAtMs: number;
}

/** A token with its record. */
export interface MadeToken extends Omit<TokenRecord, "payload"> {
  /** What the client gets. */
  value: string;
  /** Undefined of one that is signed, and so kept nowhere. */
  payload?: AdapterPayload;
}

/** Makes a token and its record. The token gets its id here if it has none yet. */
export function tokenRecordOf(token: RefreshToken, now: Date): Promise<MadeToken & TokenRecord>;
export function tokenRecordOf(token: AccessToken, now: Date): Promise<MadeToken>;
export async function tokenRecordOf(token: AccessToken | RefreshToken, now: Date): Promise<MadeToken> {
  const storable = token as unknown as StorableToken;
  token.jti ??= storable.generateTokenId();
  const made = await storable.getValueAndPayload();
  return { id: token.jti, ...made, expiresAtMs: now.getTime() + token.remainingTTL * 1000 };
}
