// Owns a customer's AWS as it is before anything is set up, and the supplier whose papers set it up.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import type { TestContext } from "node:test";
import { isvRole, type Sandbox, type SandboxSeed, startSandbox } from "tti-sandbox";
import { type Customer, customerOf } from "../../../src/onboarding/papers/customer.ts";
import { readSupplier, type Supplier, type SupplierInput } from "../../../src/onboarding/papers/supplier.ts";

export const roleArn = "arn:aws:iam::111122223333:role/isv";
export const idcRegion = "eu-central-1";
export const qRegion = "eu-west-1";

/** What a supplier says of itself, all of it right. */
export const supplierInput: SupplierInput = {
  displayName: "Example ISV",
  ownIssuer: "https://login.example.com",
  clientId: "isv-client",
  roleArn,
  applicationRoleArn: "arn:aws:iam::111122223333:role/application",
  redirectUris: ["https://app.example.com/aws/callback"],
  methods: ["tti", "auth-code"],
};

/** The supplier; without a fault. */
export function supplierOf(changes: Partial<SupplierInput> = {}): Supplier {
  const read = readSupplier({ ...supplierInput, ...changes }, "registration");
  assert.ok(!Array.isArray(read), JSON.stringify(read));
  return read as Supplier;
}

/** A customer of the supplier. */
export const exampleCustomer = (
  tenant = { id: "acme", name: "Acme Corporation" },
  changes: Partial<SupplierInput> = {},
): Customer => customerOf(supplierOf(changes), tenant);

/** Where a customer's AWS is. */
export interface AwsRegions {
  idc: string;
  q: readonly string[];
}

/**
 * The customer's AWS: Identity Center and a Q Business application in two regions, nothing for the supplier yet.
 * @param at where they are instead; a Q Business application in each region of `q`
 */
export async function startCustomerAws(
  t?: TestContext,
  issuer?: string,
  at: AwsRegions = { idc: idcRegion, q: [qRegion] },
): Promise<Sandbox> {
  const seed: SandboxSeed = {
    accounts: [
      {
        id: "111122223333",
        name: "isv",
        roles: [isvRole("isv", "arn:aws:iam::111122223333:user/base")],
        credentials: [{ name: "base", user: "base" }],
      },
      { id: "444455556666", name: "acme", credentials: [{ name: "acme-admin", user: "administrator" }] },
    ],
    isvs: [{ displayName: "Example ISV", principal: roleArn, clientId: "isv-client" }],
    identityCenters: [
      {
        name: "acme",
        account: "444455556666",
        region: at.idc,
        users: [
          { userName: "ada", email: "ada@acme.example", groups: ["engineering"] },
          { userName: "bob", email: "bob@acme.example", groups: ["sales"] },
        ],
        trustedTokenIssuers: [{ name: "another", issuerUrl: issuer ?? "https://another.example.com" }],
      },
    ],
    qApplications: at.q.map((region, number) => ({
      displayName: number === 0 ? "acme-wiki" : `acme-wiki-${number + 1}`,
      account: "444455556666",
      region,
      identityCenter: "acme",
      documents: [{ id: "handbook", title: "Handbook", content: "Everyone has thirty days of vacation." }],
      dataAccessors: [],
    })),
  };
  const sandbox = await startSandbox({ port: 0, allowLocalIssuers: true, seed });
  t?.after(() => sandbox.close());
  return sandbox;
}

/** The administrator's keys. */
export function administratorOf(sandbox: Sandbox): { accessKeyId: string; secretAccessKey: string } {
  const credentials = sandbox.seedResult.credentials["acme-admin"];
  assert.ok(credentials);
  return credentials;
}

/** What a script left. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export function run(
  program: string,
  words: readonly string[],
  where: { env: Record<string, string>; cwd: string },
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, [...words], { ...where, timeout: 240_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
