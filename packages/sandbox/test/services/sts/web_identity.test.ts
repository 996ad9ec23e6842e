// AssumeRoleWithWebIdentity through AWS's own SDK: unsigned, judged by the account's OpenID Connect providers and the
// role's trust policy; what follows from the token's claims; every refusal and every value of its switches.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import type { SandboxSeed } from "../../../src/index.ts";
import { CLIENT_ID, createSigningKey } from "../../support/issuer.ts";
import { exampleSeed, ISV_ACCOUNT, type Keys, lastRequest, useExample } from "../../support/world.ts";

const ROLE = `arn:aws:iam::${ISV_ACCOUNT}:role/web`;

/** A role that trusts the issuer's tokens of one subject; it may read itself, and assume the role `next`. */
function seedFor(issuerUrl: string): SandboxSeed {
  const seed = exampleSeed(issuerUrl);
  const name = issuerUrl.replace(/^https?:\/\//, "");
  const Federated = `arn:aws:iam::${ISV_ACCOUNT}:oidc-provider/${name}`;
  const [isv] = seed.accounts;
  assert.ok(isv);
  isv.oidcProviders = [{ url: issuerUrl, clientIds: [CLIENT_ID, "other-client"] }];
  isv.roles = [
    ...(isv.roles ?? []),
    {
      name: "web",
      trustPolicy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: { StringEquals: { [`${name}:aud`]: CLIENT_ID, [`${name}:sub`]: "back-end" } },
          },
          {
            Effect: "Allow",
            Principal: { Federated },
            Action: "sts:TagSession",
            Condition: { StringEquals: { "aws:RequestTag/Project": "Automation" } },
          },
          { Effect: "Allow", Principal: { Federated }, Action: "sts:SetSourceIdentity" },
        ],
      },
      policies: {
        Own: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "iam:GetRole",
              Resource: "*",
              Condition: {
                StringEquals: { [`${name}:sub`]: "back-end", "aws:FederatedProvider": Federated },
              },
            },
            { Effect: "Allow", Action: ["sts:AssumeRole"], Resource: "*" },
          ],
        },
      },
    },
    {
      name: "next",
      trustPolicy: {
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { AWS: ROLE },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:PrincipalTag/Project": "Automation", "aws:SourceIdentity": "ada" },
          },
        },
      },
    },
  ];
  return seed;
}

const { issuer, sandbox } = useExample({ seedFor });
beforeEach(() => sandbox.control.reset());

/** Without credentials, as SDKs and AWS's plugin make this call. */
async function assume(token: string, input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) {
  const sts = new STSClient({ region: "eu-west-1", endpoint: sandbox.url, maxAttempts: 1 });
  try {
    const command = { RoleArn: ROLE, RoleSessionName: "session", WebIdentityToken: token, ...input };
    return await sts.send(new AssumeRoleWithWebIdentityCommand(command));
  } finally {
    sts.destroy();
  }
}

const token = (claims: Record<string, unknown> = {}, options = {}) =>
  issuer.token({ sub: "back-end", ...claims }, options);

const keysOf = ({
  Credentials: made,
}: {
  Credentials?: Awaited<ReturnType<typeof assume>>["Credentials"];
}): Keys => ({
  accessKeyId: made?.AccessKeyId ?? "",
  secretAccessKey: made?.SecretAccessKey ?? "",
  sessionToken: made?.SessionToken ?? "",
});

async function refused(call: Promise<unknown>, name: string, rule: string, message = /./) {
  await assert.rejects(call, { name, message });
  const record = lastRequest(sandbox);
  assert.equal(record.rule, rule);
  assert.equal(record.operation, "AssumeRoleWithWebIdentity");
  assert.equal(record.checks.at(-1)?.passed, false);
  assert.ok(record.fix);
}

