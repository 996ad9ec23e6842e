// Owns how long what a client gets lives: as the installation says, or shorter where the client was registered so. Pure.

/** Lifetimes a client may have of its own. */
export type LifeKind = "accessToken" | "idToken" | "refreshToken";

/** The metadata member that holds each, in seconds. */
export const lifeMember = {
  accessToken: "access_token_seconds",
  idToken: "id_token_seconds",
  refreshToken: "refresh_token_seconds",
} as const satisfies Record<LifeKind, string>;

/** The shortest that can be used: clocks differ, and an exchange takes its time. */
export const shortestLifeSeconds = 30;

/** The longest that an installation gives. */
export const longestLife = {
  accessToken: 3_600,
  // What AWS is known to take; TTI_ID_TOKEN_TTL ends there too.
  idToken: 3_600,
  refreshToken: 14 * 86_400,
} as const satisfies Record<LifeKind, number>;

/**
 * The lifetime of a token.
 * @param client as oidc-provider has it; undefined: a token of no client
 * @param installationSeconds what the installation gives at most
 * @returns seconds
 */
export function lifeSeconds(client: object | undefined, kind: LifeKind, installationSeconds: number): number {
  const own: unknown = client && Reflect.get(client, lifeMember[kind]);
  return typeof own === "number" ? Math.min(own, installationSeconds) : installationSeconds;
}
