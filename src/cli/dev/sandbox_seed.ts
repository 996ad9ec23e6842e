// Owns the local AWS of the demo: the ISV's account, each customer's account set up as a customer does it, and that of a customer
// who has not let the ISV in yet.
import type { SandboxSeed } from "tti-sandbox";
import { isvRole } from "tti-sandbox";
import {
  type DemoPerson,
  type DemoTenant,
  demoPeople,
  demoTenants,
  isv,
  isvRoleArn,
} from "./demo_content.ts";
import { newcomer, newcomerPeople } from "./newcomer.ts";

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
      ...[...demoTenants, newcomer].map((tenant) => ({
        id: tenant.account,
        name: tenant.name,
        credentials: [{ name: administratorOf(tenant), user: "administrator" }],
      })),
    ],
    isvs: [{ displayName: "tti-demo", principal: isvRoleArn, clientId }],
    identityCenters: [
      ...demoTenants.map((tenant) => ({
        ...instanceOf(tenant, demoPeople),
        trustedTokenIssuers: [{ name: "tti-demo", issuerUrl: issuer }],
      })),
      instanceOf(newcomer, newcomerPeople),
    ],
    qApplications: [
      ...demoTenants.map((tenant) => ({
        ...applicationOf(tenant),
        dataAccessors: [
          {
            displayName: tenant.id,
            principal: isvRoleArn,
            externalId: tenant.id,
            trustedTokenIssuer: "tti-demo",
          },
        ],
      })),
      { ...applicationOf(newcomer), dataAccessors: [] },
    ],
  };
}

/** By this name the seed's result lists the keys of a customer's administrator. */
export const administratorOf = ({ id }: Pick<DemoTenant, "id">): string => `${id}-admin`;

/** By this name the seed's result lists a customer's Q Business application. */
export const applicationNameOf = ({ id }: Pick<DemoTenant, "id">): string => `${id}-search`;

const instanceOf = (tenant: DemoTenant, people: readonly DemoPerson[]) => ({
  name: tenant.id,
  account: tenant.account,
  region: tenant.idcRegion,
  users: usersOf(tenant, people),
});

const applicationOf = (tenant: DemoTenant) => ({
  displayName: applicationNameOf(tenant),
  account: tenant.account,
  region: tenant.qRegion,
  identityCenter: tenant.id,
  documents: tenant.documents.map(({ groups, ...document }) => ({
    ...document,
    ...(groups === undefined ? {} : { allow: { groups: [...groups] } }),
  })),
});

function usersOf(tenant: DemoTenant, people: readonly DemoPerson[]) {
  return people.flatMap((person) => {
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
