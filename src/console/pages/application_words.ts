// Owns the words of an application's form: what each member of a registration is called, and under which head it stands.
import type { MemberWords } from "../schema_fields.ts";

const proofs = {
  client_secret_basic: "A secret, in a header",
  client_secret_post: "A secret, in the form",
  private_key_jwt: "A key of its own",
  none: "Nothing: an application on people's devices",
};
const turnedOn = { off: "Off", allowed: "Allowed", required: "Required" };
const oneALine = "One on each line.";
const tenants = "Organization ids, one on each line; * for every organization.";

/** Heads of the form, in order, each with its members; what stands under none comes last. */
export const applicationHeads: readonly (readonly [string, readonly string[]])[] = [
  ["What it is", ["name", "clientId", "authMethod", "secret", "applicationType", "firstParty"]],
  ["What it may do", ["purposes"]],
  [
    "Addresses",
    ["redirectUris", "postLogoutRedirectUris", "backchannelLogoutUri", "backchannelLogoutSessionRequired"],
  ],
  ["For whom it acts", ["mintTenants", "searchTenants", "handoffTenants"]],
  ["What people are shown", ["clientUri", "logoUri", "policyUri", "tosUri", "color", "supportUri"]],
  ["Its keys", ["jwks", "jwksUri"]],
  ["Protection", ["requirePkce", "rotateRefreshToken", "pushedRequests", "deviceAuthorization", "dpop"]],
  ["Lifetimes of its own", ["accessTokenSeconds", "idTokenSeconds", "refreshTokenSeconds"]],
];

/** What each member is called. */
export const applicationWords: Readonly<Record<string, MemberWords>> = {
  name: { label: "Name", hint: "What people read when it asks for their consent." },
  clientId: { label: "Client id", hint: "Empty: one is made." },
  authMethod: { label: "Proves itself by", choices: proofs },
  secret: {
    label: "Secret it has already",
    hint: "At least 32 characters. Empty: one is made and shown once.",
  },
  applicationType: {
    label: "Where it runs",
    choices: { web: "On a server", native: "On people's machines" },
  },
  firstParty: { label: "It is yours: people are not asked for consent" },
  purposes: {
    label: "What it may do",
    choices: {
      login: "Sign people in",
      mint: "Get tokens for people it names",
      handoff: "Answer sign-ins at your login page",
      search: "Search as people",
      admin: "Call the administration's API",
      service: "Act for itself at APIs it is given",
    },
  },
  redirectUris: {
    label: "Addresses people come back to",
    hint: "One on each line: https, or http on this machine.",
  },
  postLogoutRedirectUris: { label: "Addresses after signing out", hint: oneALine },
  backchannelLogoutUri: { label: "Address that is told of sign-outs", hint: "May be empty." },
  backchannelLogoutSessionRequired: { label: "It is told which session ended" },
  mintTenants: { label: "Gets tokens for people of", hint: tenants },
  searchTenants: { label: "Searches for people of", hint: tenants },
  handoffTenants: { label: "Answers sign-ins for", hint: tenants },
  clientUri: { label: "Home page" },
  logoUri: { label: "Logo on pages of yours", hint: "The address of a picture." },
  policyUri: { label: "What becomes of people's data", hint: "The address of a page." },
  tosUri: { label: "Terms of service", hint: "The address of a page." },
  color: {
    label: "Colour",
    hint: "# and six hexadecimal digits: that of pages on the way to it, if it is yours.",
  },
  supportUri: { label: "Help", hint: "https:// or mailto:. Shown on those pages." },
  jwks: { label: "Public keys", hint: "A JWK Set, as JSON. Private members are refused." },
  jwksUri: { label: "Where its public keys are", hint: "In place of the keys themselves." },
  requirePkce: { label: "It must use PKCE" },
  rotateRefreshToken: { label: "Each refresh token counts once" },
  pushedRequests: { label: "Pushed requests (RFC 9126)", choices: turnedOn },
  deviceAuthorization: { label: "Devices without a browser: sign in elsewhere, by a code (RFC 8628)" },
  dpop: { label: "Tokens bound to a key it holds (RFC 9449)", choices: turnedOn },
  accessTokenSeconds: { label: "Access token, in seconds", hint: "Empty: as long as the installation says." },
  idTokenSeconds: { label: "ID token, in seconds" },
  refreshTokenSeconds: { label: "Refresh token unused, in seconds" },
};
