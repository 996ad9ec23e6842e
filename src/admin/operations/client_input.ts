// Owns what a new client may be: the fields of its registration, what each may hold, and which may not stand beside
// which. The rest of the operation is in clients.ts.
import { z } from "zod";
import { OperationError } from "../../errors.ts";
import { parseWebUrl } from "../../input/web_address.ts";
import { keyBoundChoices } from "../../provider/clients/key_bound_tokens.ts";
import { isOwnClient } from "../../provider/clients/own_clients.ts";
import { pushedRequestChoices } from "../../provider/clients/pushed_requests.ts";
import { isNativeRedirect, whyNoRedirect } from "../../provider/clients/redirect_uris.ts";
import { looksRandom } from "./client_advice.ts";
import { addresses, distinct, lifetimes, looks } from "./client_members.ts";
import { says } from "./input_faults.ts";
import { displayName } from "./operation.ts";

/** How a client may authenticate at the token endpoint. */
const authMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] as const;

/** What kind of application a client is (OpenID Connect Dynamic Client Registration 1.0 section 2). */
const applicationTypes = ["web", "native"] as const;

/**
 * What a client may do: log users in, mint ID tokens for users it names, answer login challenges (handoff),
 * search as users, call the admin API, get tokens for itself or ask about tokens of an API (service).
 */
const clientPurposes = ["login", "mint", "handoff", "search", "admin", "service"] as const;
/** One of {@link clientPurposes}. */
export type ClientPurpose = (typeof clientPurposes)[number];
/** One of {@link authMethods}. */
export type AuthMethod = (typeof authMethods)[number];

/** The fields of a registration. */
export const newClient = z.strictObject({
  clientId: z
    .string()
    .regex(
      /^[A-Za-z0-9._~-]{1,128}$/,
      says("has 1 to 128 letters, digits, . _ ~ or - only", "Choose an id such as back-end."),
    )
    .optional()
    .describe("Its id (default: generated)."),
  name: displayName.optional().describe("What people read when it asks for their consent."),
  purposes: z
    .array(z.enum(clientPurposes))
    .min(1)
    .optional()
    .describe(
      "What it may do: log users in (default), mint ID tokens for users it names, answer login challenges, search as users, call the admin API, or act for itself at APIs it is given (service).",
    ),
  authMethod: z
    .enum(authMethods)
    .optional()
    .describe("How it proves who it is at the token endpoint (default: client_secret_basic)."),
  redirectUris: distinct(50).optional().describe("Where users come back to; needed for login."),
  postLogoutRedirectUris: distinct(50).optional().describe("Where they come back to after logout."),
  backchannelLogoutUri: z.string().optional().describe("Told when a session of a user of it ends."),
  backchannelLogoutSessionRequired: z
    .boolean()
    .optional()
    .describe("Whether it is told which session, by `sid` (default: true)."),
  applicationType: z
    .enum(applicationTypes)
    .optional()
    .describe(
      "Default: native for a public client all of whose redirect URIs are loopback addresses or schemes of its own, else web.",
    ),
  jwks: z
    .looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })
    .optional()
    .describe(
      "Its public keys; these or `jwksUri` are needed for private_key_jwt and for minting by assertion.",
    ),
  jwksUri: z.string().optional().describe("Where its public keys are."),
  firstParty: z.boolean().optional().describe("Yours: users are not asked for consent (default: false)."),
  requirePkce: z.boolean().optional().describe("Default: true; only a confidential client may go without."),
  rotateRefreshToken: z
    .boolean()
    .optional()
    .describe("Default: true; only a confidential client may keep one refresh token."),
  pushedRequests: z
    .enum(pushedRequestChoices)
    .optional()
    .describe("Whether it may push its authorization requests (RFC 9126), or must (default: off)."),
  deviceAuthorization: z
    .boolean()
    .optional()
    .describe(
      "Whether a device without a browser may have people sign in elsewhere, by a code (RFC 8628; default: false).",
    ),
  dpop: z
    .enum(keyBoundChoices)
    .optional()
    .describe("Whether its access tokens may be bound to a key it holds (RFC 9449), or must (default: off)."),
  ...addresses,
  ...looks,
  ...lifetimes,
  mintTenants: distinct().optional().describe('For whom it may mint; ["*"]: every tenant.'),
  handoffTenants: distinct().optional().describe("For whom it may answer login challenges; as above."),
  searchTenants: distinct().optional().describe("For whom it may search; as above."),
  allowedTenants: z
    .array(z.string())
    .optional()
    .describe("The same for each of these that has none of its own."),
  secret: z
    .string()
    .min(32)
    .max(256)
    .refine(looksRandom, says("is too regular to be random", "Make one with `openssl rand -base64 32`."))
    .optional()
    .describe("Default: generated, and answered once."),
});
/** A registration as it was parsed. */
export type NewClient = z.output<typeof newClient>;

