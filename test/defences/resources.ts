// The defences of the ISV's own APIs: who gets a token for one, what such a token opens, how long it stays good.
import type { Defence } from "./defence.ts";

const tokens = "test/provider/resources/resource_tokens.test.ts";
const confusion = "test/security/token_type_confusion.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "api-scopes-denied-until-given",
    promise: "A client gets a token for an API only with scopes it was given there.",
    cve: [16],
    file: "src/provider/resources/resource_access.ts",
    find: "scopes.length === 0 || ",
    replace: "",
    test: tokens,
  },
  {
    id: "api-scopes-of-people-and-client-apart",
    promise: "What a client may ask of an API for people it may not ask for itself, nor the other way round.",
    cve: [16],
    file: "src/provider/resources/resource_access.ts",
    find: '(asker === "client" ? right?.ownScopes : right?.scopes) ?? []',
    replace: "[...(right?.ownScopes ?? []), ...(right?.scopes ?? [])]",
    test: tokens,
  },
  {
    id: "one-api-a-token",
    promise: "An access token for an API has one audience.",
    file: "src/provider/assembly/configuration.ts",
    find: "Array.isArray(asked) && asked.length > 1 ? asked : identifier",
    replace: "asked === undefined ? identifier : identifier",
    test: tokens,
  },
  {
    id: "refresh-keeps-to-the-api",
    promise: "A refresh gives a token for the API of the sign-in, and for no other.",
    cve: [16],
    file: "src/provider/refresh/refresh_grant.ts",
    find: 'typeof asked !== "string" || asked !== token.resource',
    replace: 'typeof asked !== "string"',
    test: tokens,
  },
  {
    id: "introspection-by-the-apis-server",
    promise: "Only an API's own server learns anything of a token for it.",
    file: "src/provider/resources/introspection.ts",
    find: "  if (!(await findStandingRight(deps.db, aud, client.clientId))?.introspects) return false;\n",
    replace: "",
    test: tokens,
  },
  {
    id: "introspection-of-the-present-right",
    promise:
      "A token by a right of which something was taken away is not active, also after it was given back.",
    file: "src/provider/resources/introspection.ts",
    find: "right === undefined || right.rightId !== rightOfToken(found)",
    replace: "right === undefined",
    test: tokens,
  },
  {
    id: "introspection-asks-for-the-person",
    promise: "Of a person's token it is asked at each introspection what they are now.",
    cve: [8],
    file: "src/provider/resources/introspection.ts",
    find: 'found.kind === "ClientCredentials" || isOfPersonNow(deps, ctx, found as AccessToken)',
    replace: "found !== undefined || isOfPersonNow(deps, ctx, found as AccessToken)",
    test: tokens,
  },
  {
    id: "api-token-is-none-for-ours",
    promise: "An access token for an API of the ISV's is none for the provider's own API.",
    cve: [22],
    file: "src/provider/clients/access_tokens.ts",
    find: "  if (found?.aud !== undefined) return undefined;\n",
    replace: "",
    test: confusion,
  },
  {
    id: "api-token-names-no-subject",
    promise: "No ID token is minted for an access token that is for an API.",
    cve: [22],
    file: "src/provider/grants/own_token_subject.ts",
    find: '  if ("aud" in found && found.aud !== undefined) throw refused("is for a resource, and for nothing else");\n',
    replace: "",
    test: confusion,
  },
  {
    id: "provider-scopes-are-no-apis",
    promise: "No API has a scope that is the provider's own.",
    cve: [16, 22],
    file: "src/provider/resources/resource.ts",
    find: 'personScopes.includes(taken) || apiScopes.includes(taken) || taken.startsWith("tti:")',
    replace: 'taken === "" && (personScopes.includes(taken) || apiScopes.includes(taken))',
    test: "test/admin/operations/resources.test.ts",
  },
  {
    id: "no-role-in-tokens-for-aws",
    promise: "An ID token for AWS carries no claim that its profile does not have.",
    file: "src/provider/subjects/claims.ts",
    find: "clientId === awsClientId ? told : ",
    replace: "clientId === awsClientId && told.sub === '' ? told : ",
    test: tokens,
  },
];
