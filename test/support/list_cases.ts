// Owns every list, search and page of lists as it is asked of a crowd (crowd.ts): the benchmark times each, a test reads
// its plans, and another finds a list, or a filter of one, that is missing here. Each finds as much in every crowd.
import type { Operation } from "../../src/admin/operations/entry.ts";
import { operations, type TableContext } from "../../src/admin/operations/table.ts";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import type { LoginNames } from "../../src/audit/login_names.ts";
import type { Visit } from "../../src/console/place.ts";
import { places } from "../../src/console/places.ts";
import type { Database } from "../../src/db/connect.ts";
import { createFactorSeals } from "../../src/provider/factors/factor_seals.ts";
import { keyPolicy } from "../../src/provider/keys/policy.ts";
import { createKeySealer } from "../../src/provider/keys/seal.ts";
import { renderPage } from "../../src/views/render.ts";
import { cliContext } from "./cli_context.ts";
import { type CrowdSize, crowdNowMs, ofCrowd } from "./crowd.ts";

type Input = Readonly<Record<string, unknown>>;

/** One thing that is asked of a crowd. */
export interface ListCase {
  name: string;
  /** Asks it; how many rows it found. */
  ask(context: TableContext): Promise<number>;
  /** The operation it asks, and the members it gives. */
  operation?: { name: string; input: Input };
  /** The place of the console it shows. */
  path?: string;
}

const { person, largeTenant, smallTenant } = ofCrowd;
const secret = new Uint8Array(32).fill(1);

/** An operator at a crowd, in its time. */
export function crowdContext(db: Database): TableContext {
  return {
    ...cliContext(db),
    clock: () => new Date(crowdNowMs),
    loginNames: crowdNames,
    blockSeals: createBlockSeals([secret]),
    auditRetentionDays: undefined,
    issuer: "https://login.example",
    ownRegistration: () => ({ ownIssuer: "https://login.example" }),
    requireVerifiedDomain: true,
    caller: { clientId: "", tokenHash: "", mayActFor: () => false },
    search: { pages: async function* () {} } as unknown as TableContext["search"],
    trials: { make: async () => ({ findings: [] }) },
    examination: async () => [],
    policy: keyPolicy({ longestTokenSeconds: 300 }),
    sealer: createKeySealer([secret]),
    factorSeals: createFactorSeals([secret]),
  };
}

// As the crowd's trail has them: a name that was typed is `l` and the person's number.
const crowdNames: LoginNames = {
  keyIds: [],
  hash: (name) => `l${name.slice(1)}`,
  everyHash: (name) => [`l${name.slice(1)}`],
} as Partial<LoginNames> as LoginNames;

/** The filters of the trail, alone and together. */
const filtered: Readonly<Record<string, Input>> = {
  "of a large tenant": { tenantId: largeTenant, limit: 25 },
  "of a small tenant": { tenantId: smallTenant },
  "of a person": { account: person },
  "by a client": { clientId: ofCrowd.largeClient, limit: 25 },
  "by an actor": { actor: ofCrowd.rareActor },
  "from an address": { address: ofCrowd.rareAddress },
  "of a usual type": { type: "token.minted", limit: 25 },
  "of a rare type": { type: ofCrowd.rareType },
  "what was refused": { outcome: "refused", limit: 2 },
  "what was done": { outcome: "done", limit: 25 },
  "of some days": { fromMs: 1_700_000_000_000, beforeMs: 1_700_000_050_000, limit: 25 },
  "of a tenant, of a type": { tenantId: largeTenant, type: "search.made", limit: 2 },
  "of a tenant, what was refused": { tenantId: largeTenant, outcome: "refused", limit: 2 },
  "of a small tenant, by an actor": { tenantId: smallTenant, actor: ofCrowd.rareActor },
  "by a client, from an address": { clientId: ofCrowd.largeClient, address: ofCrowd.rareAddress },
  "of a person, of a type": { account: person, type: "token.issued" },
};

