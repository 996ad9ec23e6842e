// Owns a token as the library would save it, for whoever saves it in a transaction of their own.
import type { AccessToken, AdapterPayload, RefreshToken } from "oidc-provider";

/** What the library's models can do beyond their type declarations. */
interface StorableToken {
  generateTokenId(): string;
  getValueAndPayload(): Promise<{ payload: AdapterPayload }>;
}

/** A token as it is stored. */
export interface TokenRecord {
  id: string;
  payload: AdapterPayload;
  /** Epoch milliseconds. */
  expiresAtMs: number;
}

/** Makes a token's record. The token gets its value here if it has none yet. */
export async function tokenRecordOf(token: AccessToken | RefreshToken, now: Date): Promise<TokenRecord> {
  const storable = token as unknown as StorableToken;
  token.jti ??= storable.generateTokenId();
  const { payload } = await storable.getValueAndPayload();
  return { id: token.jti, payload, expiresAtMs: now.getTime() + token.remainingTTL * 1000 };
}
