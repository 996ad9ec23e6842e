// sso-oauth CreateTokenWithIAM: turns an ID token, an authorization code or a refresh token into an identity context.
// The order of checks is the contract's section 10; each grant has its own function.

import { readAssertion } from "../../issuer/assertion.ts";
import type { IssuerKeys } from "../../issuer/issuer_keys.ts";
import { family, type Operation, type OperationContext } from "../../operation/operation.ts";
import type { RateLimiter } from "../../operation/rate_limit.ts";
import { storeKey } from "../../state/index.ts";
import {
  assertActor,
  assertAssigned,
  assertGrant,
  type Client,
  checkExternalIdTag,
  getClient,
  grantScopes,
} from "./application_access.ts";
import {
  type IdentityCenterSigner,
  issueRefreshToken,
  issueTokens,
  type TokenSubject,
} from "./issue_tokens.ts";
import { type OAuthErrorName, refuse } from "./oauth_error.ts";
import { redeemAuthorizationCode } from "./redeem_code.ts";
import { assertEnabled, getMatchedUser } from "./user_match.ts";
import { assertClaims } from "./verify_claims.ts";
import { assertSigned } from "./verify_signature.ts";

/** Members of CreateTokenWithIAM's input. */
export type CreateTokenWithIamInput = {
  clientId: string;
  grantType: string;
  assertion?: string;
  scope?: string[];
  code?: string;
  redirectUri?: string;
  codeVerifier?: string;
  refreshToken?: string;
};

/** What belongs to one sandbox and outlives a request. */
export type TokenEndpoint = { issuerKeys: IssuerKeys; signer: IdentityCenterSigner; limiter: RateLimiter };

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

/** The operations of this family, bound to one sandbox's issuer cache, signer and rate limiter. */
export function tokenOperations(endpoint: TokenEndpoint): readonly Operation[] {
  return family("sso-oidc", {
    CreateTokenWithIAM: {
      authorize: (input: CreateTokenWithIamInput) => input.clientId,
      async run(input: CreateTokenWithIamInput, context) {
        const client = getClient(input.clientId, context);
        switch (input.grantType) {
          case JWT_BEARER:
            return jwtBearer(input, client, endpoint, context);
          case "refresh_token":
            return refresh(input, client, endpoint, context);
          case "authorization_code":
            return authorizationCode(input, client, endpoint, context);
          default:
            throw refuse("UnsupportedGrantTypeException", {
              rule: "exchange.grantType",
              why:
                input.grantType === TOKEN_EXCHANGE
                  ? "the sandbox does not do the token-exchange grant"
                  : `there is no grant type "${input.grantType}"`,
              fix: `Use ${JWT_BEARER}, authorization_code or refresh_token.`,
            });
        }
      },
    },
  });
}

async function jwtBearer(
  input: CreateTokenWithIamInput,
  client: Client,
  endpoint: TokenEndpoint,
  context: OperationContext,
) {
  const { application, instance } = client;
  assertGrant(application, "jwtBearer", context);
  assertActor(application, context);
  checkExternalIdTag(application, context);
  const assertion = requireMember(input.assertion, "assertion");
  const token = parseAssertion(assertion, context);
  const { issuer, authorizedAudiences } = chooseIssuer(client, token.claims["iss"], context);
  await assertSigned(assertion, token, issuer, endpoint.issuerKeys, context);
  const redeem = assertClaims(token.claims, { issuer, instance, authorizedAudiences }, context);
  const user = getMatchedUser(token.claims, issuer, instance, context);
  assertAssigned(application, user, context);
  const scopes = grantScopes(input.scope, application, context);
  assertRate(endpoint.limiter, instance.instanceArn, "exchange.jwtBearerPerSecond", context);
  redeem({ byExchange: true });
  return issue(
    { client, user, scopes, trustedTokenIssuerArn: issuer.trustedTokenIssuerArn },
    endpoint,
    context,
  );
}

function refresh(
  input: CreateTokenWithIamInput,
  client: Client,
  endpoint: TokenEndpoint,
  context: OperationContext,
) {
  const { application } = client;
  assertGrant(application, "refreshToken", context);
  assertActor(application, context);
  const presented = requireMember(input.refreshToken, "refreshToken");
  const known = context.world.refreshTokens.get(presented);
  if (known === undefined || known.applicationArn !== application.applicationArn) {
    throw refuse("InvalidGrantException", {
      rule: "refresh.known",
      why:
        known === undefined
          ? "the refresh token is unknown or was already used"
          : "the refresh token belongs to another application",
      fix: "Use the newest refresh token of this application, or begin anew with an ID token.",
    });
  }
  if (known.expiresAtMs <= context.clock().getTime()) {
    throw refuse("ExpiredTokenException", {
      rule: "exchange.refreshTokenSeconds",
      why: `the refresh token expired at ${new Date(known.expiresAtMs).toISOString()}`,
      fix: "Begin anew with an ID token or an authorization code.",
    });
  }
  const user = getUser(client, known.userId, context);
  assertAssigned(application, user, context);
  const scopes = input.scope?.length ? grantScopes(input.scope, application, context) : known.scopes;
  assertRate(endpoint.limiter, application.applicationArn, "exchange.refreshPerSecond", context);
  const subject = { client, user, scopes, trustedTokenIssuerArn: known.trustedTokenIssuerArn };
  if (context.rules.get("exchange.refreshTokenRotation") === "keep") {
    return issueTokens(subject, endpoint.signer, presented, context);
  }
  context.world.refreshTokens.delete(presented);
  return issue(subject, endpoint, context);
}

