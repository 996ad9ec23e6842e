// The proof itself: with one part of the demo broken at a time, it fails at that step and says so.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { type ProofFailed, proveDemo } from "../../src/cli/dev/proof.ts";
import { type Config, readConfig } from "../../src/config.ts";

const dataDir = mkdtempSync(join(tmpdir(), "tti-proof-"));
let config: Config;
let environment: DevEnvironment;

before(async () => {
  config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_LOG_LEVEL: "fatal",
  });
  environment = await startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
});
after(async () => {
  await environment.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function proveWith(broken: Partial<DevEnvironment>, change: Partial<Config> = {}) {
  const passed: string[] = [];
  const outcome = await proveDemo({
    environment: { ...environment, ...broken },
    config: { ...config, ...change },
    subjectOf: broken.subjectOf ?? environment.subjectOf,
    onStep: (name) => passed.push(name),
  }).then(
    (searches) => ({ searches, failed: undefined }),
    (failed: ProofFailed) => ({ searches: undefined, failed }),
  );
  return { passed, ...outcome };
}

const nowhere = "http://127.0.0.1:1";

describe("the proof", () => {
  it("passes on a demo that is whole", async () => {
    const { passed, failed } = await proveWith({});
    assert.equal(failed, undefined);
    assert.equal(passed.at(-1), "The two see different documents");
  });

  for (const [name, broken, change, step, words] of [
    ["a seed that changes what is there", { seedAgain: async () => 2 }, {}, /^Seeding/, /changed 2 things/],
    ["an admin port that is gone", { adminUrl: nowhere }, {}, /^The admin port/, /fetch failed/],
    ["a demo that is gone", { demoUrl: nowhere }, {}, /^The sample application/, /fetch failed/],
    [
      "another audience",
      {},
      { clientId: "another" },
      /^An ID token for ada/,
      /aud is "tti-demo", expected the one string "another"/,
    ],
    [
      "a local AWS that is gone",
      { sandboxUrl: nowhere },
      {},
      /^ada@acme\.example exchanges/,
      /STS|connect|reach/i,
    ],
    [
      "a customer without data accessor",
      { connections: {} },
      {},
      /^ada@acme\.example exchanges/,
      /no data accessor/,
    ],
  ] as const) {
    it(`names the step that fails with ${name}, and a fix`, async () => {
      const { failed } = await proveWith(broken, change);
      assert.match(failed?.step ?? "", step);
      assert.match(failed?.message ?? "", words);
      assert.ok((failed?.fix ?? "").length > 10);
    });
  }

  it("fails when the two users see the same, so that it could not pass without access lists", async () => {
    const ada = await environment.subjectOf("ada@acme.example");
    const { failed } = await proveWith({ subjectOf: async () => ada });
    // Ben's search presents Ada's identity: the exchange library's own lock refuses it before AWS is asked.
    assert.match(failed?.step ?? "", /^ben@acme\.example exchanges/);
    assert.match(failed?.message ?? "", /not for user/);
  });
});
