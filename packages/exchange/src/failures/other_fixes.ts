// Owns what is to be done about every failure that comes from no AWS call and depends on no token: one fix a code, taken
// where the error is thrown and where an error somebody pasted is explained. Those of AWS calls stand in the failure
// catalogue, those of a token's rules in its table, those of an issuer's keys in key_faults.ts.

import type { OtherCode } from "../error_codes.ts";

export const otherFixes = {
  options_invalid: "Correct the named options.",
  connection_invalid:
    "Correct the named fields. The customer finds the values in the Q Business console under Data accessors, Information for data accessor.",
  connection_method:
    'Set the connection\'s method to "auth-code" if the customer created the data accessor for it.',
  user_invalid:
    "Pass the user's subject (or, where the source of ID tokens takes it, the e-mail address): text of 1 to 1024 characters.",
  search_request_invalid: "Correct the named fields.",
  token_source_options_invalid:
    "Set assertionKey to the private key registered for the client, or subjectToken to the user's own token.",
  id_token_source_missing:
    "Set idTokenSource to a function that returns a fresh ID token, for example fromTtiProvider(...).",
  trusted_token_issuer_missing:
    "Set trustedTokenIssuer to { issuer, audience }: the issuer URL and client id registered with AWS.",
  client_closed: "Call destroy() only when no search is needed any more.",
  deadline_exceeded:
    "Look at the events of the exchange for the slow step; raise deadlineSeconds if it is merely slow.",
  sign_in_required:
    "Send the user's browser to the url of beginAuthorization(), then pass the code that comes back to redeemCode().",
  authorization_state_mismatch:
    "Begin the sign-in again, and keep state and codeVerifier in the same user's session.",
  authorization_refused:
    "Check the redirect URL registered with AWS and the user's assignment to the application; or the user declined.",
  refresh_token_store_failed: "See the store's own log; the store is the one given as refreshTokens.",
  id_token_source_failed:
    "See the cause; the token source is the ISV's own function or the issuer behind it.",
  id_token_source_timeout:
    "See what the token source waits for; raise attemptTimeoutSeconds if it is merely slow.",
  id_token_source_refused: "See the provider's error; it names the client, user or tenant at fault.",
  id_token_source_unreachable: "Check the issuer's address and that it is running.",
  id_token_source_no_login: "Let the user sign in at the provider first, with offline access.",
  id_token_malformed:
    "Give the ID token itself (three base64url parts joined by dots), not an access token, the JSON it came in or an encrypted token.",
  id_token_tenant_mismatch:
    "Find out why the token source answers for another tenant; this is how data crosses between customers.",
  id_token_user_mismatch:
    "Ask for users by a value the issuer puts into the token, and set userClaims to the claim that carries it.",
  id_token_presented_before:
    "Let the token source mint a new ID token, with its own jti, for every call; the client caches the credentials.",
  id_token_expired_waiting:
    "Let ID tokens live a few minutes; see whether limiter.share is too small for the number of users.",
  id_token_keys_unavailable:
    "Make the issuer's discovery document and key set reachable from here (AWS must reach them too), or set jwksUri to an address that is.",
  id_token_keys_invalid:
    "Repair the issuer's discovery document or key set (AWS reads the same ones), or set jwksUri to the right address.",
} as const satisfies Partial<Record<OtherCode, string>>;

/** Of `id_token_source_refused`, where the endpoint answered and the answer held no ID token. */
export const withoutIdTokenFixes = {
  minted: "Check that the client may use this grant and asks for an ID token.",
  refreshed: "Ask for scope openid at login, or use a provider or grant that returns an ID token on refresh.",
} as const;
