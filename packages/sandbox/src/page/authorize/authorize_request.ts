// Reads an authorization request (RFC 6749 section 4.1.1, RFC 7636) and decides what answers it. Pure.
import type { Told } from "../../ground/errors.ts";
import type { RequestRecord } from "../../operation/request_log.ts";
import { IMPLICIT_SCOPES } from "../../services/sso_oidc/application_access.ts";
import type { IdentityCenterApplication, IdentityCenterInstance, World } from "../../state/index.ts";

/** A request that may go on to the sign-in page. */
export type AuthorizationRequest = {
  application: IdentityCenterApplication;
  instance: IdentityCenterInstance;
  redirectUri: string;
  state: string | undefined;
  scopes: string[];
  codeChallenge: string | null;
};

/** Why a request is refused: for the person at the browser and for the log. */
export type AuthorizationFault = Told;

/**
 * `proceed`: show the sign-in page. `redirect`: tell the client by redirect, as it proved to be one. `stop`: tell the
 * person only, because where to redirect to is not known to be the client's (RFC 6749 section 4.1.2.1).
 */
export type AuthorizationDecision =
  | { kind: "proceed"; request: AuthorizationRequest }
  | { kind: "redirect"; target: RedirectTarget; error: string; fault: AuthorizationFault; region: string }
  | { kind: "stop"; fault: AuthorizationFault; region: RequestRecord["region"] };

/** Where an answer by redirect goes. */
export type RedirectTarget = { redirectUri: string; state: string | undefined };

/** Parameters of a request that the sign-in form carries along. */
export const REQUEST_PARAMETERS = [
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "scope",
  "code_challenge",
  "code_challenge_method",
] as const;

/**
 * Decides in this order: client, its grant, its redirect URI (exact, as registered); then, answering by redirect,
 * repeated parameters, response type, PKCE (S256 only) and scopes. The region is that of the application's instance.
 */
export function decideAuthorization(parameters: URLSearchParams, world: World): AuthorizationDecision {
  const clientIds = parameters.getAll("client_id");
  const [clientId] = clientIds;
  const application = clientIds.length === 1 ? world.applications.get(clientId ?? "") : undefined;
  const instance = application && world.instances.get(application.instanceArn);
  if (application === undefined || instance === undefined) {
    return stop(null, {
      rule: "authorize.client",
      why:
        clientIds.length === 1
          ? `There is no Identity Center application "${clientId}".`
          : `client_id must be given once; it was given ${clientIds.length} times.`,
      fix: "Send client_id=<idcApplicationArn of the data accessor>, URL-encoded.",
    });
  }
  const { region } = instance;
  if (application.status === "DISABLED") {
    return stop(region, {
      rule: "authorize.clientEnabled",
      why: `Application ${application.name} is disabled.`,
      fix: "Enable it with UpdateApplication.",
    });
  }
  const registered = application.grants.authorizationCode?.redirectUris;
  if (registered === undefined) {
    return stop(region, {
      rule: "authorize.grant",
      why: `Application ${application.name} has no authorization_code grant.`,
      fix: "Create the data accessor with AWS_IAM_IDC_AUTH_CODE, or add the grant with PutApplicationGrant.",
    });
  }
  const redirectUris = parameters.getAll("redirect_uri");
  const [redirectUri] = redirectUris;
  if (redirectUri === undefined || redirectUris.length > 1 || !registered.includes(redirectUri)) {
    return stop(region, {
      rule: "authorize.redirectUri",
      why:
        redirectUris.length === 1
          ? `redirect_uri "${redirectUri}" is not registered; registered: ${registered.join(", ") || "none"}.`
          : `redirect_uri must be given once; it was given ${redirectUris.length} times.`,
      fix: "Send one of the registered URIs, character for character, URL-encoded.",
    });
  }
  const target = { redirectUri, state: parameters.get("state") ?? undefined };
  const refuse = (error: string, fault: AuthorizationFault): AuthorizationDecision => ({
    kind: "redirect",
    target,
    error,
    fault,
    region,
  });

  const repeated = REQUEST_PARAMETERS.find((name) => parameters.getAll(name).length > 1);
  if (repeated !== undefined) {
    return refuse("invalid_request", {
      rule: "authorize.repeatedParameter",
      why: `${repeated} was given more than once.`,
      fix: "Give each parameter once (RFC 6749 section 3.1).",
    });
  }
  if (parameters.get("response_type") !== "code") {
    return refuse("unsupported_response_type", {
      rule: "authorize.responseType",
      why: `response_type is "${parameters.get("response_type") ?? ""}".`,
      fix: "Send response_type=code.",
    });
  }
  const challenge = parameters.get("code_challenge");
  const pkce = findPkceFault(challenge, parameters.get("code_challenge_method"));
  if (pkce !== undefined) return refuse("invalid_request", pkce);

  const own = application.accessScopes.map(({ scope }) => scope);
  const allowed = [...IMPLICIT_SCOPES, ...own];
  const asked = (parameters.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const foreign = asked.find((scope) => !allowed.includes(scope));
  if (foreign !== undefined) {
    return refuse("invalid_scope", {
      rule: "authorize.scope",
      why: `The application has no access scope "${foreign}"; it has ${allowed.join(", ")}.`,
      fix: "Leave scope out, or add the scope with PutApplicationAccessScope.",
    });
  }
  const scopes = asked.length === 0 ? own : asked;
  return {
    kind: "proceed",
    request: { application, instance, ...target, scopes, codeChallenge: challenge },
  };
}

function stop(region: RequestRecord["region"], fault: AuthorizationFault): AuthorizationDecision {
  return { kind: "stop", fault, region };
}

function findPkceFault(challenge: string | null, method: string | null): AuthorizationFault | undefined {
  const rule = "authorize.pkce";
  const fix =
    "Send code_challenge=BASE64URL(SHA256(code_verifier)) and code_challenge_method=S256, or neither.";
  if (challenge === null) {
    return method === null
      ? undefined
      : { rule, why: "code_challenge_method came without code_challenge.", fix };
  }
  if (method !== "S256") {
    return { rule, why: `code_challenge_method is "${method ?? "plain (by default)"}".`, fix };
  }
  return /^[A-Za-z0-9_-]{43}$/.test(challenge)
    ? undefined
    : { rule, why: "code_challenge is not a SHA-256 digest in base64url (43 characters).", fix };
}
