// The seed: faults name the field, and what it makes is what the API would have made.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { GetPolicyCommand, QBusinessClient } from "@aws-sdk/client-qbusiness";
import {
  DescribeApplicationCommand,
  GetApplicationAssignmentConfigurationCommand,
  GetApplicationGrantCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { parseSeed, type SandboxSeed, SandboxSetupError, startSandbox } from "../../src/index.ts";
import { CLIENT_ID } from "../support/issuer.ts";
import { exampleSeed, IDC_REGION, Q_REGION } from "../support/world.ts";

const ISSUER = "https://issuer.example.com";

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof SandboxSetupError);
    assert.equal(error.code, "SANDBOX_SEED_INVALID");
    return error.message;
  }
  throw new Error("the seed was taken");
}

async function startFault(seed: SandboxSeed): Promise<string> {
  try {
    const sandbox = await startSandbox({ port: 0, seed });
    await sandbox.close();
  } catch (error) {
    assert.ok(error instanceof SandboxSetupError);
    return error.message;
  }
  throw new Error("the seed was taken");
}

test("every faulty field is named at once, with what it should be", () => {
  const message = faultOf(() =>
    parseSeed({
      accounts: [{ id: "12", name: "x", credentials: [{ name: "c" }], extra: 1 }],
      identityCenters: [
        { name: "i", account: "111122223333", region: "Europe", users: [{ userName: "u", email: "nope" }] },
      ],
    }),
  );
  assert.match(message, /accounts\[0\]\.id: must be twelve digits/);
  assert.match(message, /accounts\[0\]\.credentials\[0\]: must name either user or role/);
  assert.match(message, /accounts\[0\]: .*extra/);
  assert.match(message, /identityCenters\[0\]\.region: must be a region/);
  assert.match(message, /identityCenters\[0\]\.users\[0\]\.email/);
});

test("a seed that is no object, or empty, is refused", () => {
  for (const value of [null, 7, "x", [], {}, { accounts: [] }]) faultOf(() => parseSeed(value));
});

test("names that point nowhere are told with those that exist", async () => {
  const change = (edit: (seed: SandboxSeed) => void) => {
    const seed = exampleSeed(ISSUER);
    edit(seed);
    return startFault(seed);
  };
  const accessor = (seed: SandboxSeed) => seed.qApplications?.[0]?.dataAccessors?.[0] ?? assert.fail();
  assert.match(
    await change((seed) => Object.assign(accessor(seed), { trustedTokenIssuer: "typo" })),
    /trustedTokenIssuer names "typo"; it knows isv-issuer/,
  );
  assert.match(
    await change((seed) => Object.assign(accessor(seed), { dataSources: ["typo"] })),
    /dataSources names "typo"; it knows wiki, hr/,
  );
  assert.match(
    await change((seed) => Object.assign(accessor(seed), { assignments: { users: ["typo"] } })),
    /assignments names "typo"; it knows ada, bob, dan/,
  );
  assert.match(
    await change((seed) => seed.accounts[0]?.credentials?.push({ name: "x", role: "typo" })),
    /"typo"/,
  );
});

test("what AWS would refuse, a seed may not ask either", async () => {
  const seed = exampleSeed(ISSUER);
  seed.isvs = [];
  assert.match(await startFault(seed), /asks for what AWS would refuse: .*principal/);
  const twins = exampleSeed(ISSUER);
  twins.identityCenters?.[0]?.users?.push({ userName: "ada", email: "other@acme.example" });
  assert.match(await startFault(twins), /asks for what AWS would refuse/);
});

test("the seed's data accessor is an application as CreateDataAccessor makes it", async (t) => {
  const sandbox = await startSandbox({
    port: 0,
    seed: exampleSeed(ISSUER, { assignments: { users: ["ada"] } }),
  });
  t.after(() => sandbox.close());
  const credentials = sandbox.seedResult.credentials["customer"];
  const connection = sandbox.seedResult.connections["example-isv"];
  assert.ok(credentials && connection);
  const admin = new SSOAdminClient({ region: IDC_REGION, endpoint: sandbox.url, credentials });
  const ApplicationArn = connection.idcApplicationArn;
  assert.equal((await admin.send(new DescribeApplicationCommand({ ApplicationArn }))).Status, "ENABLED");
  const { Grant } = await admin.send(
    new GetApplicationGrantCommand({
      ApplicationArn,
      GrantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    }),
  );
  assert.deepEqual(Grant?.JwtBearer?.AuthorizedTokenIssuers?.[0]?.AuthorizedAudiences, [CLIENT_ID]);
  const { AssignmentRequired } = await admin.send(
    new GetApplicationAssignmentConfigurationCommand({ ApplicationArn }),
  );
  assert.equal(AssignmentRequired, true);
  admin.destroy();
  const search = new QBusinessClient({ region: Q_REGION, endpoint: sandbox.url, credentials });
  const { policy } = await search.send(new GetPolicyCommand({ applicationId: connection.applicationId }));
  assert.match(policy ?? "", /aws:PrincipalTag\/qbusiness-dataaccessor:ExternalId/);
  search.destroy();
});

test("the seed in the documentation is a seed", async () => {
  const page = await readFile(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
  const seed: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  const sandbox = await startSandbox({ port: 0, seed: parseSeed(seed) });
  await sandbox.close();
  assert.deepEqual(Object.keys(sandbox.seedResult.connections), ["example-isv"]);
});

test("permission sets are made with what they allow and who has them; what cannot be assigned is told", async () => {
  const account = "111122223333";
  const seed = (assignment: object): SandboxSeed => ({
    accounts: [{ id: account, name: "Customer" }],
    identityCenters: [
      {
        name: "main",
        account,
        region: IDC_REGION,
        users: [{ userName: "ada", groups: ["staff"] }],
        permissionSets: [
          {
            name: "readers",
            sessionDuration: "PT4H",
            managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            inlinePolicy: {
              Version: "2012-10-17",
              Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
            },
            assignments: [{ account, ...assignment }],
          },
        ],
      },
    ],
  });
  const sandbox = await startSandbox({ port: 0, seed: seed({ users: ["ada"], groups: ["staff"] }) });
  const { permissionSets } = sandbox.seedResult.identityCenters["main"] ?? {};
  await sandbox.close();
  assert.match(permissionSets?.["readers"] ?? "", /^arn:aws:sso:::permissionSet\/ssoins-.*\/ps-/);
  assert.match(
    await startFault(seed({ users: ["grace"] })),
    /Permission set readers: there is no grace.*ada/,
  );
  assert.match(await startFault(seed({ users: ["constructor"] })), /readers: there is no constructor/);
  assert.match(
    await startFault(seed({ account: "000000000000", users: ["ada"] })),
    /Permission set readers: The account 000000000000/,
  );
});
