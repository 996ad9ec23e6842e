// Owns the customer of the demo that nobody has let in yet: an organization with people, an AWS account with Identity Center and a
// Q index, and nothing there for the vendor. Its story is told in tale.ts. Data only.
import type { DemoPerson, DemoTenant } from "./demo_content.ts";

/** The customer. Identity Center and index are in one region, so that its administrator need not say where. */
export const newcomer: DemoTenant & { idcRegion: string } = {
  id: "initech",
  name: "Initech",
  account: "444444444444",
  idcRegion: "us-west-2",
  qRegion: "us-west-2",
  documents: [
    {
      id: "initech-company-plan",
      title: "Initech plan for 2027",
      content:
        "Welcome to the plan for 2027, on one page: every report has one cover sheet, the old mainframe retires in May, and the travel policy becomes one for all sites.",
    },
    {
      id: "initech-travel",
      title: "Initech travel policy",
      content:
        "Travel policy: one policy for all sites. Trains are booked by the travel desk; whoever drives is paid by the mile.",
    },
    {
      id: "initech-it-plan",
      title: "IT plan for 2027",
      content:
        "IT plan for 2027: move identities to one directory by March, review every application that may search company documents, and end those nobody uses.",
      groups: ["it"],
    },
  ],
};

/** Its people; the first administers it, here and at AWS. */
export const newcomerPeople = [
  {
    email: "ivy@initech.example",
    name: "Ivy Nolan",
    memberships: [{ tenantId: "initech", groups: ["it"] }],
    sees: "company and IT documents",
  },
  {
    email: "omar@initech.example",
    name: "Omar Reyes",
    memberships: [{ tenantId: "initech", groups: [] }],
    sees: "company documents only",
  },
] as const satisfies readonly DemoPerson[];
