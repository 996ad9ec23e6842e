// Grants of an application: PutApplicationGrant, GetApplicationGrant, ListApplicationGrants, DeleteApplicationGrant.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { ApplicationGrants, IdentityCenterApplication } from "../../state/identity_center_entities.ts";
import { getApplication, getTrustedTokenIssuer, list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type WireGrant = {
  AuthorizationCode?: { RedirectUris?: string[] };
  JwtBearer?: {
    AuthorizedTokenIssuers?: { TrustedTokenIssuerArn?: string; AuthorizedAudiences?: string[] }[];
  };
  RefreshToken?: Record<string, never>;
  TokenExchange?: Record<string, never>;
};
type GrantInput = { ApplicationArn: string; GrantType: keyof typeof grantMembers };
type PutInput = GrantInput & { Grant: WireGrant };
type ListInput = { ApplicationArn: string; NextToken?: string };

/** Which member of the union each grant type takes, and what the world calls it. */
const grantMembers = {
  authorization_code: { wire: "AuthorizationCode", kept: "authorizationCode" },
  refresh_token: { wire: "RefreshToken", kept: "refreshToken" },
  "urn:ietf:params:oauth:grant-type:jwt-bearer": { wire: "JwtBearer", kept: "jwtBearer" },
  "urn:ietf:params:oauth:grant-type:token-exchange": { wire: "TokenExchange", kept: "tokenExchange" },
} as const;

/** The operations of this family. */
export const applicationGrantOperations = family("sso-admin", {
  PutApplicationGrant: {
    authorize: (input: PutInput) => input.ApplicationArn,
    run(input: PutInput, context) {
      const application = getApplication(context, input.ApplicationArn);
      const { wire } = grantMembers[input.GrantType];
      if (input.Grant[wire] === undefined) {
        throw refuse("ValidationException", `Grant must hold ${wire} when GrantType is ${input.GrantType}.`, {
          rule: "grant.type",
          why: `GrantType is ${input.GrantType}, but Grant holds ${Object.keys(input.Grant).join(", ")}.`,
          fix: `Send {"${wire}": {…}}.`,
        });
      }
      application.grants = { ...application.grants, ...keep(input.Grant, application, context) };
      return {};
    },
  },

  GetApplicationGrant: {
    authorize: (input: GrantInput) => input.ApplicationArn,
    run(input: GrantInput, context) {
      const { grants } = getApplication(context, input.ApplicationArn);
      assertConfigured(grants, input);
      return { Grant: wireGrant(grants, input.GrantType) };
    },
  },

  ListApplicationGrants: {
    authorize: (input: ListInput) => input.ApplicationArn,
    run(input: ListInput, context) {
      const { grants, applicationArn } = getApplication(context, input.ApplicationArn);
      const types = (Object.keys(grantMembers) as GrantInput["GrantType"][]).filter(
        (type) => grants[grantMembers[type].kept] !== undefined,
      );
      return list(context, input, types, {
        as: "Grants",
        show: (type) => ({ GrantType: type, Grant: wireGrant(grants, type) }),
        filter: applicationArn,
      });
    },
  },

  DeleteApplicationGrant: {
    authorize: (input: GrantInput) => input.ApplicationArn,
    run(input: GrantInput, context) {
      const { grants } = getApplication(context, input.ApplicationArn);
      assertConfigured(grants, input);
      delete grants[grantMembers[input.GrantType].kept];
      return {};
    },
  },
});

function keep(
  grant: WireGrant,
  application: IdentityCenterApplication,
  context: OperationContext,
): ApplicationGrants {
  if (grant.JwtBearer) return { jwtBearer: keepJwtBearer(grant.JwtBearer, application, context) };
  if (grant.AuthorizationCode) {
    return { authorizationCode: { redirectUris: grant.AuthorizationCode.RedirectUris ?? [] } };
  }
  return grant.RefreshToken ? { refreshToken: {} } : { tokenExchange: {} };
}

function keepJwtBearer(
  grant: NonNullable<WireGrant["JwtBearer"]>,
  application: IdentityCenterApplication,
  context: OperationContext,
): NonNullable<ApplicationGrants["jwtBearer"]> {
  const authorizedTokenIssuers = (grant.AuthorizedTokenIssuers ?? []).map((authorized) => {
    const arn = authorized.TrustedTokenIssuerArn ?? "";
    if (arn === "") {
      throw refuse("ValidationException", "TrustedTokenIssuerArn is required in AuthorizedTokenIssuers.", {
        rule: "grant.issuer",
        why: "An authorized token issuer names no trusted token issuer.",
        fix: "Give TrustedTokenIssuerArn.",
      });
    }
    const issuer = getTrustedTokenIssuer(context, arn);
    if (issuer.instanceArn !== application.instanceArn) {
      throw refuse(
        "ResourceNotFoundException",
        `Trusted token issuer ${arn} was not found in the application's instance.`,
        {
          rule: "grant.issuer",
          why: `${arn} belongs to ${issuer.instanceArn}, the application to ${application.instanceArn}.`,
          fix: "Use a trusted token issuer of the same instance.",
        },
      );
    }
    return { trustedTokenIssuerArn: arn, authorizedAudiences: authorized.AuthorizedAudiences ?? [] };
  });
  return { authorizedTokenIssuers };
}

function assertConfigured(
  grants: ApplicationGrants,
  { ApplicationArn: arn, GrantType: type }: GrantInput,
): void {
  if (grants[grantMembers[type].kept] !== undefined) return;
  throw refuse("ResourceNotFoundException", `Application ${arn} has no grant ${type}.`, {
    rule: "grant.exists",
    why: `The application has ${Object.keys(grants).join(", ") || "no grants"}.`,
    fix: "Put the grant first.",
  });
}

function wireGrant(grants: ApplicationGrants, type: GrantInput["GrantType"]): WireGrant {
  switch (type) {
    case "authorization_code":
      return { AuthorizationCode: { RedirectUris: grants.authorizationCode?.redirectUris ?? [] } };
    case "urn:ietf:params:oauth:grant-type:jwt-bearer":
      return {
        JwtBearer: {
          AuthorizedTokenIssuers: (grants.jwtBearer?.authorizedTokenIssuers ?? []).map((issuer) => ({
            TrustedTokenIssuerArn: issuer.trustedTokenIssuerArn,
            AuthorizedAudiences: issuer.authorizedAudiences,
          })),
        },
      };
    case "refresh_token":
      return { RefreshToken: {} };
    case "urn:ietf:params:oauth:grant-type:token-exchange":
      return { TokenExchange: {} };
  }
}
