// What names point to inside a seed, looked at before anything is made, so that every fault is told at once with its field.
// What AWS would refuse, or what would silently replace another, is a fault; what AWS takes and is seldom meant is an oddity.
import type { PolicyDocument } from "../policy/policy_document.ts";
import { REGIONS } from "./regions.ts";
import type { SandboxSeed, SeedIdentityCenter, SeedQApplication } from "./schema.ts";

/** What is wrong with a seed, and what is odd about it: one line each, beginning with the field. */
export type SeedRemarks = { faults: string[]; oddities: string[] };

/** Names that exist, for a field that names one. */
type Known = Iterable<string>;

/**
 * Looks up every name of a seed that points to another part of it.
 *
 * @param seed its form already checked
 */
export function checkReferences(seed: SandboxSeed): SeedRemarks {
  const remarks = createRemarks();
  checkAccounts(seed, remarks);
  const centers = seed.identityCenters ?? [];
  remarks.differ("identityCenters", centers, ({ name }) => name, "name");
  for (const [at, center] of centers.entries())
    checkIdentityCenter(`identityCenters[${at}]`, center, seed, remarks);
  const applications = seed.qApplications ?? [];
  remarks.differ("qApplications", applications, ({ displayName }) => displayName, "displayName");
  for (const [at, application] of applications.entries())
    checkApplication(`qApplications[${at}]`, application, seed, remarks);
  return { faults: remarks.faults, oddities: remarks.oddities };
}

function createRemarks() {
  const faults: string[] = [];
  const oddities: string[] = [];
  const lack = (name: string, known: Known, what: string) =>
    `there is no ${what} "${name.slice(0, 100)}" in the seed; it has ${[...known].slice(0, 20).join(", ") || "none"}`;
  return {
    faults,
    oddities,
    /** Faults a name that is not among those known. */
    refer(field: string, name: string, known: Known, what: string) {
      if (![...known].includes(name)) faults.push(`${field}: ${lack(name, known, what)}`);
    },
    /** Tells a name that is not among those known, where AWS would take it. */
    doubt(field: string, name: string, known: Known, what: string) {
      if (![...known].includes(name)) oddities.push(`${field}: ${lack(name, known, what)}`);
    },
    /** Faults an entry that has the name of an earlier one. */
    differ<Entry>(
      list: string,
      entries: readonly Entry[],
      nameOf: (entry: Entry) => string | undefined,
      member: string,
    ) {
      const first = new Map<string, number>();
      for (const [at, entry] of entries.entries()) {
        const name = nameOf(entry);
        if (name === undefined) continue;
        const earlier = first.get(name);
        if (earlier === undefined) first.set(name, at);
        else
          faults.push(
            `${list}[${at}].${member}: ${list}[${earlier}] has "${name.slice(0, 100)}" already; give another`,
          );
      }
    },
    region(field: string, region: string) {
      if (!REGIONS.has(region))
        oddities.push(`${field}: AWS has no region "${region}" that this version knows`);
    },
  };
}

type Remarks = ReturnType<typeof createRemarks>;

function checkAccounts(seed: SandboxSeed, remarks: Remarks): void {
  remarks.differ("accounts", seed.accounts, ({ id }) => id, "id");
  const principals = principalsOf(seed);
  for (const [at, { id, roles = [], credentials = [] }] of seed.accounts.entries()) {
    const field = `accounts[${at}]`;
    remarks.differ(`${field}.roles`, roles, ({ name }) => name, "name");
    remarks.differ(`${field}.credentials`, credentials, ({ name }) => name, "name");
    for (const [index, { role }] of credentials.entries()) {
      const known = roles.map(({ name }) => name);
      if (role !== undefined)
        remarks.refer(`${field}.credentials[${index}].role`, role, known, `role of account ${id}`);
    }
    for (const [index, { trustPolicy }] of roles.entries()) {
      for (const arn of trustedBy(trustPolicy)) {
        const place = `${field}.roles[${index}].trustPolicy`;
        checkPrincipal(arn, principals, (own) => remarks.doubt(place, arn, own, "role or user"));
      }
    }
  }
  for (const [at, { principal }] of (seed.isvs ?? []).entries()) {
    const place = `isvs[${at}].principal`;
    checkPrincipal(principal, principals, (own) => remarks.doubt(place, principal, own, "role"));
  }
}

/** Roles and users of the seed's accounts, by account. */
function principalsOf({ accounts }: SandboxSeed): Map<string, string[]> {
  return new Map(
    accounts.map(({ id, roles = [], credentials = [] }) => [
      id,
      [
        ...roles.map(({ name, path = "/" }) => `arn:aws:iam::${id}:role${path}${name}`),
        ...credentials.flatMap(({ name, user, role }) =>
          role === undefined ? `arn:aws:iam::${id}:user/${user ?? name}` : [],
        ),
      ],
    ]),
  );
}

/**
 * IAM user guide: "Invalid principal in policy" when the role or user does not exist. An outside account cannot be looked into, and
 * what IAM Identity Center makes of permission sets is there later.
 */
function checkPrincipal(arn: string, known: Map<string, string[]>, tell: (own: string[]) => void): void {
  const [, accountId = ""] = /^arn:aws:iam::(\d{12}):(?:role|user)\/(?!aws-reserved\/)/.exec(arn) ?? [];
  const own = known.get(accountId);
  if (own !== undefined) tell(own);
}

