// The image of the sandbox, and the pages that run it: nobody is root, what is copied is there, its own words start it, its health
// check tells, and the snippets for the forges are what those read. (That it builds and runs is tried by hand.)
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { load } from "js-yaml";
import { root } from "../docs/checkout.ts";
import { blocksOf } from "../docs/page_blocks.ts";
import { freePort, runExample } from "../examples/example_world.ts";
import { hasBash } from "../support/bash.ts";
import { openSandboxShell, type SandboxShell } from "../support/sandbox_shell.ts";
import { notToday } from "../support/share_of_day.ts";

const text = readFileSync(join(root, "packages/sandbox/Dockerfile"), "utf8");
const last = text.split(/^(?=FROM )/m).at(-1) ?? "";
const page = "packages/sandbox/docs/containers-and-ci.md";
const blocks = blocksOf(page);
const [port] = /^EXPOSE (\d+)$/m.exec(last)?.slice(1) ?? [];

const wordsOf = (instruction: string): string[] => {
  const [, words = ""] = new RegExp(`^${instruction}(?: --.*)? (?:CMD )?(\\[.*\\])$`, "m").exec(last) ?? [];
  return JSON.parse(words) as string[];
};

const manifest = JSON.parse(readFileSync(join(root, "packages/sandbox/package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};

test("it runs as a number that is not root's, from a base that has no shell, and writes into the volume alone", () => {
  assert.match(last, /^USER 65532:65532$/m);
  assert.match(text, /^ARG BASE=gcr\.io\/distroless\/cc-debian12:nonroot$/m);
  assert.match(last, /^COPY --from=build --chown=65532:65532 \/state \/state$/m);
  assert.match(last, /^VOLUME \/state$/m);
  assert.equal(last.match(/--chown/g)?.length, 1);
  assert.doesNotMatch(last, /^(RUN|ADD|SHELL)/m);
});

test("it is of the same Node.js and base as the provider's", () => {
  const provider = readFileSync(join(root, "Dockerfile"), "utf8");
  const images = (source: string) => source.match(/^ARG (?:NODE|BASE)=.*$/gm);
  assert.equal(images(text)?.length, 2);
  assert.deepEqual(images(text), images(provider));
});

test("what it copies is there and goes to the builder, and of the libraries those that the package depends on", () => {
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = ""]) =>
    paths.split(" "),
  );
  for (const path of copied) assert.ok(existsSync(join(root, path)), path);
  assert.match(text, /Object\.keys\(require\('\/app\/packages\/sandbox\/package\.json'\)\.dependencies\)/);
  for (const name of Object.keys(manifest.dependencies)) {
    const { dependencies = {} } = JSON.parse(
      readFileSync(join(root, "node_modules", name, "package.json"), "utf8"),
    ) as { dependencies?: Record<string, string> };
    assert.deepEqual(dependencies, {}, `${name} needs libraries that are not copied`);
  }
  // Every workspace's manifest is there when the lockfile is read.
  for (const name of readdirSync(join(root, "packages")))
    assert.ok(copied.includes(`packages/${name}/package.json`), name);
});

/** What the image holds, as /app: nothing of this checkout's other packages can be loaded from it. */
function layOut(folder: string): string {
  const app = join(folder, "app");
  for (const name of ["package.json", "bin", "src"])
    cpSync(join(root, "packages/sandbox", name), join(app, name), { recursive: true });
  for (const name of Object.keys(manifest.dependencies))
    cpSync(join(root, "node_modules", name), join(app, "node_modules", name), { recursive: true });
  return app;
}

// Each of these starts the command two times, as does the page in test/docs: by day one of the three.
const noBash = !hasBash() && "no bash here";

