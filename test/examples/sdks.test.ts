// The samples in four languages, each by the commands of its own README, on a sandbox with the example seed: the sample's
// own tests with that language's AWS SDK, and its program. What the machine has not is skipped by name; what a registry would
// have to bring is fetched at night, or by whoever asks with TTI_EXAMPLES_INSTALL=1.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { exampleSeed, OWN_ISSUER_URL, type Sandbox, type SeedResult, startSandbox } from "tti-sandbox";
import { root } from "../docs/checkout.ts";
import { blocksOf, missingLine } from "../docs/page_blocks.ts";
import { atNight } from "../support/at_night.ts";
import { hasBash } from "../support/bash.ts";
import { notToday } from "../support/share_of_day.ts";
import { bareEnvironment } from "../support/surroundings.ts";
import { examples, openExampleWorld, runExample } from "./example_world.ts";

const asked = process.env["TTI_EXAMPLES_INSTALL"] === "1";
const installs = atNight || asked;

interface Language {
  folder: string;
  /** Asked of the machine: what answers, the language has. */
  tool: readonly string[];
  /** What its output says when a library is not on this machine and may not be fetched. */
  absent: RegExp;
  /** How it is kept from fetching. */
  offline(folder: string): Record<string, string>;
  /** Why not today; false if its turn has come. */
  skip: string | false;
}

const languages: readonly Language[] = [
  {
    folder: "sdk-js",
    tool: ["node", "--version"],
    // Its clients are among the packages of this repository: nothing may be missing.
    absent: /(?!)/,
    offline(folder) {
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      // A machine with Node.js alone has no npm: what `npm test` would run is the package's own word.
      const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        scripts: { test: string };
      };
      const programs = join(folder, "programs");
      mkdirSync(programs);
      writeFileSync(join(programs, "npm"), `#!/bin/sh\n[ "$*" = test ] && exec ${scripts.test}\n`, {
        mode: 0o755,
      });
      return { PATH: [programs, process.env["PATH"] ?? ""].join(delimiter) };
    },
    skip: false,
  },
  {
    folder: "sdk-python",
    tool: ["python3", "-c", "import sys; sys.exit(sys.version_info < (3, 10))"],
    absent: /No module named '?(?:boto3|botocore|pytest)\b.*/,
    offline: () => ({}),
    skip: notToday(0, 2),
  },
  {
    folder: "sdk-go",
    tool: ["go", "version"],
    absent: /.*(?:module lookup disabled by GOPROXY=off|GOTOOLCHAIN=local).*/,
    offline: () => ({ GOPROXY: "off", GOTOOLCHAIN: "local" }),
    skip: notToday(1, 2),
  },
  {
    folder: "sdk-java",
    tool: ["mvn", "--version"],
    absent:
      /.*(?:in offline mode|has not been downloaded from it before|No plugin found for prefix|release version 17 not supported|invalid target release).*/,
    offline(folder) {
      mkdirSync(join(folder, ".mvn"));
      writeFileSync(join(folder, ".mvn", "maven.config"), "-o\n");
      return {};
    },
    // Two Java machines and a compiler: nine seconds of a processor.
    skip: notToday(0, 4),
  },
];

let sandbox: Sandbox;
let home: string;
before(async () => {
  sandbox = await startSandbox({ port: 0, seed: exampleSeed(OWN_ISSUER_URL) });
  home = mkdtempSync(join(tmpdir(), "tti-sdks-"));
});
after(async () => {
  await sandbox.close();
  // Go leaves what it fetched write-protected, where it was told to keep it here.
  rmSync(home, { recursive: true, force: true, maxRetries: 3 });
});

const has = ([program = "", ...words]: readonly string[]) =>
  spawnSync(program, words, { stdio: "ignore", timeout: 60_000 }).status === 0;

/** The sh blocks of a README, each with the text block that shows what it prints. */
function stepsOf(folder: string): { install?: string; tests: string; program: string; shown: string[] } {
  const blocks = blocksOf(`examples/${folder}/README.md`);
  const commands = blocks.filter(({ kind }) => kind === "run").map(({ text }) => text);
  const [program, tests, install] = commands.toReversed();
  assert.ok(program !== undefined && tests !== undefined, folder);
  assert.match(tests, /^AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:4566 /);
  const shown = blocks.filter(({ kind }) => kind === "output").map(({ text }) => text);
  assert.equal(shown.length, 2);
  return { ...(install === undefined ? {} : { install }), tests, program, shown };
}

/** What the page says of the samples' variables, from what the seed made; all but the token. */
async function variablesAt(url: string, accessor: string, name: string): Promise<Record<string, string>> {
  const seed = (await (await fetch(`${url}/_sandbox/seed`)).json()) as SeedResult;
  const connection = seed.connections[accessor];
  const keys = seed.credentials[name];
  assert.ok(
    connection && keys,
    JSON.stringify([Object.keys(seed.connections), Object.keys(seed.credentials)]),
  );
  return {
    ISV_ROLE_ARN: connection.principal,
    TENANT_ID: connection.externalId ?? "",
    IDC_APPLICATION_ARN: connection.idcApplicationArn,
    IDC_REGION: connection.idcRegion,
    Q_APPLICATION_ID: connection.applicationId,
    Q_RETRIEVER_ID: connection.retrieverId,
    Q_REGION: connection.applicationRegion,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(keys.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: keys.sessionToken }),
  };
}

