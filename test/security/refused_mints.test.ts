// Class: a refused request that writes all the same (S4). Every way a mint is refused leaves the store, row by row, as
// it was; what an allowed one writes of a person stays with the tenant it was said for. On both stores.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeJwt } from "jose";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { saveDisabled } from "../../src/provider/accounts/account_store.ts";
import { createMembership, listTenantIdsOfAccount } from "../../src/provider/tenants/membership_store.ts";
import {
  addMintingClients,
  awsClientId,
  backEndId,
  exchange,
  postToken,
  setTenant,
  signSubject,
  subjectJwk,
} from "../provider/grants/mint_support.ts";
import { addClient, addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { storeKinds } from "../support/databases.ts";
import { comparedRefusals } from "../support/refusals.ts";
import { differencesOf, readWholeStore } from "../support/whole_store.ts";

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const everywhere = "everywhere";

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let localId: string;
    let disabledId: string;
    const fixture = useProvider({ kind, environment: { TTI_REQUIRE_VERIFIED_DOMAIN: "true" } }, async () => {
      const { db } = fixture;
      // Refusals of the wrong address need a proven domain for the right one.
      await addPerson(db, { email: "seed@acme.example", tenants: ["acme", "globex", "kept", "closed"] });
      for (const tenant of ["acme", "globex"]) {
        await setTenant(db, tenant, {
          loginMethod: "handoff",
          presencePolicy: { name: "within", hours: 12 },
        });
      }
      for (const [tenant, domain] of [
        ["acme", "acme.example"],
        ["globex", "globex.example"],
      ] as const) {
        const row = { tenant_id: tenant, domain, challenge: "c", verified_at_ms: 1, created_at_ms: 1 };
        await db("tenant_domains").insert(row);
      }
      await db("tenants").where("id", "closed").update({ disabled_at_ms: 1, login_method: "handoff" });
      await addMintingClients(db, ["acme", "kept", "closed"]);
      await addClient(db, {
        client_id: everywhere,
        grant_types: ["authorization_code", tokenExchange, jwtBearer],
        mint_tenants: ["*"],
        jwks: { keys: [subjectJwk as never] },
      });
      const local = await addPerson(db, { email: "local@acme.example", tenants: ["kept"] });
      localId = local.id;
      const disabled = await addPerson(db, { email: "gone@acme.example", tenants: ["acme"] });
      disabledId = disabled.id;
      await saveDisabled(db, disabledId, true, new Date());
      assert.equal(
        await mint({ sub: "gil", tenant: "globex", email: "gil@globex.example" }, everywhere),
        "minted",
      );
      assert.equal(await mint({ sub: "amy", email: "amy@acme.example", name: "Amy" }), "minted");
    });

    const sign = (claims: Record<string, unknown>, clientId: string) =>
      signSubject(fixture.issuer, {
        iss: clientId,
        auth_time: Math.floor(Date.now() / 1000),
        ...claims,
      });

    async function mint(claims: Record<string, unknown>, clientId = backEndId): Promise<string> {
      const answer = await exchange(fixture.issuer, await sign(claims, clientId), {}, clientId);
      return answer.status === 200
        ? "minted"
        : (String(answer.body["error_description"]).split(":")[0] ?? "");
    }

    async function claimsOf(claims: Record<string, unknown>, clientId = backEndId) {
      const answer = await exchange(fixture.issuer, await sign(claims, clientId), {}, clientId);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return decodeJwt(String(answer.body["access_token"]));
    }

    const hoursAgo = (hours: number) => Math.floor(Date.now() / 1000) - hours * 3_600;
    const refusals: [what: string, claims: () => Record<string, unknown>, code: string][] = [
      [
        "a new user with an address of another domain",
        () => ({ sub: "n1", email: "n1@globex.example" }),
        "email_domain_not_verified",
      ],
      [
        "a known user with a new address of another domain",
        () => ({ sub: "amy", email: "amy@globex.example" }),
        "email_domain_not_verified",
      ],
      [
        "a new name together with a refused address",
        () => ({ sub: "amy", name: "Eve", email: "eve@evil.example" }),
        "email_domain_not_verified",
      ],
      ["another customer's user", () => ({ sub: "gil", email: "gil@acme.example" }), "tenant_not_allowed"],
      [
        "another customer's user by their own address",
        () => ({ sub: "gil", email: "gil@globex.example" }),
        "tenant_not_allowed",
      ],
      [
        "a tenant the client may not act for",
        () => ({ sub: "n2", tenant: "globex", email: "n2@globex.example" }),
        "tenant_not_allowed",
      ],
      [
        "a tenant there is not",
        () => ({ sub: "n3", tenant: "nope", email: "n3@acme.example" }),
        "tenant_not_allowed",
      ],
      [
        "a disabled tenant",
        () => ({ sub: "amy", tenant: "closed", email: "amy@acme.example" }),
        "tenant_disabled",
      ],
      [
        "a new user who is not present",
        () => ({ sub: "n5", email: "n5@acme.example", auth_time: undefined }),
        "presence_required",
      ],
      [
        "a new user whose login is too long ago",
        () => ({ sub: "n6", email: "n6@acme.example", auth_time: hoursAgo(13) }),
        "presence_required",
      ],
      [
        "a login older than any policy looks back",
        () => ({ sub: "n7", email: "n7@acme.example", auth_time: hoursAgo(24 * 300) }),
        "subject_token_refused",
      ],
      ["a new user without an address", () => ({ sub: "n8" }), "invalid_input"],
      [
        "a disabled account",
        () => ({ sub: disabledId, email: "gone@acme.example", name: "Back" }),
        "account_disabled",
      ],
      [
        "another address for a user kept here",
        () => ({ sub: localId, tenant: "kept", email: "new@acme.example" }),
        "login_method_not_allowed",
      ],
      [
        "an unknown user of a tenant whose users are kept here",
        () => ({ sub: "n9", tenant: "kept", email: "n9@acme.example" }),
        "not_a_member",
      ],
      ...["local@acme.example", "Local@acme.example", everywhere, "tti-console", ".", ".."].map(
        (sub): (typeof refusals)[number] => [
          `the new id ${sub}`,
          () => ({ sub, email: "decoy@acme.example" }),
          "subject_token_refused",
        ],
      ),
      ["the client itself", () => ({ sub: backEndId, email: "back@acme.example" }), "subject_token_refused"],
    ];

    for (const [what, claims, code] of refusals) {
      test(`${what} is refused and leaves nothing`, async () => {
        const earlier = await readWholeStore(fixture.db);
        assert.equal(await mint(claims()), code);
        assert.deepEqual(differencesOf(earlier, await readWholeStore(fixture.db)), []);
      });
    }

    test("an assertion that comes again leaves nothing, whatever it would have changed", async () => {
      const assertion = await sign({ sub: "ben", email: "ben@acme.example", name: "Ben" }, backEndId);
      assert.equal((await exchange(fixture.issuer, assertion)).status, 200);
      await fixture.db("memberships").where("account_id", "ben").update({ name: "Benedict" });
      const earlier = await readWholeStore(fixture.db);
      const again = await exchange(fixture.issuer, assertion);
      assert.match(String(again.body["error_description"]), /^subject_token_replayed/);
      assert.deepEqual(differencesOf(earlier, await readWholeStore(fixture.db)), []);
    });

    test("the worlds of the tests compare refusals by themselves", () => {
      assert.ok(comparedRefusals() >= refusals.length);
    });

    test("a refusal is recorded, but not in the trail of a tenant the client does not serve", async () => {
      await mint({ sub: "n10", tenant: "globex", email: "n10@globex.example" });
      const own = await listAuditEvents(fixture.db, { tenantId: "globex", clientId: backEndId });
      assert.deepEqual(own, []);
      const events = await listAuditEvents(fixture.db, { type: "token.refused", clientId: backEndId });
      const [event] = events.filter(({ accountId }) => accountId === "n10");
      assert.deepEqual(event?.details, { by: "assertion", reason: "tenant_not_allowed", named: "globex" });
    });

    test("what is said of a person for one tenant never shows in another's tokens", async () => {
      const first = await claimsOf(
        { sub: "zoe", email: "zoe@acme.example", name: "Zoe of Acme" },
        everywhere,
      );
      const globex = { sub: "zoe", tenant: "globex", email: "zoe@globex.example" };
      const nameless = await claimsOf(globex, everywhere);
      const named = await claimsOf({ ...globex, name: "Zoe of Globex" }, everywhere);
      const again = await claimsOf({ sub: "zoe" }, everywhere);
      assert.deepEqual(
        [first, nameless, named, again].map(({ email, name }) => [email, name]),
        [
          ["zoe@acme.example", "Zoe of Acme"],
          ["zoe@globex.example", undefined],
          ["zoe@globex.example", "Zoe of Globex"],
          ["zoe@acme.example", "Zoe of Acme"],
        ],
      );
    });

    test("who is told of in one tenant needs an address of their own for the next", async () => {
      assert.equal(await mint({ sub: "una", email: "una@acme.example" }, everywhere), "minted");
      assert.equal(await mint({ sub: "una", tenant: "globex" }, everywhere), "invalid_input");
    });

    test("the trail says what came to be, with the token, each once", async () => {
      await mint({ sub: "tia", email: "tia@acme.example", name: "Tia" });
      await mint({ sub: "tia", email: "tia.b@acme.example", name: "Tia B" });
      const events = await listAuditEvents(fixture.db, { tenantId: "acme", limit: 500 });
      const mine = events.filter(({ accountId }) => accountId === "tia").map(({ type }) => type);
      assert.deepEqual(mine.toSorted(), [
        "account.created",
        "account.email_set",
        "account.name_set",
        "membership.created",
        "token.minted",
        "token.minted",
      ]);
    });

    test("first mints of one person at the same time all succeed, and make one account", async () => {
      const claims = { sub: "twin", email: "twin@acme.example", name: "Twin" };
      const answers = await Promise.all(Array.from({ length: 6 }, () => mint(claims)));
      assert.deepEqual(new Set(answers), new Set(["minted"]));
      const events = await listAuditEvents(fixture.db, { type: "account.created", limit: 500 });
      assert.equal(events.filter(({ accountId }) => accountId === "twin").length, 1);
    });

    test("two clients that name one new person at once do not both get them", async () => {
      await addClient(fixture.db, {
        client_id: "globex-only",
        grant_types: ["authorization_code", tokenExchange],
        mint_tenants: ["globex"],
        jwks: { keys: [subjectJwk as never] },
      });
      for (let round = 0; round < 5; round += 1) {
        const sub = `raced-${round}`;
        await Promise.all([
          mint({ sub, email: `${sub}@acme.example` }),
          mint({ sub, tenant: "globex", email: `${sub}@globex.example` }, "globex-only"),
        ]);
        assert.equal((await listTenantIdsOfAccount(fixture.db, sub)).length, 1);
      }
    });

    test("a token says when somebody logged in only if somebody did", async () => {
      const { db } = fixture;
      await setTenant(db, "kept", { presencePolicy: { name: "offline" } });
      const consent = { tenant_id: "kept", account_id: localId, client_id: backEndId, granted_at_ms: 1 };
      await db("offline_consents").insert(consent);
      await db("tenant_domains").insert({
        tenant_id: "kept",
        domain: "acme.example",
        challenge: "c",
        verified_at_ms: 1,
        shared_at_ms: 1,
        created_at_ms: 1,
      });
      const minutes = Math.floor(Date.now() / 1000) - 600;
      const said = { sub: localId, tenant: "kept", auth_time: minutes };
      assert.equal((await claimsOf(said)).auth_time, undefined);
      const loginAtMs = Date.now() - 7_200_000;
      await db("memberships")
        .where({ tenant_id: "kept", account_id: localId })
        .update({ last_login_at_ms: loginAtMs });
      assert.equal((await claimsOf(said)).auth_time, Math.floor(loginAtMs / 1000));
      const external = await claimsOf({ sub: "amy", auth_time: minutes + 600 });
      assert.equal(typeof external["auth_time"], "number");
    });

    for (const [parameter, value] of [
      ["audience", "another-client"],
      ["resource", "https://aws.example"],
      ["actor_token", "eyJ"],
      ["actor_token_type", "urn:ietf:params:oauth:token-type:jwt"],
      ["requested_token_type", "urn:ietf:params:oauth:token-type:access_token"],
      ["scope", "openid email"],
    ] as const) {
      test(`neither grant takes ${parameter} as if it were nothing`, async () => {
        const subject = { sub: "amy" };
        const bearer = {
          grant_type: jwtBearer,
          assertion: await sign(subject, backEndId),
          [parameter]: value,
        };
        assert.equal((await postToken(fixture.issuer, bearer)).status, 400);
        const exchanged = await exchange(fixture.issuer, await sign(subject, backEndId), {
          [parameter]: value,
        });
        assert.equal(exchanged.status, 400);
      });
    }

    test("an assertion that names a person does not authenticate a client", async () => {
      await addClient(fixture.db, {
        client_id: "keyed",
        grant_types: ["authorization_code", tokenExchange],
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        mint_tenants: ["acme"],
        jwks: { keys: [subjectJwk as never] },
      });
      const ask = async (header: Record<string, unknown>) => {
        const response = await fetch(`${fixture.issuer}/token`, {
          method: "POST",
          body: new URLSearchParams({
            grant_type: tokenExchange,
            client_id: "keyed",
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            client_assertion: await signSubject(
              fixture.issuer,
              { iss: "keyed", sub: "keyed", tenant: undefined },
              { header },
            ),
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
            subject_token: await sign({ sub: "amy" }, "keyed"),
          }),
        });
        return [response.status, ((await response.json()) as { error?: string }).error];
      };
      assert.deepEqual(await ask({}), [401, "invalid_client"]);
      assert.deepEqual(await ask({ typ: "JWT" }), [200, undefined]);
    });

    test("an operator may add a told user elsewhere, by the address the account has", async () => {
      await createMembership(fixture.db, { tenantId: "kept", accountId: "amy", role: "member" }, new Date());
      assert.deepEqual(await listTenantIdsOfAccount(fixture.db, "amy"), ["acme", "kept"]);
      assert.equal(await mint({ sub: "amy", name: "Amy A" }), "minted");
    });

    test("the audience stays the client registered with AWS", async () => {
      assert.equal((await claimsOf({ sub: "amy" })).aud, awsClientId);
    });
  });
}
