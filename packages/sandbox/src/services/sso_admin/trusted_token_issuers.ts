// Trusted token issuers: Create, Update, Describe, List and Delete.

import { createOnce } from "../../operation/idempotency.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { IdentityCenterInstance, TrustedTokenIssuer } from "../../state/identity_center_entities.ts";
import { getInstance, getTrustedTokenIssuer, instanceIdOf, list } from "./lookup.ts";
import { refuse, refuseTokenReuse } from "./refuse.ts";

type JwtConfiguration = {
  IssuerUrl: string;
  ClaimAttributePath: string;
  IdentityStoreAttributePath: string;
  JwksRetrievalOption: "OPEN_ID_DISCOVERY";
};
type CreateInput = {
  InstanceArn: string;
  Name: string;
  TrustedTokenIssuerType: "OIDC_JWT";
  TrustedTokenIssuerConfiguration: { OidcJwtConfiguration: JwtConfiguration };
  ClientToken?: string;
  Tags?: { Key: string; Value: string }[];
};
type IssuerInput = { TrustedTokenIssuerArn: string };
type UpdateInput = IssuerInput & {
  Name?: string;
  TrustedTokenIssuerConfiguration?: { OidcJwtConfiguration: Partial<Omit<JwtConfiguration, "IssuerUrl">> };
};
type ListInput = { InstanceArn: string; MaxResults?: number; NextToken?: string };

/** IAM Identity Center quotas: not adjustable. */
const issuersPerInstance = 10;

/** The operations of this family. */
export const trustedTokenIssuerOperations = family("sso-admin", {
  CreateTrustedTokenIssuer: {
    authorize: (input: CreateInput) => input.InstanceArn,
    run(input: CreateInput, context) {
      const instance = getInstance(context, input.InstanceArn);
      const { ClientToken: token, ...parameters } = input;
      return createOnce(
        context,
        token,
        parameters,
        () => addIssuer(input, instance, context),
        refuseTokenReuse,
      );
    },
  },

  // There is no IssuerUrl to update: the model has none, and AWS says delete and create anew.
  UpdateTrustedTokenIssuer: {
    authorize: (input: UpdateInput) => input.TrustedTokenIssuerArn,
    run(input: UpdateInput, context) {
      const issuer = getTrustedTokenIssuer(context, input.TrustedTokenIssuerArn);
      if (input.Name !== undefined) {
        assertNameFree(context, issuer.instanceArn, input.Name, issuer);
        issuer.name = input.Name;
      }
      const settings = input.TrustedTokenIssuerConfiguration?.OidcJwtConfiguration;
      assertAttributePath(context, settings?.IdentityStoreAttributePath);
      issuer.claimAttributePath = settings?.ClaimAttributePath ?? issuer.claimAttributePath;
      issuer.identityStoreAttributePath =
        settings?.IdentityStoreAttributePath ?? issuer.identityStoreAttributePath;
      return {};
    },
  },

  DescribeTrustedTokenIssuer: {
    authorize: (input: IssuerInput) => input.TrustedTokenIssuerArn,
    run(input: IssuerInput, context) {
      const issuer = getTrustedTokenIssuer(context, input.TrustedTokenIssuerArn);
      return {
        ...summarize(issuer),
        TrustedTokenIssuerConfiguration: {
          OidcJwtConfiguration: {
            IssuerUrl: issuer.issuerUrl,
            ClaimAttributePath: issuer.claimAttributePath,
            IdentityStoreAttributePath: issuer.identityStoreAttributePath,
            JwksRetrievalOption: issuer.jwksRetrievalOption,
          },
        },
      };
    },
  },

  ListTrustedTokenIssuers: {
    authorize: (input: ListInput) => input.InstanceArn,
    run(input: ListInput, context) {
      const { instanceArn } = getInstance(context, input.InstanceArn);
      const issuers = issuersOf(context, instanceArn);
      return list(context, input, issuers, {
        as: "TrustedTokenIssuers",
        show: summarize,
        filter: instanceArn,
      });
    },
  },

  // Applications keep naming the deleted issuer in their grants: their users lose access, as AWS warns.
  DeleteTrustedTokenIssuer: {
    authorize: (input: IssuerInput) => input.TrustedTokenIssuerArn,
    run(input: IssuerInput, context) {
      const issuer = getTrustedTokenIssuer(context, input.TrustedTokenIssuerArn);
      context.world.trustedTokenIssuers.delete(issuer.trustedTokenIssuerArn);
      return {};
    },
  },
});

