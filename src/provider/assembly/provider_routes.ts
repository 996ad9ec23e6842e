// Owns which methods oidc-provider's own addresses take: its router keeps that to itself. A test asks each.

const read = ["GET", "HEAD"];

const routes: readonly { path: RegExp; methods: readonly string[] }[] = [
  { path: /^\/auth$/, methods: [...read, "POST"] },
  { path: /^\/auth\/[^/]+$/, methods: read },
  { path: /^\/request$/, methods: ["POST", "OPTIONS"] },
  { path: /^\/token$/, methods: ["POST", "OPTIONS"] },
  { path: /^\/token\/introspection$/, methods: ["POST", "OPTIONS"] },
  { path: /^\/token\/revocation$/, methods: ["POST", "OPTIONS"] },
  { path: /^\/me$/, methods: [...read, "POST", "OPTIONS"] },
  { path: /^\/jwks$/, methods: [...read, "OPTIONS"] },
  {
    path: /^\/\.well-known\/(?:openid-configuration|oauth-authorization-server)$/,
    methods: [...read, "OPTIONS"],
  },
  { path: /^\/device$/, methods: [...read, "POST"] },
  { path: /^\/device\/[^/]+$/, methods: read },
  { path: /^\/device-authorization$/, methods: ["POST", "OPTIONS"] },
  { path: /^\/session\/end$/, methods: [...read, "POST"] },
  { path: /^\/session\/end\/confirm$/, methods: ["POST"] },
  { path: /^\/session\/end\/success$/, methods: read },
];

/**
 * The methods one of oidc-provider's addresses takes.
 * @returns none for an address that is not one of them
 */
export function providerMethods(path: string): readonly string[] {
  return routes.find((route) => route.path.test(path))?.methods ?? [];
}
