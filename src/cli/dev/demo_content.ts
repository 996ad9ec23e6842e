// Owns what the demo is about: two customers, their people, and their documents with access lists. Data only. The customer that
// is to be let in: newcomer.ts.

/** A person of the demo. */
export interface DemoPerson {
  email: string;
  name: string;
  /** Tenants the person belongs to, with the groups they are in at that customer. */
  memberships: readonly { tenantId: string; groups: readonly string[] }[];
  /** What the person may see, in a few words. */
  sees: string;
}

/** A document in a customer's index. */
export interface DemoDocument {
  id: string;
  title: string;
  content: string;
  /** Group names; absent: everybody of the customer. */
  groups?: readonly string[];
}

/** A customer of the demo. */
export interface DemoTenant {
  id: string;
  name: string;
  /** AWS account the customer has. */
  account: string;
  /** Region of the customer's Identity Center and Q Business application. */
  idcRegion: string;
  qRegion: string;
  documents: readonly DemoDocument[];
}

/** The ISV's own AWS account and role. */
export const isv = { account: "111111111111", role: "TtiProviderRole", user: "isv-application" } as const;
export const isvRoleArn = `arn:aws:iam::${isv.account}:role/${isv.role}`;

/** The search that shows the point: everybody finds something, nobody the same. */
export const demoQuery = "plan for 2027";

/** Queries worth trying. */
export const demoSuggestions = [demoQuery, "travel policy", "salary bands", "incident review"] as const;

const acmeDocuments: readonly DemoDocument[] = [
  {
    id: "acme-company-plan",
    title: "Company plan for 2027",
    content:
      "The company plan for 2027 in one page: two new markets, one product line closed, and a support desk that answers within four hours. Every department writes its own plan for 2027 and keeps it in its own space.",
  },
  {
    id: "acme-travel",
    title: "Travel policy",
    content:
      "Travel policy: book trains before flights for journeys under five hours. Hotels up to 160 a night need no approval. Receipts go to the finance portal within thirty days.",
  },
  {
    id: "acme-engineering-plan",
    title: "Engineering plan for 2027",
    content:
      "Engineering plan for 2027: finish the move to the new storage engine by March, retire the legacy importer in June, and halve the build time. The search team grows by two.",
    groups: ["engineering"],
  },
  {
    id: "acme-incident",
    title: "Incident review: October outage",
    content:
      "Incident review of the October outage: a signing key was published too late, and cached key sets refused every login for fifty minutes. Keys are now published a day before they sign.",
    groups: ["engineering"],
  },
  {
    id: "acme-people-plan",
    title: "People plan for 2027 (confidential)",
    content:
      "People plan for 2027: salary bands move by four percent in April, twelve open positions are filled by summer, and the mentoring programme becomes part of onboarding.",
    groups: ["people"],
  },
  {
    id: "acme-salary-bands",
    title: "Salary bands (confidential)",
    content: "Salary bands by level, from L1 to L7, with the review calendar and the appeal procedure.",
    groups: ["people"],
  },
];

const globexDocuments: readonly DemoDocument[] = [
  {
    id: "globex-company-plan",
    title: "Globex strategy and plan for 2027",
    content:
      "The strategy for the coming year and the plan for 2027: consolidate three warehouses into one, and offer same-day delivery in every capital.",
  },
  {
    id: "globex-travel",
    title: "Globex travel policy",
    content:
      "Travel policy: the travel desk books everything. Rail passes are issued once a year. Rental cars need the approval of a lead.",
  },
  {
    id: "globex-logistics-plan",
    title: "Logistics plan for 2027",
    content:
      "Logistics plan for 2027: the northern hub opens in May, route planning moves to the new optimiser, and the fleet is half electric by December.",
    groups: ["logistics"],
  },
  {
    id: "globex-board-plan",
    title: "Board paper: acquisition plan for 2027 (confidential)",
    content:
      "Board paper on the acquisition plan for 2027: two candidates, due diligence until May, a decision in June. Not to leave the board.",
    groups: ["board"],
  },
];

/** The customers. */
export const demoTenants: readonly DemoTenant[] = [
  {
    id: "acme",
    name: "Acme Corporation",
    account: "222222222222",
    idcRegion: "us-east-1",
    qRegion: "us-east-1",
    documents: acmeDocuments,
  },
  {
    id: "globex",
    name: "Globex",
    account: "333333333333",
    // Identity Center and Amazon Q Business in two regions, as some customers have it.
    idcRegion: "eu-central-1",
    qRegion: "eu-west-1",
    documents: globexDocuments,
  },
];

/** The people. */
export const demoPeople: readonly DemoPerson[] = [
  {
    email: "ada@acme.example",
    name: "Ada Marsh",
    memberships: [{ tenantId: "acme", groups: ["engineering"] }],
    sees: "company and engineering documents",
  },
  {
    email: "ben@acme.example",
    name: "Ben Okafor",
    memberships: [{ tenantId: "acme", groups: ["people"] }],
    sees: "company and people documents",
  },
  {
    email: "chloe@acme.example",
    name: "Chloe Lindt",
    memberships: [{ tenantId: "acme", groups: [] }],
    sees: "company documents only",
  },
  {
    email: "dana@globex.example",
    name: "Dana Ruiz",
    memberships: [{ tenantId: "globex", groups: ["logistics"] }],
    sees: "company and logistics documents",
  },
  {
    email: "emil@globex.example",
    name: "Emil Novak",
    memberships: [{ tenantId: "globex", groups: ["board"] }],
    sees: "company and board documents",
  },
  {
    email: "sam@partner.example",
    name: "Sam Iyer",
    memberships: [
      { tenantId: "acme", groups: ["engineering"] },
      { tenantId: "globex", groups: ["logistics"] },
    ],
    sees: "engineering at Acme, logistics at Globex: chooses a tenant at sign-in",
  },
];

/** The two people whose results the proof compares. */
export const provingPeople = [
  { tenantId: "acme", email: "ada@acme.example" },
  { tenantId: "acme", email: "ben@acme.example" },
] as const;
