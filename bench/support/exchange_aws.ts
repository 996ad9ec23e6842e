// The local AWS for the exchange benchmark, on a thread of its own: its work and memory must not count as ours.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { isvRole, type SandboxSeed, type SeedResult, startSandbox } from "tti-sandbox";

export interface BenchAws {
  readonly url: string;
  readonly seedResult: SeedResult;
  /** How many requests of each operation have arrived. */
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export const isvRoleArn = "arn:aws:iam::111122223333:role/isv";
export const benchClientId = "isv-client";

/** E-mail address of the numbered user, as the customer's Identity Center knows it. */
export function benchEmail(index: number): string {
  return `user-${index}@acme.example`;
}

interface Started {
  readonly url: string;
  readonly seedResult: SeedResult;
}

/**
 * @param issuerUrl the issuer the customer trusts
 * @param users how many users the customer has
 */
export async function startBenchAws(issuerUrl: string, users: number): Promise<BenchAws> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { issuerUrl, users } });
  const next = <T>() =>
    new Promise<T>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const { url, seedResult } = await next<Started>();
  return {
    url,
    seedResult,
    async counts() {
      const answer = next<Record<string, number>>();
      worker.postMessage("counts");
      return await answer;
    },
    async close() {
      await worker.terminate();
    },
  };
}

function describeSeed(issuerUrl: string, users: number): SandboxSeed {
  return {
    accounts: [
      {
        id: "111122223333",
        name: "isv",
        roles: [isvRole("isv", "arn:aws:iam::111122223333:user/base")],
        credentials: [{ name: "base", user: "base" }],
      },
      { id: "444455556666", name: "customer" },
    ],
    isvs: [{ displayName: "Bench ISV", principal: isvRoleArn, clientId: benchClientId }],
    identityCenters: [
      {
        name: "acme",
        account: "444455556666",
        region: "us-east-1",
        users: Array.from({ length: users }, (_, index) => ({
          userName: `user-${index}`,
          email: benchEmail(index),
        })),
        trustedTokenIssuers: [{ name: "isv-issuer", issuerUrl }],
      },
    ],
    qApplications: [
      {
        displayName: "acme-wiki",
        account: "444455556666",
        region: "us-east-1",
        identityCenter: "acme",
        documents: Array.from({ length: 20 }, (_, index) => ({
          id: `doc-${index}`,
          title: `Page ${index}`,
          content: `The vacation policy, part ${index}: thirty days for everyone.`,
        })),
        dataAccessors: [
          {
            displayName: "bench",
            principal: isvRoleArn,
            externalId: "acme",
            trustedTokenIssuer: "isv-issuer",
          },
        ],
      },
    ],
  };
}

async function serve(issuerUrl: string, users: number): Promise<void> {
  const counts: Record<string, number> = {};
  const sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    rules: { "exchange.jwtBearerPerSecond": 0 },
    seed: describeSeed(issuerUrl, users),
    onRequest: ({ operation }) => {
      const name = operation ?? "unknown";
      counts[name] = (counts[name] ?? 0) + 1;
    },
  });
  parentPort?.on("message", () => parentPort?.postMessage({ ...counts }));
  parentPort?.postMessage({ url: sandbox.url, seedResult: sandbox.seedResult } satisfies Started);
}

if (!isMainThread) {
  const { issuerUrl, users } = workerData as { issuerUrl: string; users: number };
  await serve(issuerUrl, users);
}
