// What people paste with an error: every secret in it is dropped before anything else looks, they are told so, and the
// error is recognised all the same.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { dropSecrets } from "../../src/decoder/dropped_secrets.ts";
import { decodeError, explainFailure, type SecretKind } from "../../src/index.ts";

const jwt = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"ada","email":"ada@acme.example"}').toString("base64url")}.${randomBytes(64).toString("base64url")}`;
// In the forms AWS gives them; none was ever one.
const accessKey = `ASIA${"Q7".repeat(8)}`;
const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOTAREALKEY".slice(0, 40).replace("N", "9");
const sessionToken = `IQoJb3JpZ2luX2Vj${randomBytes(120).toString("base64")}`;
const hex = randomBytes(32).toString("hex");

const pasted: readonly (readonly [what: string, text: string, secret: string, kind: SecretKind])[] = [
  ["a token by itself", jwt, jwt, "a token (JWT)"],
  ["a token in a call", `assertion='${jwt}',`, jwt.slice(22, 60), "a token (JWT)"],
  ["half a token", jwt.slice(0, 50), jwt.slice(0, 50), "a token (JWT)"],
  ["a long-term key", `AKIA${"Z9".repeat(8)}`, `AKIA${"Z9".repeat(8)}`, "an AWS access key id"],
  [
    "a session's key",
    `Credential=${accessKey}/20261126/eu-central-1/sts/aws4_request`,
    accessKey,
    "an AWS access key id",
  ],
  [
    "a session token",
    `x-amz-security-token: ${sessionToken}`,
    sessionToken.slice(10, 90),
    "an AWS session token",
  ],
  ["Identity Center's token", `aoaAAAAAGq${hex}`, hex, "an AWS session token"],
  [
    "a secret key by its name",
    `AWS_SECRET_ACCESS_KEY=${secretKey}`,
    secretKey,
    "a secret or token by its name",
  ],
  ["a secret key in JSON", `"SecretAccessKey": "${secretKey}"`, secretKey, "a secret or token by its name"],
  [
    "a secret key in XML",
    `<SecretAccessKey>${secretKey}</SecretAccessKey>`,
    secretKey,
    "a secret or token by its name",
  ],
  [
    "a secret key without a name",
    `key ${secretKey} end`,
    secretKey,
    "something as long and random as a secret",
  ],
  ["a short password", "password: hunter2-x", "hunter2-x", "a secret or token by its name"],
  [
    "a client's secret",
    "client_secret=abc-123-def&grant_type=x",
    "abc-123-def",
    "a secret or token by its name",
  ],
  [
    "an opaque token",
    "Authorization: Bearer opaque.Token-1",
    "opaque.Token-1",
    "a secret or token by its name",
  ],
  [
    "a code in an address",
    "https://isv.example/callback?code=Zk3b9xQ7&state=x",
    "Zk3b9xQ7",
    "a secret or token by its name",
  ],
  ["a signature", `SignedHeaders=host, Signature=${hex}`, hex, "a signed request"],
  [
    "a private key",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----",
    "MIIEvQ",
    "a private key",
  ],
  ["a private JWK", '{"kty":"RSA","d":"aBcDeFgHiJkLmNoPqRs"}', "aBcDeFgHiJkLmNoPqRs", "a private key"],
  ["a database's password", "postgres://tti:s3cretpw@db/tti", "s3cretpw", "a password in a URL"],
  ["JSON within JSON", '\\"client_secret\\":\\"Zk3 b9x\\"', "b9x", "a secret or token by its name"],
  ["a plain token", '"token": "Zk3b9x"', "Zk3b9x", "a secret or token by its name"],
  ["a plain secret", '"secret":"Zk3b9x"', "Zk3b9x", "a secret or token by its name"],
  ["pass", '"pass":"Zk3b9x"', "Zk3b9x", "a secret or token by its name"],
  ["pwd", "pwd=Zk3b9x", "Zk3b9x", "a secret or token by its name"],
  ["apikey", "apikey: Zk3b9x", "Zk3b9x", "a secret or token by its name"],
  ["the database's variable", "PGPASSWORD=Zk3b9x", "Zk3b9x", "a secret or token by its name"],
  ["a name with a prefix", "db_password=Zk3", "Zk3", "a secret or token by its name"],
  ["a URL without a user", "redis://:Zk3b9x@cache/0", "Zk3b9x", "a password in a URL"],
  ["a header without a scheme", "Authorization: Zk3b9x", "Zk3b9x", "a secret or token by its name"],
  ["a further cookie", "Cookie: lang=de; sid=Zk3b9x; a=b", "Zk3b9x", "a secret or token by its name"],
  ["a pass phrase", 'password: "apple Pear fig"', "Pear fig", "a secret or token by its name"],
  ["a pass phrase in quotes", "password='apple Pear fig'", "Pear fig", "a secret or token by its name"],
  ["half a key", "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIB-ADAN", "IB-ADAN", "a private key"],
  ["a short digest", `key ${hex.slice(0, 32)}`, hex.slice(0, 32), "something as long and random as a secret"],
  ["a digest or key", `value ${hex}`, hex, "something as long and random as a secret"],
];

