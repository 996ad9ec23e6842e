// Owns the local AWS of the demo: the ISV's account, and each customer's account set up as a customer does it.
import type { SandboxSeed } from "tti-sandbox";
import { isvRole } from "tti-sandbox";
import { type DemoTenant, demoPeople, demoTenants, isv, isvRoleArn } from "./demo_content.ts";

/** The long-term keys of the ISV's application. */
export interface BaseCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** By this name the seed's result lists the ISV's keys. */
const isvCredentialsName = "isv";

/**
 * Describes the demo's AWS.
 * @param issuer the trusted token issuer every customer registered
 * @param clientId the OIDC client id AWS registered for the ISV: the audience of its tokens
 * @param credentials the ISV's own keys
 */
export function describeDemoAws(issuer: string, clientId: string, credentials: BaseCredentials): SandboxSeed {
  return {
    accounts: [
      {
        id: isv.account,
        name: "ISV",
        roles: [isvRole(isv.role, `arn:aws:iam::${isv.account}:user/${isv.user}`)],
        credentials: [{ name: isvCredentialsName, user: isv.user, ...credentials }],
      },
      ...demoTenants.map((tenant) => ({
        id: tenant.account,
        name: tenant.name,
        credentials: [{ name: `${tenant.id}-admin`, user: "administrator" }],
      })),
    ],
    isvs: [{ displayName: "tti-demo", principal: isvRoleArn, clientId }],
    identityCenters: demoTenants.map((tenant) => ({
      name: tenant.id,
      account: tenant.account,
      region: tenant.idcRegion,
      users: usersOf(tenant),
      trustedTokenIssuers: [{ name: "tti-demo", issuerUrl: issuer }],
    })),
    qApplications: demoTenants.map((tenant) => ({
      displayName: `${tenant.id}-search`,
      account: tenant.account,
      region: tenant.qRegion,
      identityCenter: tenant.id,
      documents: tenant.documents.map(({ groups, ...document }) => ({
        ...document,
        ...(groups === undefined ? {} : { allow: { groups: [...groups] } }),
      })),
      dataAccessors: [
        {
          displayName: tenant.id,
          principal: isvRoleArn,
          externalId: tenant.id,
          trustedTokenIssuer: "tti-demo",
        },
      ],
    })),
  };
}

function usersOf(tenant: DemoTenant) {
  return demoPeople.flatMap((person) => {
    const membership = person.memberships.find(({ tenantId }) => tenantId === tenant.id);
    if (membership === undefined) return [];
    return [
      {
        userName: person.email,
        email: person.email,
        displayName: person.name,
        groups: [...membership.groups],
      },
    ];
  });
}
