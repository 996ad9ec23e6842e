// The subject assertion, wrong one member at a time, at the token endpoint; and its single use.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Account } from "../../../src/provider/accounts/account_store.ts";
import { saveOfflineConsent } from "../../../src/provider/presence/offline_consent_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { addPerson, type ProviderFixture, startProvider } from "../support/provider_fixture.ts";
import { addMintingClients, backEndId, exchange, setTenant, signSubject } from "./mint_support.ts";

const now = () => Math.floor(Date.now() / 1000);

async function prepare(fixture: ProviderFixture): Promise<Account> {
  await addMintingClients(fixture.db);
  const ann = await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await setTenant(fixture.db, "acme", { presencePolicy: { name: "offline" } });
  await saveOfflineConsent(
    fixture.db,
    { tenantId: "acme", accountId: ann.id, clientId: backEndId },
    new Date(),
  );
  return ann;
}

describe("a subject assertion", () => {
  let fixture: ProviderFixture;
  let ann: Account;
  before(async () => {
    fixture = await startProvider();
    ann = await prepare(fixture);
  });
  after(() => fixture.close());

  const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  type Claims = Record<string, unknown>;
  // Times are told when a test runs: other files of the process may run for minutes before it.
  const wrong: Record<string, [Claims | (() => Claims), RegExp, Record<string, unknown>?]> = {
    "by another issuer": [{ iss: "somebody" }, /iss must be/],
    "without an issuer": [{ iss: undefined }, /iss must be/],
    "for another audience": [{ aud: "https://other.example" }, /aud must be/],
    "for several audiences": [{ aud: ["x", "y"] }, /aud must be/],
    "for the issuer with a slash": [{ aud: "ISSUER/" }, /aud must be/],
    "that has expired": [() => ({ iat: now() - 200, exp: now() - 16 }), /exp has passed/],
    "without an expiry": [{ exp: undefined }, /exp must be a time/],
    "that lives longer than five minutes": [() => ({ exp: now() + 3_600 }), /exp must be at most 300/],
    "from the future": [() => ({ iat: now() + 60 }), /iat lies in the future/],
    "without the time of issue": [{ iat: undefined }, /iat must be a time/],
    "with a time that is text": [{ exp: "soon" }, /exp must be a time/],
    "not yet valid": [() => ({ nbf: now() + 60 }), /nbf lies in the future/],
    "without an id": [{ jti: undefined }, /jti must be text/],
    "with a short id": [{ jti: "1" }, /jti must be text/],
    "without a subject": [{ sub: undefined }, /sub must be text/],
    "with a subject that is no text": [{ sub: { id: 1 } }, /sub must be text/],
    "with a subject beyond ASCII": [{ sub: "änn" }, /sub must be printable/],
    "without a tenant": [{ tenant: undefined }, /tenant must be text/],
    "with an unproven address": [{ email_verified: false }, /email_verified must be true/],
    "with a login in the future": [() => ({ auth_time: now() + 600 }), /auth_time lies in the future/],
    "with a name in reversed writing": [{ name: "Ada\u202egpj" }, /name holds invisible/],
    "with a name of two lines": [{ name: "Ada\nAdmin" }, /name holds invisible/],
    "with half a character in its name": [{ name: "Ada\ud83d" }, /payload is not a JSON object/],
    "with U+0000 in its id": [{ jti: "12345678\u0000" }, /payload is not a JSON object/],
    "with space around its id": [{ jti: " 12345678" }, /jti has space/],
    "with no address as address": [{ email: "ada" }, /email is not an e-mail address/],
    "with a login in milliseconds": [() => ({ auth_time: now() * 1000 }), /auth_time lies after/],
    "with methods that are no list": [{ amr: "pwd" }, /amr must be a list/],
    "with methods without end": [{ amr: new Array(20).fill("pwd") }, /amr must be a list/],
    "of another type": [{}, /typ must be/, { typ: "JWT" }],
    "without a type": [{}, /typ must be/, { typ: undefined }],
    "of the type of an access token": [{}, /typ must be/, { typ: "at+jwt" }],
    "by an unknown key": [{}, /no registered key/, { kid: "unknown" }],
    "that is huge": [{ name: "x".repeat(9_000) }, /longer than 8192/],
  };
  for (const [what, [claims, expected, header]] of Object.entries(wrong)) {
    test(`${what} is refused, naming the member`, async () => {
      const filled: Record<string, unknown> = {
        sub: ann.id,
        ...(typeof claims === "function" ? claims() : claims),
      };
      if (filled["aud"] === "ISSUER/") filled["aud"] = `${fixture.issuer}/`;
      const token = await signSubject(fixture.issuer, filled, header === undefined ? {} : { header });
      const answer = await exchange(fixture.issuer, token);
      assert.equal(answer.status, 400);
      assert.match(String(answer.body["error_description"]), /^subject_token_refused/);
      assert.match(String(answer.body["error_description"]), expected);
    });
  }

  test("signed by a stranger's key is refused", async () => {
    const token = await signSubject(fixture.issuer, { sub: ann.id }, { key: stranger });
    const answer = await exchange(fixture.issuer, token);
    assert.match(String(answer.body["error_description"]), /signature is not by a key of the client/);
  });

  test("whose payload was changed after signing is refused", async () => {
    const [header, , signature] = (await signSubject(fixture.issuer, { sub: ann.id })).split(".");
    const payload = Buffer.from(JSON.stringify({ sub: "admin", tenant: "acme" })).toString("base64url");
    const answer = await exchange(fixture.issuer, `${header}.${payload}.${signature}`);
    assert.match(String(answer.body["error_description"]), /^subject_token_refused/);
  });

  for (const alg of ["none", "HS256"]) {
    test(`with alg ${alg} is refused`, async () => {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = { iss: backEndId, aud: fixture.issuer, sub: ann.id, iat: now(), exp: now() + 60 };
      const token = `${encode({ alg, typ: "tti-subject+jwt" })}.${encode(claims)}.AAAA`;
      const answer = await exchange(fixture.issuer, token);
      assert.match(String(answer.body["error_description"]), /alg must be one of/);
    });
  }

  for (const [what, token] of Object.entries({
    "no JWT at all": "not-a-jwt",
    "an unsigned one": "e30.e30.",
    "an encrypted one": "e30.e30.e30.e30.e30",
    "deeply nested JSON": `${Buffer.from("[".repeat(4_000)).toString("base64url")}.e30.AAAA`,
  })) {
    test(`that is ${what} is refused without an error of ours`, async () => {
      const answer = await exchange(fixture.issuer, token);
      assert.equal(answer.status, 400);
      assert.match(String(answer.body["error_description"]), /^subject_token_refused/);
    });
  }

  test("names nothing of itself in the refusal", async () => {
    const token = await signSubject(fixture.issuer, { sub: ann.id, iss: "canary-issuer" });
    const answer = await exchange(fixture.issuer, token);
    assert.ok(!JSON.stringify(answer.body).includes("canary"));
  });
});

for (const kind of storesOfToday(import.meta.url)) {
  test(`an assertion presented many times at once on two instances over ${kind} serves exactly once`, async () => {
    const fixture = await startProvider({ kind });
    try {
      const ann = await prepare(fixture);
      const another = await fixture.startAnother();
      const token = await signSubject(fixture.issuer, { sub: ann.id });
      const places = Array.from(
        { length: 20 },
        (_, index) => [fixture.server.localUrl, another.localUrl][index % 2],
      );
      const answers = await Promise.all(places.map((place) => exchange(place ?? "", token)));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      const refused = answers.filter(({ status }) => status === 400);
      assert.equal(refused.length, 19);
      for (const { body } of refused)
        assert.match(String(body["error_description"]), /^subject_token_replayed/);
    } finally {
      await fixture.close();
    }
  });
}
