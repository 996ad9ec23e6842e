// Owns the AWS side of the browser tests: an ISV and two customers whose documents name who may see them.
import { isvRole, type SandboxSeed, type SeedDocument } from "tti-sandbox";

const isvAccount = "111122223333";
const role = `arn:aws:iam::${isvAccount}:role/isv-data-accessor`;

interface Customer {
  tenant: string;
  account: string;
  users: readonly string[];
  documents: readonly SeedDocument[];
}

const customers: readonly Customer[] = [
  {
    tenant: "acme",
    account: "222233334444",
    users: ["alice@acme.example", "bob@acme.example", "dana@consulting.example"],
    documents: [
      {
        id: "travel-policy",
        title: "Travel policy",
        content: "The travel budget of every team is agreed each quarter. Trains come before planes.",
        uri: "https://docs.acme.example/travel-policy",
      },
      {
        id: "board-minutes",
        title: "Board minutes",
        content: "The board cut the travel budget by ten percent and approved the new plant.",
        allow: { users: ["alice@acme.example"] },
      },
      {
        id: "release-plan",
        title: "Release plan",
        content: "Engineers have a travel budget for the release party.",
        allow: { users: ["bob@acme.example"] },
      },
    ],
  },
  {
    tenant: "globex",
    account: "333344445555",
    users: ["dana@consulting.example"],
    documents: [
      { id: "globex-travel", title: "Globex travel budget", content: "Globex has no travel budget at all." },
    ],
  },
];

/** What the sandbox of the browser tests holds at its start. */
export function customersSeed(issuerUrl: string, clientId: string): SandboxSeed {
  return {
    accounts: [
      {
        id: isvAccount,
        name: "ISV",
        roles: [isvRole("isv-data-accessor", `arn:aws:iam::${isvAccount}:user/isv-app`)],
        credentials: [{ name: "base", user: "isv-app" }],
      },
      ...customers.map(({ account, tenant }) => ({ id: account, name: tenant })),
    ],
    isvs: [{ displayName: "Sample-ISV", principal: role, clientId }],
    identityCenters: customers.map(({ account, tenant, users }) => ({
      name: tenant,
      account,
      region: "us-east-1",
      users: users.map((email) => ({ userName: email, email })),
      trustedTokenIssuers: [{ name: "isv", issuerUrl }],
    })),
    qApplications: customers.map(({ account, tenant, documents }) => ({
      displayName: tenant,
      account,
      region: "us-west-2",
      identityCenter: tenant,
      documents: [...documents],
      dataAccessors: [
        { displayName: tenant, principal: role, externalId: tenant, trustedTokenIssuer: "isv" },
      ],
    })),
  };
}