/** What each list is asked for: a name for people, and the input. */
const asked: Readonly<Record<string, Readonly<Record<string, Input | ((size: CrowdSize) => Input)>>>> = {
  "user list": {
    "the first page": { limit: 25 },
    "a late page": ({ people }) => ({ limit: 25, afterId: `p${String(people - 40).padStart(6, "0")}` }),
    "ordered by name": { sort: "name", limit: 25 },
    "ordered by name, downwards": { sort: "name", descending: true, limit: 25 },
    "ordered by address": { sort: "email", limit: 25 },
    "the newest": { sort: "created", descending: true, limit: 25 },
    "by address": { search: "person-00001" },
    "by name": { search: "Ada", limit: 5 },
    "by surname": { search: "person00001" },
    "by nothing that is there": { search: "zz" },
    "who are enabled": { state: "enabled", limit: 25 },
    "who are disabled": { state: "disabled", limit: 2 },
    "who are not proven": { state: "unproven", limit: 2 },
    "by name, who are disabled": { search: "Hal", state: "disabled", limit: 1 },
    "of a large tenant": { tenantId: largeTenant, limit: 25 },
    "of a small tenant": { tenantId: smallTenant },
    "of a large tenant, by address": { tenantId: largeTenant, search: "person-00001" },
    "of a large tenant, by name": { tenantId: largeTenant, search: "Ada", limit: 5 },
    "of a large tenant, who are enabled": { tenantId: largeTenant, state: "enabled", limit: 25 },
    "of a small tenant, by name": { tenantId: smallTenant, search: "Ada" },
    "who have no second factor": { withoutFactor: true, limit: 25 },
    "of a large tenant, who have no second factor": { tenantId: largeTenant, withoutFactor: true, limit: 25 },
  },
  "tenant list": {
    "the first page": { limit: 25 },
    "a late page": ({ tenants }) => ({
      limit: 25,
      afterId: `tenant-${String(tenants - 40).padStart(5, "0")}`,
    }),
    "ordered by name": { sort: "name", limit: 25 },
    "the newest": { sort: "created", descending: true, limit: 25 },
    "by id": { search: "tenant-0001" },
    "by name": { search: "customer 0001" },
    "who are disabled": { state: "disabled", limit: 2 },
    "by name, who are enabled": { search: "customer", state: "enabled", limit: 10 },
  },
  "client list": {
    "the first page": { limit: 25 },
    "the newest": { sort: "created", descending: true, limit: 25 },
    "a late page": ({ tenants }) => ({
      limit: 25,
      afterId: `client-${String(tenants - 40).padStart(5, "0")}`,
    }),
  },
  "domain list": { "the first page": { limit: 25 }, "of one tenant": { tenantId: largeTenant } },
  "accessor list": { "the first page": { limit: 25 }, "of one tenant": { tenantId: largeTenant } },
  "admin list": { "the first page": { limit: 10 } },
  "mail list": {
    "the first page": { limit: 10 },
    "what failed": { state: "failed", limit: 10 },
    "of a person": { user: person, limit: 10 },
  },
  "credential list": { "the first page": { limit: 10 } },
  "resource list": { "the first page": { limit: 10 } },
  "session logouts": { "the first page": { limit: 10 }, "what failed": { state: "failed", limit: 10 } },
  "session list": { "of a person": { user: person } },
  "grant list": { "of a person": { user: person } },
  "passkey list": { "of a person": { user: person } },
  "user data": { "of a person": { user: person, limit: 25 } },
  "user export": {
    "the first page": { limit: 25 },
    "of a large tenant": { tenantId: largeTenant, limit: 25 },
  },
  "user export-with-hashes": {
    "the first page": { limit: 25 },
    "of a large tenant": { tenantId: largeTenant, limit: 25 },
  },
  "audit list": { "the newest": { limit: 25 }, ...filtered },
  "audit export": {
    "the first page": { limit: 25 },
    "a later page": { limit: 25, cursor: "1.20" },
    ...filtered,
  },
};

/** What each page of the console that lists, or counts, is asked for: a name for people, the path, and the query. */
const shown: Readonly<Record<string, Readonly<Record<string, Input>>>> = {
  "/console": { overview: {} },
  "/console/people": {
    people: {},
    "people by name": { q: "person-00001" },
    "people of an organization": { organization: largeTenant },
    "people who are disabled": { state: "disabled" },
  },
  "/console/people/:user": { "a person": { user: person } },
  "/console/organizations": { organizations: {}, "organizations by name": { q: "customer 0001" } },
  "/console/organizations/:tenant": { "a large organization": { tenant: largeTenant } },
  "/console/applications": { applications: {} },
  "/console/applications/:client": { "an application": { client: ofCrowd.largeClient } },
  "/console/accessors": { "data accessors": {} },
  "/console/mail": {
    mail: {},
    "mail that was given up": { state: "failed" },
    "mail of a person": { person },
  },
  "/console/mail/:mail": { "a mail": { mail: "m000042" } },
  "/console/activity": {
    activity: {},
    "activity of a rare type": { type: ofCrowd.rareType },
    "activity of an organization": { organization: largeTenant },
  },
  "/console/administrators": { administrators: {} },
  "/console/credentials": { credentials: {} },
  "/console/apis": { APIs: {} },
  "/console/apis/:resource": { "an API": { resource: "https://api.example/000001" } },
  "/console/organizations/:tenant/accessors/:accessor": {
    "a data accessor": { tenant: largeTenant, accessor: "default" },
  },
};

/** Everything that is asked of a crowd of a size. */
export function listCases(size: CrowdSize): ListCase[] {
  const lists = Object.entries(asked).flatMap(([name, inputs]) =>
    Object.entries(inputs).map(([what, input]) =>
      caseOf(name, what, typeof input === "function" ? input(size) : input),
    ),
  );
  const pages = Object.entries(shown).flatMap(([path, queries]) =>
    Object.entries(queries).map(([what, query]) => pageCase(path, what, query)),
  );
  return [...lists, ...pages];
}

function caseOf(name: string, what: string, input: Input): ListCase {
  const operation = operations.find(({ entry }) => entry.name === name) as Operation<TableContext, object>;
  return {
    name: `${name}: ${what}`,
    operation: { name, input },
    async ask(context) {
      const rows = Object.values(await operation(context, input)).find((value) => Array.isArray(value));
      return (rows as unknown[]).length;
    },
  };
}

function pageCase(path: string, what: string, query: Input): ListCase {
  const place = places.find((one) => one.path === path);
  if (place === undefined) throw new Error(`the console has no place ${path}`);
  const given = Object.entries(query) as [string, string][];
  return {
    name: `console: ${what}`,
    path,
    async ask(context) {
      const visit: Visit = {
        context,
        accountId: person,
        role: "owner",
        params: Object.fromEntries(given),
        query: new Map(given),
        now: new Date(crowdNowMs),
        installation: { ...installation, jwks: async () => ({ keys: [] }) },
      };
      const page = renderPage("console/page", await place.show(visit));
      return page.split("<tr").length;
    },
  };
}

const installation = {
  version: "0.0.0",
  issuer: "https://login.example",
  awsClientId: "aws",
  tenantClaim: "tenant",
  store: "sqlite",
  mode: "production",
  requireVerifiedDomain: true,
} as const;
