// The part of the bench that stands in Amazon Q Business: data accessors, and sessions that may search.
import type { Answer, CallOptions, SessionKeys } from "./aws_calls.ts";
import { Undecided } from "./endings.ts";
import type { Client, IdentityCenterLab } from "./identity_center_lab.ts";
import type { Lab, MadeThing } from "./lab.ts";
import { assume, assumption, freshContext, makeRole, providedContext, sessionOf } from "./roles.ts";

const EXTERNAL_ID = "tti-sandbox-probe";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SEARCH = "qbusiness:SearchRelevantContent";

/** @returns how calls reach the application's region */
export function inQRegion({ existing, region }: IdentityCenterLab, keys?: SessionKeys): CallOptions {
  const where = { region: existing.applicationRegion ?? region };
  return keys === undefined ? where : { ...where, keys };
}

/** @returns a data accessor to make for a role */
export async function dataAccessor(lab: IdentityCenterLab, principal: string): Promise<MadeThing> {
  const { applicationId } = lab.existing;
  const { issuerArn } = await lab.main();
  return {
    what: "data accessor",
    service: "qbusiness",
    how: inQRegion(lab),
    create: [
      "CreateDataAccessor",
      {
        applicationId,
        principal,
        displayName: `tti-probe-${lab.run}`,
        actionConfigurations: [{ action: SEARCH }],
        authenticationDetail: {
          authenticationType: "AWS_IAM_IDC_TTI",
          authenticationConfiguration: {
            idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn: issuerArn },
          },
          externalIds: [EXTERNAL_ID],
        },
      },
    ],
    remove: ({ dataAccessorId }) => ({
      id: String(dataAccessorId),
      calls: [["DeleteDataAccessor", { applicationId, dataAccessorId }]],
    }),
  };
}

/** Makes a data accessor for the ISV's role. @returns the ARN of its Identity Center application */
export async function makeAccessor(lab: IdentityCenterLab): Promise<string> {
  const output = await lab.make(await dataAccessor(lab, lab.existing.isvRole ?? ""));
  return String(output["idcApplicationArn"]);
}

/** @returns a statement that lets the ISV's role search, to be made */
export function permission(lab: IdentityCenterLab, name: string, conditionKey?: string): MadeThing {
  const { applicationId, isvRole } = lab.existing;
  const statementId = `tti-probe-${lab.run}-${name}`;
  const conditions =
    conditionKey === undefined
      ? []
      : [{ conditionOperator: "StringEquals", conditionKey, conditionValues: [EXTERNAL_ID] }];
  return {
    what: "permission",
    service: "qbusiness",
    how: inQRegion(lab),
    create: [
      "AssociatePermission",
      {
        applicationId,
        statementId,
        actions: [SEARCH],
        principal: isvRole,
        ...(conditions.length === 0 ? {} : { conditions }),
      },
    ],
    remove: () => ({ id: statementId, calls: [["DisassociatePermission", { applicationId, statementId }]] }),
  };
}

/** Searches the application that the run was told of. */
export function search(
  lab: IdentityCenterLab,
  keys: SessionKeys,
  asked: string,
  more: object = {},
  through: Lab = lab,
): Promise<Answer> {
  const { applicationId, retrieverId, query = "the" } = lab.existing;
  const contentSource = { retriever: { retrieverId } };
  const input = { applicationId, queryText: query, contentSource, ...more };
  return through.ask(asked, "qbusiness", "SearchRelevantContent", input, inQRegion(lab, keys));
}

/** Makes a role of the application's own account that may search, with a session of a user. */
export async function searchingRole(lab: IdentityCenterLab, maxSessionSeconds = 3600): Promise<string> {
  const ApplicationArn = (await lab.main()).applicationArn;
  await lab.must("sso-admin", "PutApplicationAccessScope", {
    ApplicationArn,
    Scope: "qbusiness:content:access",
  });
  const actions = [SEARCH, "kms:Decrypt"];
  const role = await makeRole(lab, { suffix: "search", actions, maxSessionSeconds });
  await assume(lab, role);
  return role;
}

/** @returns a session of the role that acts for the user */
export async function searchSession(
  lab: IdentityCenterLab,
  role: string,
  DurationSeconds?: number,
): Promise<SessionKeys> {
  const { user } = lab.existing;
  const context = await freshContext(lab, user === undefined ? {} : { email: user });
  const more = { ProvidedContexts: [providedContext(context)], DurationSeconds };
  return sessionOf(await lab.must("sts", "AssumeRole", assumption(role, more)));
}

/** What the ISV does at a customer: a data accessor's application, and its role with and without the customer's tag. */
export type IsvFlow = {
  /** Exchanges as the role, with or without the tag. */
  exchange(asked: string, isTagged: boolean): Promise<Answer>;
  /** Searches as the role for the user, with or without the tag. */
  search(asked: string, isTagged: boolean): Promise<Answer>;
};

/** Makes a data accessor that is open to every user, and lets the ISV's role search without condition. */
export async function isvFlow(lab: IdentityCenterLab): Promise<IsvFlow> {
  const { isv } = lab;
  if (isv === null) throw new Undecided("there is no profile of the ISV");
  const applicationArn = await makeAccessor(lab);
  await lab.make(permission(lab, "search"));
  const open = { ApplicationArn: applicationArn, AssignmentRequired: false };
  await lab.must("sso-admin", "PutApplicationAssignmentConfiguration", open);
  const [audience] = await audiencesOf(lab, applicationArn);
  const { issuerArn, issuerUrl } = await lab.main();
  const client: Client = { applicationArn, issuerArn, issuerUrl };
  const tagged = (isTagged: boolean) =>
    isTagged ? { Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: EXTERNAL_ID }] } : {};
  const assumed = async (more: object) =>
    sessionOf(await isv.must("sts", "AssumeRole", assumption(lab.existing.isvRole ?? "", more)));
  const exchange: IsvFlow["exchange"] = async (asked, isTagged) => {
    const keys = await assumed(tagged(isTagged));
    await lab.wait(500);
    const { user } = lab.existing;
    const claims = { aud: audience, ...(user === undefined ? {} : { email: user }) };
    const input = {
      clientId: applicationArn,
      grantType: JWT_BEARER,
      assertion: await lab.mint(client, { claims }),
    };
    return lab.ask(asked, "sso-oidc", "CreateTokenWithIAM", input, { keys });
  };
  return {
    exchange,
    async search(asked, isTagged) {
      const { output } = await exchange("an identity context at the data accessor", true);
      const details = output["awsAdditionalDetails"] as { identityContext?: string } | undefined;
      if (details?.identityContext === undefined)
        throw new Undecided("the data accessor's exchange was refused");
      const ProvidedContexts = [providedContext(details.identityContext)];
      const keys = await assumed({ ...tagged(isTagged), ProvidedContexts });
      return search(lab, keys, asked, {});
    },
  };
}

/** @returns the audiences of an application's JwtBearer grant */
export async function audiencesOf(lab: Lab, ApplicationArn: string): Promise<string[]> {
  const output = await lab.must("sso-admin", "GetApplicationGrant", {
    ApplicationArn,
    GrantType: JWT_BEARER,
  });
  type Wire = { JwtBearer?: { AuthorizedTokenIssuers?: { AuthorizedAudiences?: string[] }[] } };
  const { JwtBearer } = (output["Grant"] ?? {}) as Wire;
  return (JwtBearer?.AuthorizedTokenIssuers ?? []).flatMap(
    ({ AuthorizedAudiences = [] }) => AuthorizedAudiences,
  );
}
