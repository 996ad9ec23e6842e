// Whatever comes in from outside: an error of the family or a valid value, never anything else.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeIdToken } from "../src/id_token/id_token.ts";
import { assertRulesKept } from "../src/id_token/id_token_rules.ts";
import { assertTokenIsFor } from "../src/id_token/tenant_lock.ts";
import {
  beginAuthorization,
  ExchangeError,
  explainFailure,
  failureCatalogue,
  parseSearchConnection,
  readAuthorizationCallback,
  readAwsFailure,
  roleSessionName,
} from "../src/index.ts";
import { acme } from "./support/connections.ts";
import "../../../test/support/property_seed.ts";

function onlyFamilyErrors(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ExchangeError, `${String(error)} is not of the family`);
    assert.ok(error.code && error.fix && error.message);
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? "").toString("base64url");
const expectations = { issuer: "https://id.example.com", audience: "isv" };
const claimNames = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "email", "email_verified", "tenant_id"];

test("a token of any claims and header ends in an error of the family or is taken", () => {
  const claims = fc.dictionary(fc.constantFrom(...claimNames), fc.jsonValue());
  const header = fc.record({ alg: fc.constantFrom("RS256", "none", 1, null), kid: fc.jsonValue() });
  fc.assert(
    fc.property(header, claims, (head, body) => {
      onlyFamilyErrors(() => {
        const token = decodeIdToken(`${encode(head)}.${encode(body)}.c2ln`);
        const judged = { ...token, expected: expectations, nowSeconds: Date.now() / 1000 };
        assertRulesKept(judged, "content");
        assertRulesKept(judged, "time");
        assertRulesKept(judged, "tenant");
        assertTokenIsFor(token, { tenantId: "acme", user: "alice" }, expectations);
      });
    }),
  );
});

test("text of any kind instead of a token ends in an error of the family", () => {
  fc.assert(fc.property(fc.anything(), (value) => onlyFamilyErrors(() => decodeIdToken(value))));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => onlyFamilyErrors(() => decodeIdToken(value))),
  );
});

test("a token for another tenant is never taken, however it spells the tenant", () => {
  const tenant = fc.oneof(fc.jsonValue(), fc.constantFrom("ACME", "acme ", " acme", "acme\u0000", "аcme"));
  fc.assert(
    fc.property(
      tenant.filter((value) => value !== "acme"),
      (tenant_id) => {
        const token = { compact: "", header: {}, claims: { sub: "alice", tenant_id } };
        assert.throws(() => assertTokenIsFor(token, { tenantId: "acme", user: "alice" }, expectations));
      },
    ),
  );
});

test("any user name becomes a session name STS takes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (user) => {
      assert.match(roleSessionName(user), /^[A-Za-z0-9_+=,.@-]{2,64}$/);
    }),
  );
});

test("a connection of any values is refused by name or taken unchanged", () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(acme)));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(acme)), value), (change) => {
      onlyFamilyErrors(() => {
        const merged = { ...acme, ...change };
        assert.deepEqual(parseSearchConnection(merged), merged);
      });
    }),
  );
});

test("any thrown value is read and explained", () => {
  const step = fc.constantFrom(...failureCatalogue.flatMap(({ steps }) => steps));
  const names = ["AccessDenied", "ExpiredToken", "ValidationError", "InvalidGrantException", "x"];
  const thrown = fc.oneof(
    fc.anything(),
    fc.record({ name: fc.constantFrom(...names), $metadata: fc.anything() }),
  );
  fc.assert(
    fc.property(step, thrown, (at, error) => {
      const { code, title, fix } = explainFailure(at, readAwsFailure(error));
      assert.ok(code && title && fix);
    }),
  );
});

test("any callback URL yields the code of this sign-in or an error of the family", () => {
  const request = beginAuthorization({
    connection: { ...acme, method: "auth-code" },
    redirectUri: "https://isv.example.com/cb",
  });
  const query = fc.dictionary(fc.constantFrom("code", "state", "error", "x"), fc.string());
  fc.assert(
    fc.property(query, (parameters) => {
      const url = `/cb?${new URLSearchParams(parameters)}`;
      onlyFamilyErrors(() => {
        readAuthorizationCallback(url, request);
        assert.equal(parameters["state"], request.state);
      });
    }),
  );
});