function trustedBy({ Statement }: PolicyDocument): string[] {
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  return statements.flatMap((statement) => {
    const principal = (statement as { Principal?: unknown }).Principal;
    const aws =
      typeof principal === "object" && principal !== null && "AWS" in principal ? principal.AWS : [];
    return [aws].flat().filter((each): each is string => typeof each === "string");
  });
}

function checkIdentityCenter(
  field: string,
  center: SeedIdentityCenter,
  seed: SandboxSeed,
  remarks: Remarks,
): void {
  const accounts = seed.accounts.map(({ id }) => id);
  remarks.refer(`${field}.account`, center.account, accounts, "account");
  remarks.region(`${field}.region`, center.region);
  const { users = [], trustedTokenIssuers = [], permissionSets = [] } = center;
  remarks.differ(`${field}.users`, users, ({ userName }) => userName.toLowerCase(), "userName");
  remarks.differ(`${field}.users`, users, ({ email }) => email?.toLowerCase(), "email");
  remarks.differ(`${field}.trustedTokenIssuers`, trustedTokenIssuers, ({ name }) => name, "name");
  remarks.differ(`${field}.permissionSets`, permissionSets, ({ name }) => name, "name");
  for (const [at, { assignments = [] }] of permissionSets.entries()) {
    for (const [index, { account, ...who }] of assignments.entries()) {
      const place = `${field}.permissionSets[${at}].assignments[${index}]`;
      remarks.refer(`${place}.account`, account, accounts, "account");
      checkPeople(place, who, center, remarks);
    }
  }
}

function groupsOf({ groups = [], users = [] }: SeedIdentityCenter): string[] {
  return [...new Set([...groups, ...users.flatMap((user) => user.groups ?? [])])];
}

function checkPeople(
  field: string,
  { users = [], groups = [] }: { users?: string[] | undefined; groups?: string[] | undefined },
  center: SeedIdentityCenter,
  remarks: Remarks,
): void {
  const names = (center.users ?? []).map(({ userName }) => userName);
  for (const [at, name] of users.entries()) remarks.refer(`${field}.users[${at}]`, name, names, "user");
  for (const [at, name] of groups.entries())
    remarks.refer(`${field}.groups[${at}]`, name, groupsOf(center), "group");
}

function checkApplication(
  field: string,
  application: SeedQApplication,
  seed: SandboxSeed,
  remarks: Remarks,
): void {
  const centers = seed.identityCenters ?? [];
  const { subscribedUsers = [], unlicensedUsers = [] } = application;
  remarks.refer(
    `${field}.account`,
    application.account,
    seed.accounts.map(({ id }) => id),
    "account",
  );
  remarks.refer(
    `${field}.identityCenter`,
    application.identityCenter,
    centers.map(({ name }) => name),
    "Identity Center",
  );
  const center = centers.find(({ name }) => name === application.identityCenter);
  if (center === undefined) return;
  const users = (center.users ?? []).map(({ userName }) => userName);
  for (const [at, name] of subscribedUsers.entries())
    remarks.refer(`${field}.subscribedUsers[${at}]`, name, users, "user");
  for (const [at, name] of unlicensedUsers.entries())
    remarks.refer(`${field}.unlicensedUsers[${at}]`, name, users, "user");
  checkDocuments(field, application, center, remarks);
  checkAccessors(field, application, center, seed, remarks);
}

function checkDocuments(
  field: string,
  { documents = [] }: SeedQApplication,
  center: SeedIdentityCenter,
  remarks: Remarks,
): void {
  remarks.differ(`${field}.documents`, documents, ({ id }) => id, "id");
  const groups = groupsOf(center);
  for (const [at, document] of documents.entries()) {
    for (const list of ["allow", "deny"] as const) {
      for (const [index, group] of (document[list]?.groups ?? []).entries())
        remarks.doubt(`${field}.documents[${at}].${list}.groups[${index}]`, group, groups, "group");
    }
  }
}

function checkAccessors(
  field: string,
  { dataAccessors = [], dataSources = [], documents = [] }: SeedQApplication,
  center: SeedIdentityCenter,
  seed: SandboxSeed,
  remarks: Remarks,
): void {
  remarks.differ(`${field}.dataAccessors`, dataAccessors, ({ displayName }) => displayName, "displayName");
  const sources = new Set([...dataSources, ...documents.flatMap(({ dataSource }) => dataSource ?? [])]);
  const isvs = (seed.isvs ?? []).map(({ principal }) => principal);
  const issuers = (center.trustedTokenIssuers ?? []).map(({ name }) => name);
  for (const [at, accessor] of dataAccessors.entries()) {
    const place = `${field}.dataAccessors[${at}]`;
    remarks.refer(`${place}.principal`, accessor.principal, isvs, "ISV (isvs[].principal)");
    const issuer = accessor.trustedTokenIssuer;
    if (issuer !== undefined)
      remarks.refer(`${place}.trustedTokenIssuer`, issuer, issuers, "trusted token issuer");
    for (const [index, name] of (accessor.dataSources ?? []).entries())
      remarks.refer(`${place}.dataSources[${index}]`, name, sources, "data source");
    if (typeof accessor.assignments === "object")
      checkPeople(`${place}.assignments`, accessor.assignments, center, remarks);
  }
}
