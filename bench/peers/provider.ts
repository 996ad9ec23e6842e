// An OpenID Provider as anybody sees it: its endpoints by discovery, and the client we are there.

/** The client, and what it asks for. */
export interface PeerClient {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Of people's sign-ins; offline_access where refresh tokens need it. */
  scope: string;
  /** Of client credentials; empty: the provider's default. */
  programScope: string;
  /** RFC 8707: which API the client asks for, where the provider needs to be told. */
  resource: string;
}

/** A provider, and the client there. */
export interface Peer extends PeerClient {
  issuer: string;
  endpoints: { discovery: string; jwks: string; authorization: string; token: string };
}

/**
 * Reads the discovery document (OpenID Connect Discovery 1.0 section 4).
 * @throws Error if there is none, or it lacks an endpoint
 */
export async function discover(issuer: string, client: PeerClient): Promise<Peer> {
  const discovery = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(discovery);
  if (!response.ok) throw new Error(`${discovery} answered ${response.status}: is ${issuer} an issuer?`);
  const found = (await response.json()) as Record<string, unknown>;
  const endpoint = (name: string): string => {
    const address = found[name];
    if (typeof address !== "string") throw new Error(`the discovery document of ${issuer} names no ${name}`);
    return address;
  };
  return {
    ...client,
    issuer,
    endpoints: {
      discovery,
      jwks: endpoint("jwks_uri"),
      authorization: endpoint("authorization_endpoint"),
      token: endpoint("token_endpoint"),
    },
  };
}
