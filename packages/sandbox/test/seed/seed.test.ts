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

test("what is there twice, and what points nowhere, is told at once with its field", () => {
  const seed = exampleSeed(ISSUER);
  const [account] = seed.accounts;
  const [center] = seed.identityCenters ?? [];
  const [application] = seed.qApplications ?? [];
  const [document] = application?.documents ?? [];
  const [user] = center?.users ?? [];
  assert.ok(account && center && application && document && user);
  center.account = "999999999999";
  center.users?.push({ userName: "other", email: user.email ?? assert.fail() });
  application.documents?.push({ ...document });
  seed.accounts.push({ id: account.id, name: "again" });
  const message = faultOf(() => parseSeed(seed));
  for (const told of [
    `accounts[${seed.accounts.length - 1}].id: accounts[0] has "${account.id}" already`,
    'identityCenters[0].account: there is no account "999999999999" in the seed; it has ',
    `identityCenters[0].users[${(center.users?.length ?? 0) - 1}].email: identityCenters[0].users[0] has "${user.email}" already`,
    `qApplications[0].documents[${(application.documents?.length ?? 0) - 1}].id: qApplications[0].documents[0] has "${document.id}"`,
  ]) {
    assert.ok(message.includes(told), `${told}\nis not in\n${message}`);
  }
});

test("what AWS takes and nobody means is told, and starts", async () => {
  const seed = exampleSeed(ISSUER);
  const [application] = seed.qApplications ?? [];
  const center = seed.identityCenters?.[0];
  const [account] = seed.accounts;
  assert.ok(application && center && account);
  const role = account.roles?.[0] ?? assert.fail();
  const typo = `arn:aws:iam::${account.id}:role/nobody`;
  account.roles?.push({
    ...role,
    name: "twin",
    trustPolicy: {
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: { AWS: typo }, Action: "sts:AssumeRole" },
    },
  });
  center.region = "eu-nowhere-1";
  application.documents = [{ id: "d", content: "x", allow: { groups: ["enginering"] } }];
  delete application.dataAccessors?.[0]?.dataSources;
  const told: string[] = [];
  const sandbox = await startSandbox({ port: 0, seed, onWarning: (text) => told.push(text) });
  await sandbox.close();
  assert.equal(told.length, 3, told.join("\n"));
  assert.ok(
    told.some((text) => /accounts\[0\]\.roles\[\d+\]\.trustPolicy: .*role\/nobody/.test(text)),
    told.join("\n"),
  );
  const others = told.filter((text) => !text.includes("trustPolicy"));
  assert.match(others[0] ?? "", /identityCenters\[0\]\.region: .*eu-nowhere-1/);
  assert.match(others[1] ?? "", /qApplications\[0\]\.documents\[0\]\.allow\.groups\[0\]: .*"enginering"/);
});

test("faults of form are told in words of the seed, and a bad issuer URL with what it may hold", () => {
  const form = faultOf(() => parseSeed({ accounts: [], isvs: 7, extra: 1 }));
  assert.match(form, /accounts: must not be empty/);
  assert.match(form, /isvs: must be a list/);
  assert.match(form, /seed: has no member "extra"; leave it out/);
  assert.match(
    faultOf(() => parseSeed({})),
    /accounts: is missing; it must be a list/,
  );
  const issuer = { name: "i", issuerUrl: "https://issuer.example.com/?a=b" };
  const center = { name: "c", account: "111122223333", region: IDC_REGION, trustedTokenIssuers: [issuer] };
  const message = faultOf(() =>
    parseSeed({ accounts: [{ id: "111122223333", name: "a" }], identityCenters: [center] }),
  );
  assert.match(
    message,
    /identityCenters\[0\]\.trustedTokenIssuers\[0\]\.issuerUrl: must be an http or https URL/,
  );
  assert.ok(message.length < 300, message);
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
    /qApplications\[0\]\.dataAccessors\[0\]\.trustedTokenIssuer: there is no trusted token issuer "typo".*it has isv-issuer/,
  );
  assert.match(
    await change((seed) => Object.assign(accessor(seed), { dataSources: ["typo"] })),
    /dataAccessors\[0\]\.dataSources\[0\]: there is no data source "typo".*it has wiki, hr/,
  );
  assert.match(
    await change((seed) => Object.assign(accessor(seed), { assignments: { users: ["typo"] } })),
    /dataAccessors\[0\]\.assignments\.users\[0\]: there is no user "typo".*it has ada, bob, dan/,
  );
  assert.match(
    await change((seed) => seed.accounts[0]?.credentials?.push({ name: "x", role: "typo" })),
    /"typo"/,
  );
});

test("what AWS would refuse, a seed may not ask either", async () => {
  const seed = exampleSeed(ISSUER);
  seed.isvs = [];
  assert.match(await startFault(seed), /dataAccessors\[0\]\.principal: there is no ISV .*it has none/);
  const twins = exampleSeed(ISSUER);
  twins.identityCenters?.[0]?.users?.push({ userName: "ada", email: "other@acme.example" });
  assert.match(await startFault(twins), /identityCenters\[0\]\.users\[\d\]\.userName: .*has "ada" already/);
  const refused = exampleSeed(ISSUER);
  const issuer = refused.identityCenters?.[0]?.trustedTokenIssuers?.[0] ?? assert.fail();
  issuer.attribute = "not a path";
  assert.match(
    await startFault(refused),
    /asks for what AWS would refuse: identityCenters\[0\]\.trustedTokenIssuers\[0\]: /,
  );
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
    /permissionSets\[0\]\.assignments\[0\]\.users\[0\]: there is no user "grace".*it has ada/,
  );
  assert.match(await startFault(seed({ users: ["constructor"] })), /there is no user "constructor"/);
  assert.match(
    await startFault(seed({ account: "000000000000", users: ["ada"] })),
    /permissionSets\[0\]\.assignments\[0\]\.account: there is no account "000000000000"/,
  );
});
