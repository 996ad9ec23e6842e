// A sandbox that stands for AWS, and a run of probes against it: time is a number that only waiting moves.
import { type Sandbox, startSandbox } from "../../src/index.ts";
import { createAwsCalls } from "../../src/probe/bench/aws_calls.ts";
import { createProbeSites, listSites, type ProbeIssuer } from "../../src/probe/bench/issuer_site.ts";
import { startLiveIssuer } from "../../src/probe/bench/live_issuer.ts";
import { createProbeKeys, type ProbeKeys } from "../../src/probe/bench/tokens.ts";
import { type ProbeReport, runProbes, selectProbes } from "../../src/probe/run_probes.ts";
import type { RuleName } from "../../src/rules/rules.ts";
import { isvRole } from "../../src/seed/isv_role.ts";

const ISV = "111122223333";
const CUSTOMER = "444455556666";
const ISV_ROLE = `arn:aws:iam::${ISV}:role/isv`;
export const REGION = "us-east-1";
const OTHER_REGION = "eu-central-1";

/** A sandbox, keys and an issuer that many runs share. */
export type ProbeBench = {
  sandbox: Sandbox;
  keys: ProbeKeys;
  clock: () => Date;
  /** Moves the clock. */
  wait(ms: number): Promise<void>;
  /** Operations that were called as the admin, as a policy names them. */
  actions(): string[];
  /** The rules that have refused since this was asked before. */
  takeRefusals(): Set<string>;
  /** Sets every switch to its default, then these. */
  setRules(rules: Partial<Record<RuleName, string>>): void;
  /** What the admin's calls go through, with the bench's clock. */
  calls(credentials: "admin" | "isv", region?: string): ReturnType<typeof createAwsCalls>;
  /** Asks the probes of these switches. */
  run(names: readonly RuleName[], changes?: RunChanges): Promise<ProbeReport>;
  close(): Promise<void>;
};

/** How a run differs from the usual. */
export type RunChanges = {
  issuer?: ProbeIssuer;
  say?: (text: string) => void;
  stop?: AbortSignal;
  wait?: (ms: number) => Promise<void>;
};

export async function openProbeBench(): Promise<ProbeBench> {
  let nowMs = Date.now();
  const clock = () => new Date(nowMs);
  const actions = new Set<string>();
  const refusals = new Set<string>();
  const prefixes: Readonly<Record<string, string>> = { "sso-admin": "sso", "sso-oidc": "sso-oauth" };
  const sandbox = await startSandbox({
    port: 0,
    clock,
    allowLocalIssuers: true,
    seed: seed(),
    onRequest({ caller, service, operation, rule }) {
      if (rule !== null) refusals.add(rule);
      if (caller !== `arn:aws:iam::${CUSTOMER}:user/admin` || service === null || operation === null) return;
      actions.add(`${prefixes[service] ?? service}:${operation}`);
    },
  });
  const wait = async (ms: number) => {
    nowMs += ms;
  };
  const keys = await createProbeKeys();
  const { credentials, qApplications } = sandbox.seedResult;
  const application = qApplications["wiki"];
  if (application === undefined) throw new Error("the seed made no application");
  let runs = 0;
  const calls: ProbeBench["calls"] = (name, region = REGION) => {
    const found = credentials[name];
    if (found === undefined) throw new Error(`the seed has no credentials ${name}`);
    const clockOffsetMs = () => nowMs - Date.now();
    return createAwsCalls({ region, endpointUrl: sandbox.url, credentials: found, clockOffsetMs });
  };
  return {
    sandbox,
    keys,
    clock,
    wait,
    actions: () => [...actions],
    takeRefusals() {
      const taken = new Set(refusals);
      refusals.clear();
      return taken;
    },
    calls,
    setRules(rules) {
      for (const rule of sandbox.control.rules()) sandbox.control.setRule(rule.name, rule.default);
      sandbox.control.setRule("issuer.allowLocal", "allow");
      for (const [name, value] of Object.entries(rules)) sandbox.control.setRule(name, value);
      sandbox.control.forgetIssuerKeys();
    },
    async run(names, changes = {}) {
      runs += 1;
      const run = `r${runs}`;
      const sites = createProbeSites(keys);
      const issuer = changes.issuer ?? (await startLiveIssuer(listSites(sites), { port: 0, run }));
      const [aws, otherAws, isvAws] = [calls("admin"), calls("admin", OTHER_REGION), calls("isv")];
      try {
        return await runProbes(
          {
            aws,
            otherAws,
            isvAws,
            issuer,
            sites,
            keys,
            run,
            clock,
            existing: {
              maxWaitSeconds: 10_000_000,
              httpIssuerUrl: "http://127.0.0.1",
              disabledUser: "gone@acme.example",
              applicationId: application.applicationId,
              retrieverId: application.retrieverId,
              indexId: application.indexId,
              isvRole: ISV_ROLE,
              query: "page",
            },
            wait: changes.wait ?? wait,
            say: changes.say ?? (() => {}),
            ...(changes.stop === undefined ? {} : { stop: changes.stop }),
          },
          selectProbes(names),
        );
      } finally {
        for (const each of [aws, otherAws, isvAws]) each.close();
        if (changes.issuer === undefined) await issuer.close();
      }
    },
    close: () => sandbox.close(),
  };
}

function seed() {
  return {
    accounts: [
      {
        id: ISV,
        name: "isv",
        roles: [isvRole("isv", `arn:aws:iam::${ISV}:user/base`)],
        credentials: [{ name: "isv", user: "base" }],
      },
      { id: CUSTOMER, name: "customer", credentials: [{ name: "admin", user: "admin" }] },
    ],
    isvs: [{ displayName: "Example ISV", principal: ISV_ROLE, clientId: "registered-client" }],
    identityCenters: [
      {
        name: "acme",
        account: CUSTOMER,
        region: REGION,
        users: [{ userName: "gone", email: "gone@acme.example", displayName: "Gone", disabled: true }],
      },
      { name: "other", account: CUSTOMER, region: OTHER_REGION },
    ],
    qApplications: [
      {
        displayName: "wiki",
        account: CUSTOMER,
        region: REGION,
        identityCenter: "acme",
        documents: Array.from({ length: 30 }, (_, at) => ({
          id: `page-${at}`,
          title: `Page ${at}`,
          content: `The page with the number ${at}.`,
        })),
      },
    ],
  };
}
