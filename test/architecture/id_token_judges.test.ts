// What makes an ID token fit for AWS is judged in one place, the table of tti-exchange. The sandbox has a judge of its
// own, so that the client is not checked by itself; nobody else has one, nor limits of its own.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { listRules } from "tti-sandbox";
import { defaultMaxTokenBytes } from "../../packages/exchange/src/id_token/id_token.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const files = globSync(["src/**/*.ts", "packages/exchange/src/**/*.ts"], { cwd: root })
  .map((path) => path.split("\\").join("/"))
  .map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, ""),
  }));

const judge = "packages/exchange/src/id_token/";

// What opens a token, with who may (the end of the path) and why it is no judgement of an ID token.
const openers: readonly { pattern: RegExp; allowed: Readonly<Record<string, string>> }[] = [
  {
    pattern: /\b(compactVerify|jwtVerify|createLocalJWKSet|createRemoteJWKSet)\(/,
    allowed: {
      "/grants/subject_assertion.ts": "a back end's assertion",
      "/library/client_keys.ts": "the keys of clients",
    },
  },
  {
    pattern: /\b(decodeJwt|decodeProtectedHeader)\(/,
    allowed: {
      "/answer_record.ts": "the id of a token this process has just signed, for the audit trail",
      "/grants/mint.ts": "the same",
      "/grants/subject_assertion.ts": "a back end's assertion",
      "/logout_request.ts": "the hint of a logout, which oidc-provider has verified",
      "/keys/seal.ts": "a sealed key",
      "/cli/commands/act.ts": "`tti token --decode` prints a token and judges nothing",
    },
  },
  {
    pattern: /JSON\.parse\(\s*Buffer\.from\([^;]*"base64url"/,
    allowed: {
      "/overload/token_share.ts":
        "what an assertion says, for whose turn it is; nothing is let through by it",
      "exchange/src/aws/create_token_with_iam.ts": "Identity Center's own token, straight from AWS",
    },
  },
  {
    pattern:
      /\balg\b[^\n]{0,12}[!=]==\s*"RS256"|email_verified"?\]?\s*[!=]==|\bverified\s*[!=]==\s*(true|false)/,
    allowed: {
      "/grants/subject_assertion.ts": "a back end's assertion",
      "/library/id_token_seal.ts": "the claims this process is about to sign",
      "/keys/published_copy.ts": "the alg of a published key, not of a token",
      "/doctor/key_set_checks.ts": "the same",
      "/clients/aws_client.ts": "the alg a client is registered with",
      "/failures/create_token_failures.ts": "why AWS may have refused a token that nobody examined",
    },
  },
];

for (const { pattern, allowed } of openers) {
  test(`only the one judge of ID tokens has ${pattern.source.slice(0, 50)}…, and the places named here`, () => {
    const ends = Object.keys(allowed);
    const found = files.filter(({ path, text }) => !path.startsWith(judge) && pattern.test(text));
    assert.deepEqual(
      found.map(({ path }) => path).filter((path) => !ends.some((end) => path.endsWith(end))),
      [],
    );
    assert.deepEqual(
      ends.filter((end) => !found.some(({ path }) => path.endsWith(end))),
      [],
      "places that need no exception any more",
    );
  });
}

test("the exchange and the sandbox refuse the same size", () => {
  const rule = listRules().find(({ name }) => name === "token.maxBytes");
  assert.equal(rule?.default, String(defaultMaxTokenBytes));
});