function authorizationCode(
  input: CreateTokenWithIamInput,
  client: Client,
  endpoint: TokenEndpoint,
  context: OperationContext,
) {
  const { application } = client;
  assertGrant(application, "authorizationCode", context);
  assertActor(application, context);
  checkExternalIdTag(application, context);
  const redeemed = redeemAuthorizationCode(context, input);
  const user = getUser(client, redeemed.userId, context);
  assertAssigned(application, user, context);
  const scopes = grantScopes(input.scope ?? redeemed.scopes, application, context);
  return issue({ client, user, scopes, trustedTokenIssuerArn: null }, endpoint, context);
}

function issue(subject: TokenSubject, endpoint: TokenEndpoint, context: OperationContext) {
  const hasRefresh = subject.client.application.grants.refreshToken !== undefined;
  const refreshToken = hasRefresh ? issueRefreshToken(subject, context) : null;
  return issueTokens(subject, endpoint.signer, refreshToken, context);
}

function parseAssertion(assertion: string, context: OperationContext) {
  const longest = context.rules.getNumber("token.maxBytes");
  if (assertion.length > longest) {
    throw refuse("InvalidGrantException", {
      rule: "token.maxBytes",
      why: `the assertion has ${assertion.length} bytes, more than ${longest}`,
      fix: "Send a small ID token: the claims AWS needs, and no groups or profile.",
    });
  }
  const read = readAssertion(assertion);
  if ("fault" in read) {
    if (read.isUnsigned) {
      throw refuse("InvalidGrantException", {
        rule: "token.algorithm",
        why: `the assertion is not signed: ${read.fault}; Identity Center takes only RS256`,
        fix: "Sign ID tokens with RS256 (RSA 2048).",
      });
    }
    throw refuse("InvalidGrantException", {
      rule: "token.format",
      why: `the assertion is not a usable JWT: ${read.fault}`,
      fix: "Send the ID token as the issuer gave it: header.payload.signature.",
    });
  }
  context.passed("token.format", "the assertion is a signed JWT");
  return read;
}

/** The issuer the token names, or else the grant's first, so that the later checks can say what differs. */
function chooseIssuer({ application }: Client, iss: unknown, context: OperationContext) {
  const authorized = (application.grants.jwtBearer?.authorizedTokenIssuers ?? []).flatMap((entry) => {
    const issuer = context.world.trustedTokenIssuers.get(entry.trustedTokenIssuerArn);
    return issuer === undefined ? [] : [{ issuer, authorizedAudiences: entry.authorizedAudiences }];
  });
  const chosen =
    authorized.find(({ issuer }) => issuer.issuerUrl === iss) ??
    authorized.find(({ issuer }) => isSameButSlash(issuer.issuerUrl, iss)) ??
    authorized[0];
  if (chosen !== undefined) return chosen;
  throw refuse("InvalidGrantException", {
    rule: "issuer.registered",
    why: "the application's JwtBearer grant names no trusted token issuer that exists",
    fix: "Create the trusted token issuer anew and link it (UpdateDataAccessor or PutApplicationGrant).",
  });
}

function isSameButSlash(issuerUrl: string, iss: unknown): boolean {
  return typeof iss === "string" && issuerUrl.replace(/\/$/, "") === iss.replace(/\/$/, "");
}

function assertRate(
  limiter: RateLimiter,
  key: string,
  rule: "exchange.jwtBearerPerSecond" | "exchange.refreshPerSecond",
  context: OperationContext,
): void {
  const limit = context.rules.getNumber(rule);
  if (limiter.take(`${rule}|${key}`, limit)) {
    context.passed(rule, `within ${limit} a second`);
    return;
  }
  throw refuse(context.rules.get("exchange.rateLimitError") as OAuthErrorName, {
    rule,
    why: `more than ${limit} exchanges within a second for ${key}`,
    fix: "Keep credentials, limit the rate yourself, back off and present a new ID token (SDKs do not retry SlowDown).",
  });
}

function getUser({ instance }: Client, userId: string, context: OperationContext) {
  const user = context.world.users.get(storeKey(instance.identityStoreId, userId));
  if (user === undefined) {
    throw refuse("InvalidGrantException", {
      rule: "user.match",
      why: "the user was deleted since",
      fix: "Sign the user in again.",
    });
  }
  assertEnabled(user, context);
  return user;
}

function requireMember(value: string | undefined, name: string): string {
  if (value !== undefined && value !== "") return value;
  throw refuse("InvalidRequestException", {
    rule: `exchange.${name}`,
    why: `the member ${name} is missing for this grant type`,
    fix: `Send ${name}.`,
  });
}
