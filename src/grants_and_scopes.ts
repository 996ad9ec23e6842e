// Owns the names of the grants, scopes and token types this provider knows. Each stands here once: who writes one, asks
// for one or checks one takes it from here. A test finds the others.

/** The grants of the token endpoint, as `grant_type` names them. */
export const grantTypes = {
  authorizationCode: "authorization_code",
  refreshToken: "refresh_token",
  clientCredentials: "client_credentials",
  deviceCode: "urn:ietf:params:oauth:grant-type:device_code",
  tokenExchange: "urn:ietf:params:oauth:grant-type:token-exchange",
  jwtBearer: "urn:ietf:params:oauth:grant-type:jwt-bearer",
} as const;

/** The grants by which a back end gets an ID token for a user it names. */
export const mintingGrants: readonly string[] = [grantTypes.tokenExchange, grantTypes.jwtBearer];

/** The grants that come of a person's sign-in: at the application's own browser, or for a device, at another. */
export const signInGrants: readonly string[] = [grantTypes.authorizationCode, grantTypes.deviceCode];

/** Kinds of tokens, as token exchange names them (RFC 8693 section 3). */
export const tokenTypes = {
  accessToken: "urn:ietf:params:oauth:token-type:access_token",
  refreshToken: "urn:ietf:params:oauth:token-type:refresh_token",
  idToken: "urn:ietf:params:oauth:token-type:id_token",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
} as const;

/** What a person's sign-in may grant. */
export const personScope = {
  openid: "openid",
  offlineAccess: "offline_access",
  email: "email",
  profile: "profile",
  roles: "roles",
} as const;
export type PersonScope = (typeof personScope)[keyof typeof personScope];

/** The scopes a person's sign-in may grant. */
export const personScopes: readonly string[] = Object.values(personScope);

/** What a back end's token may open of our own API: administration, answering login challenges, search. */
export const apiScope = {
  admin: "tti:admin",
  handoff: "tti:handoff",
  search: "tti:search",
} as const;
export type ApiScope = (typeof apiScope)[keyof typeof apiScope];

/** The scopes that open our own API. They are for back ends; a person's token never carries one. */
export const apiScopes: readonly string[] = Object.values(apiScope);