describe("the image's own words, here", { skip: noBash || notToday(0, 3) }, () => {
  let shell: SandboxShell;
  let running: ChildProcess;
  let url: string;
  before(async () => {
    shell = openSandboxShell();
    const app = layOut(shell.folder);
    const [seed = ""] =
      /node (\S+tti-sandbox\.mjs --example-seed.*) > \/seed\/seed\.json/.exec(text)?.slice(1) ?? [];
    const command = `node ${seed.replace("packages/sandbox", app)} > '${shell.folder}/seed.json'`;
    const made = await runExample("bash", ["-c", command], shell.env);
    assert.equal(made.exitCode, 0, made.stderr);
    const [node = "", program = "", ...words] = wordsOf("ENTRYPOINT");
    assert.equal(node, "/usr/local/bin/node");
    const here = [...words, ...wordsOf("CMD")].map((word) =>
      word.replace(/^\/(seed|state)\//, `${shell.folder}/`),
    );
    const path = program.replace("/app", app);
    running = spawn(process.execPath, [path, ...here, "--port", "0"], { env: shell.env });
    url = await new Promise((resolve, reject) => {
      let said = "";
      running.stdout?.on("data", (chunk: Buffer) => {
        said += chunk;
        const [, found] = /^Page: (http:\S+)\/$/m.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      running.once("exit", () => reject(new Error(`it ended: ${said}`)));
    });
  });
  after(() => {
    running.kill();
    shell.close();
  });

  const look = (at: string) => {
    const [, ...words] = wordsOf("HEALTHCHECK");
    const script = words.map((word) => word.replace(`http://127.0.0.1:${port}`, at));
    return runExample(process.execPath, script, {});
  };

  it("serve every address, tell one that can be called, and begin with a seed that needs no other issuer", async () => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const seed = (await (await fetch(`${url}/_sandbox/seed`)).json()) as { connections: object };
    assert.deepEqual(Object.keys(seed.connections), ["example-isv"]);
  });

  it("are healthy while they serve, save their state at a stop, and are not healthy then", async () => {
    assert.equal((await look(url)).exitCode, 0);
    const ended = once(running, "exit");
    running.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
    assert.ok(existsSync(join(shell.folder, "sandbox.json")));
    assert.equal(existsSync(join(shell.folder, "sandbox.json.lock")), false);
    assert.equal((await look(url)).exitCode, 1);
  });
});

interface Step {
  uses?: string;
  run?: string;
}
interface Job {
  "runs-on": string;
  services?: Record<string, { image: string; ports: string[] }>;
  env: Record<string, string>;
  steps: Step[];
}
const yaml = blocks.filter(({ language }) => language === "yaml").map((block) => load(block.text));

describe("the page for containers and CI", () => {
  it("runs docker with words it has, on the port, the seed and the volume of the image", () => {
    const commands = blocks
      .filter(({ kind }) => kind === "run")
      .flatMap(({ text }) => text.trim().split("\n"));
    assert.equal(commands.length, 3);
    for (const command of commands) {
      assert.match(
        command,
        /^docker (build -f packages\/sandbox\/Dockerfile -t tti-sandbox \.|run .* tti-sandbox)$/,
      );
      if (!command.startsWith("docker run")) continue;
      assert.ok(command.includes(` -p 127.0.0.1:${port}:${port} `), command);
      const options = command.match(/ --?[a-z][a-z-]*/g)?.map((option) => option.trim());
      const known = ["--rm", "--read-only", "--cap-drop", "-p", "-v"];
      assert.deepEqual(
        options?.filter((option) => !known.includes(option)),
        [],
      );
      for (const [, target] of command.matchAll(/-v "?[^:]+:([^:\s"]+)/g))
        assert.ok(["/seed/seed.json", "/state"].includes(target ?? ""), command);
    }
    const own = blocks.find(({ language }) => language === "dockerfile")?.text;
    assert.equal(own, "FROM tti-sandbox\nCOPY seed.json /seed/seed.json\n");
    assert.ok(readFileSync(join(root, page), "utf8").includes(`\`${wordsOf("CMD").join(" ")}\``));
  });

  it("has a service for GitHub Actions on the image's port, and the SDK told of it", () => {
    const { test: job } = (yaml[0] as { jobs: Record<string, Job> }).jobs;
    assert.ok(job);
    const [service] = Object.values(job.services ?? {});
    assert.match(service?.image ?? "", /^ghcr\.io\/[\w-]+\/tti-sandbox:\d+\.\d+\.\d+$/);
    assert.deepEqual(service?.ports, [`${port}:${port}`]);
    assert.deepEqual(job.env, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    assert.ok(job.steps.every(({ uses, run }) => (uses === undefined) !== (run === undefined)));
  });

  it("has a service for GitLab CI under its alias", () => {
    const { test: job } = yaml[2] as {
      test: {
        services: { name: string; alias: string }[];
        variables: Record<string, string>;
        script: string[];
      };
    };
    const [service] = job.services;
    assert.match(service?.name ?? "", /^\$CI_REGISTRY_IMAGE\/tti-sandbox:\d+\.\d+\.\d+$/);
    assert.deepEqual(job.variables, { AWS_ENDPOINT_URL: `http://${service?.alias}:${port}` });
    assert.ok(job.script.every((line) => typeof line === "string"));
  });

  it("has a Compose file that waits for the health check, with the image's port and seed", () => {
    const { services } = yaml[3] as { services: Record<string, Record<string, unknown>> };
    assert.deepEqual(services["aws"], {
      image: "tti-sandbox",
      ports: [`127.0.0.1:${port}:${port}`],
      volumes: ["./seed.json:/seed/seed.json:ro"],
    });
    const { environment, depends_on } = services["application"] ?? {};
    assert.deepEqual(environment, { AWS_ENDPOINT_URL: `http://aws:${port}` });
    assert.deepEqual(depends_on, { aws: { condition: "service_healthy" } });
  });

  it("asks of Testcontainers the image's port and the address of its health check, in each language", () => {
    const snippets = blocks.filter(({ language }) => ["js", "java", "python", "go"].includes(language));
    assert.equal(snippets.length, 4);
    for (const { text: snippet, language } of snippets) {
      assert.ok(snippet.includes('"tti-sandbox"') && snippet.includes('"/_sandbox/health"'), language);
      assert.deepEqual([...new Set(snippet.match(/\b\d{4}\b/g))], [port], language);
    }
    assert.ok(wordsOf("HEALTHCHECK").at(-1)?.includes("/_sandbox/health"));
  });

  it("has a step that starts it without an image, and waits until it serves", {
    skip: noBash || notToday(1, 3),
  }, async (t) => {
    const { test: job } = (yaml[1] as { jobs: Record<string, Job> }).jobs;
    assert.equal(job?.env["AWS_ENDPOINT_URL"], `http://127.0.0.1:${port}`);
    const step = job?.steps.find(({ run }) => run?.includes("tti-sandbox"))?.run;
    const shell = openSandboxShell();
    try {
      if ((await runExample("bash", ["-c", "command -v curl"], shell.env)).exitCode !== 0)
        return t.skip("not on this machine: curl");
      const free = String(await freePort());
      const there = step
        ?.replace("--seed seed.json", `--seed seed.json --port ${free}`)
        .replace(`:${port}/`, `:${free}/`);
      // GitHub ends what a job left running; here the shell does.
      const done = await runExample(
        "bash",
        ["-e", "-c", `cd '${shell.folder}'; trap 'kill $(jobs -p); wait' EXIT\n${there}`],
        shell.env,
      );
      assert.equal(done.exitCode, 0, done.stderr);
      assert.match(done.stdout, /^\{"status":"ok"\}$/m);
    } finally {
      shell.close();
    }
  });
});