function addIssuer(
  input: CreateInput,
  instance: IdentityCenterInstance,
  context: OperationContext,
): { TrustedTokenIssuerArn: string } {
  const { world, ids, accountId, clock } = context;
  const { OidcJwtConfiguration: jwt } = input.TrustedTokenIssuerConfiguration;
  assertAttributePath(context, jwt.IdentityStoreAttributePath);
  assertNameFree(context, instance.instanceArn, input.Name);
  assertIssuerUrlFree(context, instance.instanceArn, jwt.IssuerUrl);
  const count = issuersOf(context, instance.instanceArn).length;
  if (count >= issuersPerInstance) {
    throw refuse(
      "ServiceQuotaExceededException",
      `The instance has ${issuersPerInstance} trusted token issuers already.`,
      {
        rule: "issuer.quota",
        why: `An instance has at most ${issuersPerInstance} trusted token issuers; this quota cannot be raised.`,
        fix: "Delete an issuer that no application uses.",
      },
    );
  }
  const trustedTokenIssuerArn = `arn:aws:sso::${accountId}:trustedTokenIssuer/${instanceIdOf(instance.instanceArn)}/${ids.trustedTokenIssuerId()}`;
  world.trustedTokenIssuers.set(trustedTokenIssuerArn, {
    trustedTokenIssuerArn,
    instanceArn: instance.instanceArn,
    name: input.Name,
    issuerUrl: jwt.IssuerUrl,
    claimAttributePath: jwt.ClaimAttributePath,
    identityStoreAttributePath: jwt.IdentityStoreAttributePath,
    jwksRetrievalOption: jwt.JwksRetrievalOption,
    tags: (input.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
    createdAtMs: clock().getTime(),
  });
  return { TrustedTokenIssuerArn: trustedTokenIssuerArn };
}

function issuersOf(context: OperationContext, instanceArn: string): TrustedTokenIssuer[] {
  return [...context.world.trustedTokenIssuers.values()].filter(
    (issuer) => issuer.instanceArn === instanceArn,
  );
}

function assertNameFree(
  context: OperationContext,
  instanceArn: string,
  name: string,
  except?: TrustedTokenIssuer,
): void {
  const taken = issuersOf(context, instanceArn).find((issuer) => issuer !== except && issuer.name === name);
  if (!taken) return;
  throw refuse("ConflictException", `A trusted token issuer named ${name} exists already.`, {
    rule: "issuer.nameUnique",
    why: `${taken.trustedTokenIssuerArn} has the name ${name}.`,
    fix: "Choose another name, or use that issuer.",
  });
}

/** Two issuers with one URL would leave open which mapping a token's `iss` selects; AWS's answer is unknown. */
function assertIssuerUrlFree(context: OperationContext, instanceArn: string, issuerUrl: string): void {
  if (context.rules.get("issuer.duplicateUrl") === "accept") return;
  const taken = issuersOf(context, instanceArn).find((issuer) => issuer.issuerUrl === issuerUrl);
  if (!taken) return;
  throw refuse("ConflictException", "A trusted token issuer with this issuer URL exists already.", {
    rule: "issuer.duplicateUrl",
    why: `${taken.trustedTokenIssuerArn} has the issuer URL ${issuerUrl}.`,
    fix: "Use that issuer.",
  });
}

/** The attributes a token may be mapped to are user name, e-mail and external id (TTI-CFG); AWS prints no list of paths. */
function assertAttributePath(context: OperationContext, path: string | undefined): void {
  const isKnown = path === undefined || /^(userName|emails\.value|externalIds\.\p{L}+)$/u.test(path);
  if (isKnown || context.rules.get("issuer.attributePath") === "any") return;
  throw refuse("ValidationException", "The identity store attribute path is not supported.", {
    rule: "issuer.attributePath",
    why: `IdentityStoreAttributePath is ${path}, which names neither user name, e-mail nor external id.`,
    fix: "Use userName, emails.value or externalIds.SCIM.",
  });
}

function summarize(issuer: TrustedTokenIssuer) {
  return {
    TrustedTokenIssuerArn: issuer.trustedTokenIssuerArn,
    Name: issuer.name,
    TrustedTokenIssuerType: "OIDC_JWT",
  };
}