test("a token opens a session, and the answer says whose", async () => {
  const answer = await assume(await token(), { DurationSeconds: 900 });
  assert.equal(answer.Audience, CLIENT_ID);
  assert.equal(answer.Provider, issuer.url);
  assert.equal(answer.SubjectFromWebIdentityToken, "back-end");
  assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${ISV_ACCOUNT}:assumed-role/web/session`);
  assert.equal(answer.SourceIdentity, undefined);
  const lasts = (answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
  assert.ok(lasts > 800_000 && lasts <= 900_000, `${lasts} ms`);
  const record = lastRequest(sandbox);
  assert.deepEqual(
    record.checks.map(({ name, passed }) => `${name} ${passed}`),
    [
      "webIdentity.issuer true",
      "webIdentity.audience true",
      "webIdentity.signature true",
      "webIdentity.times true",
      "sts.role true",
      "trustPolicy.sts:AssumeRoleWithWebIdentity true",
      "sts.duration true",
    ],
  );
  assert.doesNotMatch(JSON.stringify(record), new RegExp((await token()).split(".")[0] ?? "-"));
});

test("AWS's example, a GET without signature and headers, is a call, and not a page", async () => {
  const query = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: ROLE,
    RoleSessionName: "s1",
    WebIdentityToken: await token(),
  });
  const answer = await fetch(`${sandbox.url}/?${query}`);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /<SubjectFromWebIdentityToken>back-end</);
});

test("one token opens several sessions: STS does not use it up", async () => {
  const one = await token();
  await assume(one);
  await assume(one);
});

test("the session carries the token's condition keys", async () => {
  const credentials = keysOf(await assume(await token()));
  const iam = new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials });
  await iam.send(new GetRoleCommand({ RoleName: "web" }));
  iam.destroy();
});

test("session policies narrow it", async () => {
  const Policy = JSON.stringify({ Statement: { Effect: "Allow", Action: "sts:*", Resource: "*" } });
  const credentials = keysOf(await assume(await token(), { Policy }));
  const iam = new IAMClient({ region: "us-east-1", endpoint: sandbox.url, credentials });
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: "web" })), { name: "AccessDenied" });
  iam.destroy();
  await refused(
    assume(await token(), { Policy: "{}" }),
    "MalformedPolicyDocumentException",
    "sts.sessionPolicy",
  );
});

const TAGS = "https://aws.amazon.com/tags";
const SOURCE = "https://aws.amazon.com/source_identity";

test("session tags and source identity of the token hold in the session and, transitive, after it", async () => {
  const tags = { principal_tags: { Project: ["Automation"] }, transitive_tag_keys: ["Project"] };
  const answer = await assume(await token({ [TAGS]: tags, [SOURCE]: "ada" }));
  assert.equal(answer.SourceIdentity, "ada");
  const sts = new STSClient({ region: "eu-west-1", endpoint: sandbox.url, credentials: keysOf(answer) });
  const next = { RoleArn: `arn:aws:iam::${ISV_ACCOUNT}:role/next`, RoleSessionName: "next" };
  const chained = await sts.send(new AssumeRoleCommand(next));
  assert.equal(chained.SourceIdentity, "ada");
  sts.destroy();
});

test("tags the trust policy does not allow, and claims of another form", async () => {
  const claim = (Project: unknown) => token({ [TAGS]: { principal_tags: { Project } } });
  await refused(assume(await claim(["Other"])), "AccessDenied", "trustPolicy.sts:TagSession");
  for (const wrong of ["Automation", ["a", "b"], []]) {
    await refused(assume(await claim(wrong)), "InvalidIdentityTokenException", "webIdentity.tags");
  }
  await refused(
    assume(await token({ [SOURCE]: "with space" })),
    "InvalidIdentityTokenException",
    "webIdentity.sourceIdentity",
  );
});

test("what the trust policy does not name is not authorized, without saying who asked", async () => {
  const message = /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/;
  await refused(
    assume(await token({ sub: "mallory" })),
    "AccessDenied",
    "trustPolicy.sts:AssumeRoleWithWebIdentity",
    message,
  );
  const foreign = { RoleArn: `arn:aws:iam::${ISV_ACCOUNT}:role/isv` };
  await refused(assume(await token(), foreign), "AccessDenied", "trustPolicy.sts:AssumeRoleWithWebIdentity");
  const none = { RoleArn: `arn:aws:iam::${ISV_ACCOUNT}:role/none` };
  await refused(assume(await token(), none), "AccessDenied", "sts.role", message);
});

test("tokens that are none, of nobody, for nobody, too old, too young or badly signed", async () => {
  const bad = "InvalidIdentityTokenException";
  await refused(assume("opaque-access-token"), bad, "webIdentity.format", /not a valid JWT/);
  await refused(assume(`${await token()}\n`), bad, "webIdentity.format");
  assert.match(lastRequest(sandbox).fix ?? "", /line break/);
  for (const claim of ["sub", "aud", "iat", "exp"]) {
    await refused(assume(await token({ [claim]: undefined })), bad, "webIdentity.claims", new RegExp(claim));
  }
  await refused(assume(await token({ exp: "soon" })), bad, "webIdentity.claims");
  const foreign = await token({ iss: `${issuer.url}/` });
  await refused(
    assume(foreign),
    bad,
    "webIdentity.issuer",
    /No OpenIDConnect provider found in your account/,
  );
  await refused(
    assume(await token({ aud: "stranger" })),
    bad,
    "webIdentity.audience",
    /Incorrect token audience/,
  );
  const now = Math.floor(Date.now() / 1000);
  await assume(await token({ exp: now - 240 }));
  await refused(
    assume(await token({ exp: now - 301 })),
    "ExpiredTokenException",
    "webIdentity.times",
    /must be before the expiration/,
  );
  await refused(assume(await token({ iat: now + 400, exp: now + 900 })), bad, "webIdentity.times");
  for (const [claims, told] of [
    [{ exp: 1e15 }, /exp, 1000000000000000, is in microseconds/],
    [{ exp: 1.8e12 }, /is in milliseconds/],
    [{ exp: 1e300 }, /exp, 1e\+300, is no time in seconds/],
    [{ exp: -1e300 }, /is no time in seconds/],
    [{ iat: -1e300 }, /iat, -1e\+300, is no time/],
    [{ nbf: -1e300 }, /nbf, -1e\+300, is no time/],
  ] as const) {
    await refused(assume(await token(claims)), bad, "webIdentity.times", /not in seconds/);
    assert.match(lastRequest(sandbox).reason ?? "", told);
  }
  const other = await createSigningKey("k1");
  await refused(assume(await token({}, { key: other })), bad, "webIdentity.signature");
  await refused(
    assume(await token({}, { key: { ...other, kid: "unpublished" } })),
    bad,
    "webIdentity.signature",
  );
  const octets = await token({}, { header: { alg: "none" } }).catch(() => "");
  assert.equal(octets, "");
  const none = (await token()).split(".");
  none[0] = Buffer.from(JSON.stringify({ alg: "HS256", kid: "k1" })).toString("base64url");
  await refused(assume(none.join(".")), bad, "webIdentity.algorithm");
  none[0] = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  await refused(assume(`${none[0]}.${none[1]}.`), bad, "webIdentity.algorithm");
  assert.match(lastRequest(sandbox).reason ?? "", /none/);
  await refused(assume(await token(), { ProviderId: "www.amazon.com" }), bad, "webIdentity.providerId");
  await refused(assume(await token(), { DurationSeconds: 43_200 }), "ValidationError", "sts.duration");
});

test("elliptic curves, which Identity Center refuses, are taken here", async (t) => {
  const key = await createSigningKey("ec", "ES256");
  const { keys } = issuer.jwks;
  issuer.jwks.keys = [...keys, key.publicJwk];
  t.after(() => {
    issuer.jwks.keys = keys;
  });
  await assume(await token({}, { key }));
});

test("a provider that cannot be reached, by the switch's values", async (t) => {
  const { jwks_uri: right } = issuer.discovery;
  issuer.discovery["jwks_uri"] = `${issuer.url}/missing`;
  t.after(() => {
    issuer.discovery["jwks_uri"] = right;
  });
  const message = /^Couldn't retrieve verification key/;
  await refused(assume(await token()), "InvalidIdentityTokenException", "issuer.jwks", message);
  sandbox.control.setRule("webIdentity.unreachable", "IDPCommunicationError");
  await refused(assume(await token()), "IDPCommunicationErrorException", "issuer.jwks", message);
});

test("azp counts as the audience, or not, by its switch", async () => {
  const azp = (value: string) => token({ azp: value, aud: CLIENT_ID });
  await refused(assume(await azp("stranger")), "InvalidIdentityTokenException", "webIdentity.azp");
  // The trust policy asks for aud, which is azp now.
  await refused(
    assume(await azp("other-client")),
    "AccessDenied",
    "trustPolicy.sts:AssumeRoleWithWebIdentity",
  );
  sandbox.control.setRule("webIdentity.azp", "ignore");
  const answer = await assume(await azp("stranger"));
  assert.equal(answer.Audience, CLIENT_ID);
});

test("the other switches: several audiences, no kid, typ, the answer's provider", async () => {
  await assume(await token({ aud: [CLIENT_ID] }));
  const several = await token({ aud: ["stranger", CLIENT_ID] });
  await refused(assume(several), "InvalidIdentityTokenException", "webIdentity.severalAudiences");
  sandbox.control.setRule("webIdentity.severalAudiences", "any");
  await assume(several);
  const unnamed = await token({}, { header: { kid: undefined } });
  await refused(assume(unnamed), "InvalidIdentityTokenException", "webIdentity.missingKid");
  sandbox.control.setRule("webIdentity.missingKid", "tryAll");
  await assume(unnamed);
  const access = await token({}, { header: { typ: "at+jwt" } });
  await assume(access);
  sandbox.control.setRule("webIdentity.type", "jwtOrAbsent");
  await refused(assume(access), "InvalidIdentityTokenException", "webIdentity.type");
  sandbox.control.setRule("webIdentity.provider", "arn");
  const { Provider: provider } = await assume(await token());
  assert.match(provider ?? "", /^arn:aws:iam::111122223333:oidc-provider\/127\.0\.0\.1/);
});

test("a fault can be injected into it, and its session ends with the control's word", async () => {
  sandbox.control.addFault({
    service: "sts",
    operation: "AssumeRoleWithWebIdentity",
    error: { code: "IDPRejectedClaim", status: 403 },
  });
  await assert.rejects(assume(await token()), { name: "IDPRejectedClaimException" });
  const credentials = keysOf(await assume(await token()));
  assert.equal(sandbox.control.expireSessions(credentials.accessKeyId), 1);
  const sts = new STSClient({ region: "eu-west-1", endpoint: sandbox.url, credentials, maxAttempts: 1 });
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: "ExpiredToken" });
  sts.destroy();
});
