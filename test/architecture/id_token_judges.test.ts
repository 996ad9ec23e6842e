// What makes an ID token fit for AWS is judged in one place, the table of tti-exchange. The sandbox has a judge of its
// own, so that the client is not checked by itself; nobody else has one, nor limits of its own.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { defaultMaxTokenBytes } from "../../packages/exchange/src/id_token/id_token.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const files = globSync(["src/**/*.ts", "packages/exchange/src/**/*.ts"], { cwd: root })
  .map((path) => path.split("\\").join("/"))
  .map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, ""),
  }));

const judge = "packages/exchange/src/id_token/";

// What opens a token, with who may and why it is no judgement of an ID token.
const openers: readonly { pattern: RegExp; allowed: Readonly<Record<string, string>> }[] = [
  {
    pattern: /\b(compactVerify|jwtVerify|createLocalJWKSet|createRemoteJWKSet)\(/,
    allowed: {
      "src/provider/grants/subject_assertion.ts": "a back end's assertion",
      "src/provider/internals.ts": "the keys of clients",
    },
  },
  {
    pattern: /\b(decodeJwt|decodeProtectedHeader)\(/,
    allowed: {
      "src/provider/answer_record.ts": "the id of a token this process has just signed, for the audit trail",
      "src/provider/grants/mint.ts": "the same",
      "src/provider/grants/subject_assertion.ts": "a back end's assertion",
      "src/provider/interactions/logout_request.ts": "the hint of a logout, which oidc-provider has verified",
      "src/provider/keys/seal.ts": "a sealed key",
      "src/cli/commands/act.ts": "`tti token --decode` prints a token and judges nothing",
    },
  },
  {
    pattern: /JSON\.parse\(\s*Buffer\.from\([^;]*"base64url"/,
    allowed: {
      "packages/exchange/src/aws/create_token_with_iam.ts": "Identity Center's own token, straight from AWS",
    },
  },
  {
    pattern:
      /\balg\b[^\n]{0,12}[!=]==\s*"RS256"|email_verified"?\]?\s*[!=]==|\bverified\s*[!=]==\s*(true|false)/,
    allowed: {
      "src/provider/grants/subject_assertion.ts": "a back end's assertion",
      "src/provider/internals.ts": "the claims this process is about to sign",
      "src/onboarding/doctor/key_set_checks.ts": "the alg of a published key, not of a token",
    },
  },
];

for (const { pattern, allowed } of openers) {
  test(`only the one judge of ID tokens has ${pattern.source.slice(0, 50)}…, and the places named here`, () => {
    const found = files.filter(({ path, text }) => !path.startsWith(judge) && pattern.test(text));
    assert.deepEqual(
      found.map(({ path }) => path).filter((path) => !(path in allowed)),
      [],
    );
    const holding = new Set(found.map(({ path }) => path));
    assert.deepEqual(
      Object.keys(allowed).filter((path) => !holding.has(path)),
      [],
      "places that need no exception any more",
    );
  });
}

test("the exchange and the sandbox refuse the same size", () => {
  const [page = ""] = globSync("packages/sandbox/docs/sandbox-rules.md", { cwd: root });
  const [, limit] = /`token\.maxBytes` \| `(\d+)`/.exec(readFileSync(join(root, page), "utf8")) ?? [];
  assert.equal(Number(limit), defaultMaxTokenBytes);
});