/** A copy to work in, and the environment: the user's own tools and caches, but nothing of their AWS. */
function open({ folder, offline }: Language): { place: string; env: Record<string, string> } {
  const place = join(home, folder);
  cpSync(join(examples, folder), place, {
    recursive: true,
    filter: (path) => !/[\\/](?:node_modules|target|__pycache__|\.pytest_cache|\.venv)$/.test(path),
  });
  const kept = ["HOME", "PYENV_ROOT", "JAVA_HOME", "GOPATH", "GOCACHE", "GOMODCACHE"];
  // Who fetches goes by the machine's own registries, proxies and certificates, wherever those are told.
  const own = Object.entries(process.env).filter(([name]) =>
    installs ? !/^(?:AWS|TTI|TEST|NODE_TEST|npm_(?:lifecycle|package))_/.test(name) : kept.includes(name),
  );
  return {
    place,
    env: {
      ...bareEnvironment(),
      ...Object.fromEntries(own),
      AWS_CONFIG_FILE: join(place, "no-config"),
      AWS_SHARED_CREDENTIALS_FILE: join(place, "no-credentials"),
      AWS_EC2_METADATA_DISABLED: "true",
      PYTHONDONTWRITEBYTECODE: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      npm_config_fetch_retries: "1",
      npm_config_fetch_timeout: "60000",
      ...(installs ? {} : offline(place)),
    },
  };
}

/** Fetches what the README has people fetch. @returns why it could not, or undefined */
async function install(command: string, place: string, env: Record<string, string>) {
  if (command.startsWith("python3")) {
    const venv = await runExample("bash", ["-c", `cd '${place}' && python3 -m venv .venv`], env);
    if (venv.exitCode !== 0) return venv.stderr;
    env["PATH"] = [join(place, ".venv", "bin"), env["PATH"]].join(delimiter);
  }
  const done = await runExample("bash", ["-c", `cd '${place}' && ${command}`], env);
  return done.exitCode === 0 ? undefined : done.stderr;
}

async function follow(language: Language, t: TestContext): Promise<void> {
  if (!has(language.tool)) return t.skip(`not on this machine: ${language.tool[0]}`);
  const steps = stepsOf(language.folder);
  const { place, env } = open(language);
  if (steps.install !== undefined && installs) {
    const fault = await install(steps.install, place, env);
    if (fault !== undefined && !asked) return t.skip(`could not be fetched: ${fault.slice(-300)}`);
    assert.equal(fault, undefined);
  }
  const type = (command: string, more: Record<string, string>) =>
    runExample("bash", ["-c", `cd '${place}' && ${command.replace("http://127.0.0.1:4566", sandbox.url)}`], {
      ...env,
      ...more,
    });

  const forBob = await variablesAt(sandbox.url, "example-isv", "isv");
  const bob = await sandbox.control.idToken({ email: "bob@acme.example" });
  for (const [command, more, shown] of [
    [steps.tests, {}, steps.shown[0]],
    [steps.program, { ...forBob, ID_TOKEN: bob.idToken }, steps.shown[1]],
  ] as const) {
    const { exitCode, ...said } = await type(command, more);
    const stdout = stripVTControlCharacters(said.stdout);
    const all = stdout + said.stderr;
    const [missing] = exitCode === 0 ? [] : (language.absent.exec(all) ?? []);
    if (missing !== undefined && !asked) return t.skip(`not on this machine: ${missing.trim()}`);
    assert.equal(exitCode, 0, all);
    assert.equal(missingLine(shown ?? "", stdout), undefined, all);
    // The program searched as Bob: Design is for engineers.
    if (command === steps.program) assert.doesNotMatch(stdout, /Design/);
  }
}

describe("the four calls with a language's own AWS SDK", { skip: !hasBash() && "no bash here" }, () => {
  for (const language of languages) {
    it(language.folder, { skip: language.skip }, (t) => follow(language, t));
  }

  it("searches with a token of tti-provider, beside what npm start runs", {
    skip: notToday(1, 4),
  }, async () => {
    const world = await openExampleWorld();
    try {
      const { sandboxUrl } = world.environment;
      const token = await world.terminal.tti("token --tenant acme --user ada@acme.example");
      assert.equal(token.exitCode, 0, token.stderr);
      const ran = await runExample(
        process.execPath,
        [join(examples, "sdk-js/search_as_user.mjs"), "plan for 2027"],
        {
          ...(await variablesAt(sandboxUrl, "acme", "isv")),
          ID_TOKEN: token.stdout.trim(),
        },
      );
      assert.equal(ran.exitCode, 0, ran.stderr);
      assert.match(ran.stdout, /^Engineering plan for 2027$/m);
      assert.doesNotMatch(ran.stdout, /People plan/);
    } finally {
      await world.close();
    }
  });

  it("is made by a sample for each folder there is", () => {
    for (const { folder } of languages) assert.ok(existsSync(join(examples, folder, "README.md")), folder);
  });
});
