// Where Identity Center's refresh tokens rest between exchanges: in memory by default, or with the ISV.

/** Whose refresh token it is. */
export interface RefreshTokenKey {
  readonly tenantId: string;
  readonly user: string;
  readonly idcApplicationArn: string;
}

/** An ISV that wants sessions to survive a restart keeps the tokens itself, encrypted. */
export interface RefreshTokenStore {
  load(key: RefreshTokenKey): Promise<string | undefined>;
  save(key: RefreshTokenKey, refreshToken: string): Promise<void>;
  /**
   * @param refreshToken given, only this token is deleted, in one step: another process may have kept its successor
   */
  delete(key: RefreshTokenKey, refreshToken?: string): Promise<void>;
}

/** Keeps refresh tokens until the process ends, at most `maxEntries` of them, the oldest going first. */
export function memoryRefreshTokenStore(maxEntries = 10_000): RefreshTokenStore {
  const tokens = new Map<string, string>();
  const nameOf = (key: RefreshTokenKey) => JSON.stringify([key.tenantId, key.user, key.idcApplicationArn]);
  return {
    async load(key) {
      return tokens.get(nameOf(key));
    },
    async save(key, refreshToken) {
      tokens.delete(nameOf(key));
      tokens.set(nameOf(key), refreshToken);
      if (tokens.size <= maxEntries) return;
      for (const oldest of tokens.keys()) {
        tokens.delete(oldest);
        break;
      }
    },
    async delete(key, refreshToken) {
      if (refreshToken === undefined || tokens.get(nameOf(key)) === refreshToken) tokens.delete(nameOf(key));
    },
  };
}