/** Whether a key holds what nobody else may know. */
export function isPrivateKey(key: object): boolean {
  return ["d", "p", "q", "dp", "dq", "qi", "k"].some((member) => Reflect.get(key, member) !== undefined);
}

/** Refuses keys that cannot be used, or must not be sent. */
export function assertKeysFit(wanted: NewClient, authMethod: string): void {
  const hasKeys = wanted.jwks !== undefined || wanted.jwksUri !== undefined;
  if (wanted.jwks !== undefined && wanted.jwksUri !== undefined) {
    throw refuse("jwksUri", "cannot stand beside jwks", "Give the keys or where they are, not both.");
  }
  if (authMethod === "private_key_jwt" && !hasKeys) {
    throw refuse("jwks", "is missing", "A client that signs its assertions registers its public keys.");
  }
  for (const key of wanted.jwks?.keys ?? []) {
    if (isPrivateKey(key)) {
      throw refuse("jwks", "holds a private or secret key", "Register only the public members of each key.");
    }
  }
}

/** Refuses what cannot stand beside the purposes or the way of authentication. */
export function assertPurposesFit(
  wanted: NewClient,
  purposes: readonly ClientPurpose[],
  authMethod: AuthMethod,
): void {
  // The provider's own client answers to this id, whatever is registered under it.
  if (isOwnClient(wanted.clientId?.toLowerCase())) {
    throw refuse("clientId", "is the provider's own", "Choose another id.");
  }
  const devices = wanted.deviceAuthorization === true;
  if (devices && !purposes.includes("login")) {
    const fix = "Add the purpose, or leave it out.";
    throw refuse("deviceAuthorization", "is of no use without the purpose login", fix);
  }
  // On a device without a browser nobody comes back anywhere.
  if (purposes.includes("login") && !devices && (wanted.redirectUris ?? []).length === 0) {
    throw refuse(
      "redirectUris",
      "is missing",
      "A client that logs users in needs at least one redirect URI.",
    );
  }
  if (wanted.backchannelLogoutSessionRequired !== undefined && wanted.backchannelLogoutUri === undefined) {
    throw refuse(
      "backchannelLogoutSessionRequired",
      "says how a logout is told",
      "Give backchannelLogoutUri too.",
    );
  }
  if (authMethod !== "none") {
    if (wanted.applicationType !== "native") return;
    throw refuse(
      "applicationType",
      ": an application on people's machines needs authMethod none",
      "Choose authMethod none: what stands on people's machines is no secret.",
    );
  }
  if (wanted.rotateRefreshToken === false) {
    throw refuse(
      "rotateRefreshToken",
      ": only a confidential client may keep one refresh token",
      "Leave rotation on, or use a secret: whoever steals the token of a public client could use it unnoticed.",
    );
  }
  if (purposes.some((purpose) => purpose !== "login")) {
    throw refuse(
      "authMethod",
      "none proves nothing",
      "Minting and administration need a confidential client.",
    );
  }
  if (wanted.requirePkce === false) {
    throw refuse(
      "requirePkce",
      ": only a confidential client may go without PKCE",
      "Leave PKCE on, or use a secret.",
    );
  }
}

/**
 * Whether it is a native application. Nobody who registers http://127.0.0.1/callback for a public client has a
 * server that listens there.
 */
export function isNative(wanted: NewClient, authMethod: string): boolean {
  if (authMethod !== "none") return false;
  if (wanted.applicationType !== undefined) return wanted.applicationType === "native";
  const uris = wanted.redirectUris ?? [];
  return uris.length > 0 && uris.every(isNativeRedirect);
}

/** A redirect URI: absolute, without a fragment, compared byte by byte later (RFC 6749 section 3.1.2). */
export function parseRedirectUri(uri: string, field: string, native: boolean): string {
  const fault = whyNoRedirect(uri, native);
  if (fault !== undefined) throw refuse(field, fault.problem, fault.fix);
  return uri;
}

/** An address that is shown to people. */
export function parseShownUri(uri: string, field: string): string {
  return parseWebUrl(uri, field, { http: "loopback" });
}

/** An address keys are fetched from. */
export function parseJwksUri(uri: string): string {
  return parseWebUrl(uri, "jwksUri", { http: "loopback" });
}

/** The refusal of one field. */
export function refuse(field: string, problem: string, fix: string): OperationError {
  const space = problem.startsWith(":") ? "" : " ";
  return new OperationError("invalid_input", `${field}${space}${problem}.`, { field, fix });
}
