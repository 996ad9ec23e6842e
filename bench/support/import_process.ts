// How long a program waits for a package: an import, and a sandbox imported, seeded and listening, each in a fresh process.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bareEnvironment } from "../../test/support/surroundings.ts";
import type { Form } from "./serve_process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a start took, by the clock and of the processor, beyond what Node.js itself takes to be there. */
export interface Took {
  seconds: number;
  cpuSeconds: number;
  residentBytes: number;
}

const acts = {
  exchange: `await import("tti-exchange");`,
  sdk: `await Promise.all(["sts", "sso-oidc", "qbusiness"].map((name) => import("@aws-sdk/client-" + name)));`,
  sandboxImport: `await import("tti-sandbox");`,
  sandbox: `const { startSandbox, exampleSeed } = await import("tti-sandbox");
    const sandbox = await startSandbox({ port: 0, seed: exampleSeed(), allowLocalIssuers: true });
    end = () => sandbox.close();`,
} as const;

/** Does one of the acts in a fresh process. */
export async function timeOf(act: keyof typeof acts, form: Form): Promise<Took> {
  const program = `let end = () => {};
    const cpu = process.cpuUsage(); const start = performance.now();
    ${acts[act]}
    const seconds = (performance.now() - start) / 1000; const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() }));
    await end();`;
  const conditions = form === "built" ? ["--conditions=tti-built"] : [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...conditions, "--input-type=module", "-e", program],
    { cwd: root, env: bareEnvironment() },
  );
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1)) as Took;
}
