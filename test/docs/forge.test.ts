// What the forge is told to do: every action by its commit, every command one there is; and a release that refuses a
// tag which is not the version of all packages, and publishes them in the order in which they need each other.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseYaml } from "@redocly/openapi-core";
import {
  noteOf,
  packageFolders,
  readManifest,
  readPreviousRelease,
  tagFaults,
  withAddress,
} from "../../scripts/release.ts";
import { root } from "./checkout.ts";

const workflows = globSync(".github/workflows/*.yml", { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

test("every action of a workflow is named by its commit, and by the version that commit is", () => {
  assert.ok(workflows.length >= 3);
  for (const { path, text } of workflows) {
    for (const [line] of text.matchAll(/uses:.*/g)) {
      assert.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, path);
    }
  }
});

test("a workflow runs scripts and files that there are, in bounded time, and may read and no more", () => {
  for (const { path, text } of workflows) {
    for (const [, script = ""] of text.matchAll(/npm run ([\w:-]+)/g)) assert.ok(script in scripts, script);
    for (const [, file = ""] of text.matchAll(/(?:node|bash) ([\w./-]+)/g)) {
      assert.ok(existsSync(join(root, file)), file);
    }
    const jobs = text.match(/^ {4}runs-on:/gm)?.length;
    assert.equal(text.match(/^ {4}timeout-minutes: \d+$/gm)?.length, jobs, path);
    assert.match(text, /^permissions:\n {2}contents: read\n\w/m, path);
  }
});

test("each night takes the defences away and draws a new seed, and a seed can be asked for again", () => {
  interface Workflow {
    on: { schedule?: { cron: string }[]; workflow_dispatch?: { inputs: Record<string, unknown> } };
    jobs: Record<string, { steps: { uses?: string; run?: string; env?: Record<string, string> }[] }>;
  }
  for (const { path, text } of workflows) {
    for (const { steps } of Object.values((parseYaml(text) as Workflow).jobs)) {
      assert.ok(
        steps.every(({ uses, run }) => (uses === undefined) !== (run === undefined)),
        path,
      );
    }
  }
  const nightly = parseYaml(workflows.find(({ path }) => path.includes("nightly"))?.text ?? "") as Workflow;
  assert.match(nightly.on.schedule?.[0]?.cron ?? "", /^\d+ \d+ \* \* \*$/);
  assert.ok("seed" in (nightly.on.workflow_dispatch?.inputs ?? {}));
  const steps = Object.values(nightly.jobs).flatMap((job) => job.steps);
  assert.ok(steps.some(({ run }) => run === "npm run test:defences"));
  const seeded = steps.find(({ run }) => run?.startsWith("TTI_PROPERTY_SEED="));
  assert.match(seeded?.run ?? "", /\$\{SEED:-\$\(date -u \+%Y%m%d\)\}" npm test$/);
  assert.match(seeded?.env?.["SEED"] ?? "", /inputs\.seed/);
});

test("every package is published, none before one it needs", () => {
  const release = workflows.find(({ path }) => path.includes("release"))?.text ?? "";
  const published = [...release.matchAll(/npm publish .*\/([\w-]+)-\*\.tgz/g)].map(([, name = ""]) => name);
  const manifests = packageFolders.map(readManifest);
  assert.deepEqual(
    published,
    manifests.map(({ name }) => name),
  );
  for (const [index, { name, dependencies = {} }] of manifests.entries()) {
    const later = published.slice(index);
    assert.deepEqual(
      Object.keys(dependencies).filter((needed) => later.includes(needed)),
      [],
      name,
    );
  }
});

test("a tag must be the version of every package, and of every package one of them asks for", () => {
  const manifests = packageFolders.map(readManifest);
  const version = manifests[0]?.version ?? "";
  assert.deepEqual(tagFaults(`v${version}`, manifests), []);
  const faults = tagFaults(version, manifests);
  for (const { name } of manifests)
    assert.ok(
      faults.some((fault) => fault.startsWith(`${name} is `)),
      name,
    );
  assert.ok(faults.some((fault) => fault.startsWith("tti-provider asks for tti-exchange ")));
  const later = manifests.map((one) => (one.name === "tti-exchange" ? { ...one, version: "9.9.9" } : one));
  assert.deepEqual(tagFaults(`v${version}`, later), [`tti-exchange is 9.9.9, and the tag says v${version}.`]);
});

test("a published manifest says where the package's sources and its issues are", () => {
  const repository = "https://forge.example/isv/sign-on";
  assert.deepEqual(withAddress({ name: "tti-exchange" }, repository, "packages/exchange"), {
    name: "tti-exchange",
    repository: { type: "git", url: `git+${repository}.git`, directory: "packages/exchange" },
    bugs: { url: `${repository}/issues` },
    homepage: `${repository}/tree/HEAD/packages/exchange#readme`,
  });
  assert.equal(withAddress({}, repository, "").homepage, `${repository}#readme`);
});

test("a release is noted by its version and its commit, for the next to be tried beside", () => {
  const commit = "37aa5d096ed62523482f86ba2614472e185d511a";
  assert.deepEqual(noteOf("v1.2.3", commit), { version: "1.2.3", commit });
  assert.throws(() => noteOf("1.2.3", commit), /no tag of a release/);
  assert.throws(() => noteOf("v1.2.3", "main"), /no commit/);
  const { version, commit: noted } = readPreviousRelease();
  assert.deepEqual(noteOf(`v${version}`, noted), { version, commit: noted });
});