for (const [what, text, secret, kind] of pasted) {
  test(`${what} is dropped, the person is told, the error is known`, () => {
    const around = `An error occurred (InvalidGrantException) when calling the CreateTokenWithIAM operation: \n${text}\n`;
    const cleaned = dropSecrets(around);
    assert.ok(!cleaned.text.includes(secret), cleaned.text);
    assert.ok(cleaned.dropped.includes(kind), cleaned.dropped.join());
    const decoded = decodeError(around);
    assert.equal(decoded.explanations[0]?.code, "token_rejected");
    assert.ok(!JSON.stringify(decoded).includes(secret));
    assert.ok(decoded.dropped.includes(kind));
  });
}

test("no secret comes through AWS's own words, which are told again", () => {
  const text = `An error occurred (ValidationException) when calling the SearchRelevantContent operation: bad ${jwt} and ${accessKey} ${secretKey}`;
  const told = JSON.stringify(decodeError(text));
  for (const secret of [jwt, accessKey, secretKey]) assert.ok(!told.includes(secret));
  assert.match(told, /bad \[dropped\] and \[dropped\] \[dropped\]/);
});

test("of AWS's words only those are told that are known, so that a secret nobody recognises is not repeated", () => {
  const before = "An error occurred (ValidationException) when calling the SearchRelevantContent operation: ";
  const told = (text: string) => decodeError(`${before}${text}`).recognised.words;
  assert.equal(told("Access is denied. my pass phrase Pear fig, hunter2"), "Access is denied. … pass … …, …");
  const user = "User: arn:aws:iam::111122223333:user/isv is not authorized to perform: sts:AssumeRole";
  assert.equal(told(user), user);
  const member = "Value 'hunter2' at 'oidcJwtConfiguration.issuerUrl' failed to satisfy constraint";
  assert.equal(told(member), member.replace("hunter2", "…"));
  for (const text of ["{ code: 'Hunter2secret' }", "when calling the Hunter2secret operation: x"]) {
    assert.doesNotMatch(JSON.stringify(decodeError(text)), /Hunter2/);
  }
});

test("what only looks like a secret stays, so that people recognise their error", () => {
  const plain = [
    "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/ada is not authorized",
    "arn:aws:sso::444455556666:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    "Request ID: b59b74ae-9126-4975-8a87-c987e092da76",
    "at software.amazon.awssdk.core.internal.http.pipeline.stages.ApiCallAttemptTimeoutTrackingStage.execute(ApiCallAttemptTimeoutTrackingStage.java:42)",
    '  File "/opt/custom-web-experience-with-amazon-q-business/venv/lib/python3.12/site-packages/botocore/client.py", line 565',
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "code: 'id_token_issuer', error_description: 'Invalid grant provided'",
    "Bearer token is missing",
    "api error ExpiredToken: The security token included in the request is expired",
    "Could not assume role with user credentials: User: ada",
    "The security token included in the request is expired",
  ];
  for (const text of plain) assert.deepEqual(dropSecrets(text), { text, dropped: [] });
});

test("any secret of a call, wherever in a text it stands, is gone", () => {
  for (let turn = 0; turn < 200; turn += 1) {
    const secret = randomBytes(30 + (turn % 40)).toString(turn % 2 === 0 ? "base64" : "base64url");
    // As AWS's and OAuth's are: as long and as mixed.
    if (!/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/.test(secret)) continue;
    const { text } = dropSecrets(`error ${"x".repeat(turn)} ${secret} at line 3`);
    assert.ok(!text.includes(secret.slice(4, 24)), secret);
  }
});

test("an explanation never needs the secret", () => {
  const failure = { name: "InvalidGrantException", httpStatusCode: 400, text: "", oauthError: undefined };
  const unsaid = { reason: undefined, region: undefined, requestId: undefined, noAnswer: false };
  assert.equal(explainFailure("create-token-with-iam", { ...failure, ...unsaid }).code, "token_rejected");
});
