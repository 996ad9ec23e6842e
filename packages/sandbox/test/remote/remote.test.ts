// The four calls and the refusals of the suite, against the sandbox and, with REMOTE=1, against a real account (docs/probes.md
// says how). What AWS is known to do must be what the sandbox does.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type AwsCalls, createAwsCalls } from "../../src/probe/bench/aws_calls.ts";
import {
  createIdentityCenterLab,
  type IdentityCenterLab,
} from "../../src/probe/bench/identity_center_lab.ts";
import { createProbeSites, listSites, type ProbeIssuer } from "../../src/probe/bench/issuer_site.ts";
import { createLab } from "../../src/probe/bench/lab.ts";
import { startLiveIssuer } from "../../src/probe/bench/live_issuer.ts";
import { createProbeKeys, type ProbeKeys } from "../../src/probe/bench/tokens.ts";
import { createUndoList, type UndoList } from "../../src/probe/bench/undo.ts";
import { openProbeBench, type ProbeBench } from "../probe/probe_bench.ts";
import { CALLS, type Case, REFUSALS } from "./suite.ts";

/** What a run is made of, wherever it runs. */
type Place = {
  aws: AwsCalls;
  keys: ProbeKeys;
  issuer: { port: number; publicUrl?: string };
  existing: IdentityCenterLab["existing"];
  clock: () => Date;
  wait: (ms: number) => Promise<void>;
  close(): Promise<void>;
};

const { env } = process;
const needed = ["TTI_REMOTE_REGION", "TTI_REMOTE_ISSUER_URL", "TTI_REMOTE_LISTEN"].filter(
  (name) => !env[name],
);
const notRemote =
  env["REMOTE"] !== "1"
    ? "REMOTE=1 runs it against a real account (docs/probes.md)"
    : needed.length > 0
      ? `it needs ${needed.join(", ")} (docs/probes.md)`
      : false;

suite("the sandbox", false, true, async () => {
  const bench: ProbeBench = await openProbeBench();
  bench.setRules({});
  const wiki = bench.sandbox.seedResult.qApplications["wiki"];
  return {
    aws: bench.calls("admin"),
    keys: bench.keys,
    issuer: { port: 0 },
    existing: {
      maxWaitSeconds: 0,
      query: "page",
      applicationId: wiki?.applicationId ?? "",
      retrieverId: wiki?.retrieverId ?? "",
    },
    clock: bench.clock,
    wait: bench.wait,
    close: () => bench.close(),
  };
});

suite(
  "AWS",
  notRemote,
  Boolean(env["TTI_REMOTE_RETRIEVER_ID"] && env["TTI_REMOTE_APPLICATION_ID"]),
  async () => {
    const given = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });
    return {
      aws: createAwsCalls({
        region: env["TTI_REMOTE_REGION"] ?? "",
        ...given("profile", env["TTI_REMOTE_PROFILE"]),
      }),
      keys: await createProbeKeys(),
      issuer: { port: Number(env["TTI_REMOTE_LISTEN"]), publicUrl: env["TTI_REMOTE_ISSUER_URL"] ?? "" },
      existing: {
        maxWaitSeconds: 0,
        ...given("applicationId", env["TTI_REMOTE_APPLICATION_ID"]),
        ...given("retrieverId", env["TTI_REMOTE_RETRIEVER_ID"]),
        ...given("user", env["TTI_REMOTE_USER"]),
      },
      clock: () => new Date(),
      wait: (ms) => delay(ms),
      close: async () => {},
    };
  },
);

function suite(name: string, skip: string | false, hasRetriever: boolean, open: () => Promise<Place>): void {
  describe(`at ${name}`, { skip }, () => {
    let place: Place;
    let issuer: ProbeIssuer;
    let lab: IdentityCenterLab;
    let undo: UndoList;
    before(async () => {
      place = await open();
      const run = `s${process.pid}`;
      const sites = createProbeSites(place.keys);
      issuer = await startLiveIssuer(listSites(sites), { ...place.issuer, run });
      undo = createUndoList(() => {});
      const bench = createLab({ ...place, undo });
      const parts = { run, keys: place.keys, sites, issuer, existing: place.existing };
      lab = createIdentityCenterLab(bench, bench, { ...parts, other: null, isv: null });
    });
    after(async () => {
      const left = await undo?.undo(0);
      await issuer?.close();
      place?.aws.close();
      await place?.close();
      assert.deepEqual(left ?? [], []);
    });
    for (const each of [...CALLS, ...REFUSALS]) {
      const lacks = each.needs === "retriever" && !hasRetriever;
      const why = "it needs TTI_REMOTE_APPLICATION_ID and TTI_REMOTE_RETRIEVER_ID (docs/probes.md)";
      test(each.name, { skip: lacks ? why : false }, () => assertAnswered(each, lab));
    }
  });
}

async function assertAnswered({ expected, call }: Case, lab: IdentityCenterLab): Promise<void> {
  const { ok, status, code, message, requestId } = await call(lab);
  const seen = `AWS answered ${status} ${code}: ${message}, request ${requestId}`;
  if (expected === "OK") {
    assert.ok(ok, seen);
    return;
  }
  assert.deepEqual({ code, status }, { code: expected.code, status: expected.status }, seen);
  if (expected.message !== undefined) assert.match(message ?? "", expected.message);
}
