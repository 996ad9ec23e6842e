// The change of a client: what may become another, what stays, each fault by its own words, and what is written of it.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { calculateJwkThumbprint, type JWK } from "jose";
import { rotateClientSecret } from "../../../src/admin/operations/client_secrets.ts";
import { updateClient } from "../../../src/admin/operations/client_update.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { allowResource } from "../../../src/admin/operations/resource_rights.ts";
import { createResource } from "../../../src/admin/operations/resources.ts";
import { etagOf } from "../../../src/admin/operations/revision.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { systemClock } from "../../../src/clock.ts";
import type { OperationError } from "../../../src/errors.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { matchesClientSecret } from "../../../src/provider/clients/client_secret.ts";
import * as store from "../../../src/provider/clients/client_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const newKey = (kid?: string): JWK => ({
  ...generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
  ...(kid === undefined ? {} : { kid }),
});
const [first, second, third] = [newKey("first"), newKey("second"), newKey()];
const callback = "https://app.example/cb";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`changing a client on ${kind}`, () => {
    let context: OperationContext;
    let made = 0;
    const db = useStore(kind, async () => {
      context = {
        db: db.db,
        clock: systemClock,
        passwords: createPasswords(),
        actor: "test",
        may: () => true,
      };
    });

    const register = async (input: object): Promise<string> => {
      made += 1;
      const { clientId } = await createClient(context, { clientId: `client${made}`, ...input });
      return clientId;
    };
    const webApp = () => register({ redirectUris: [callback], firstParty: true });
    const backEnd = () =>
      register({
        purposes: ["mint", "handoff"],
        mintTenants: ["acme", "globex"],
        handoffTenants: ["acme"],
        authMethod: "private_key_jwt",
        jwks: { keys: [first] },
      });
    const stored = async (clientId: string) => (await store.getClient(db.db, clientId)).metadata;

    test("writes what is given and nothing else, and tells which members", async () => {
      const clientId = await webApp();
      const before = await stored(clientId);
      const { client, ended, warnings, unchanged } = await updateClient(context, {
        clientId,
        name: "The App",
        redirectUris: [callback, "https://app.example/other"],
        postLogoutRedirectUris: ["https://app.example/bye"],
        backchannelLogoutUri: "https://app.example/logout",
        logoUri: "https://app.example/logo.png",
        policyUri: "https://app.example/privacy",
        tosUri: "https://app.example/terms",
        accessTokenSeconds: 120,
        idTokenSeconds: 60,
        refreshTokenSeconds: 86_400,
      });
      assert.deepEqual(await stored(clientId), {
        ...before,
        client_name: "The App",
        redirect_uris: [callback, "https://app.example/other"],
        post_logout_redirect_uris: ["https://app.example/bye"],
        backchannel_logout_uri: "https://app.example/logout",
        backchannel_logout_session_required: true,
        logo_uri: "https://app.example/logo.png",
        policy_uri: "https://app.example/privacy",
        tos_uri: "https://app.example/terms",
        access_token_seconds: 120,
        id_token_seconds: 60,
        refresh_token_seconds: 86_400,
      });
      assert.equal("client_secret" in client.metadata, false);
      assert.deepEqual([warnings, unchanged, Object.values(ended)], [[], undefined, [0, 0, 0, 0]]);
      const [event] = await listAuditEvents(db.db, { type: "client.updated" });
      assert.equal(event?.clientId, clientId);
      assert.equal(
        event?.details["changed"],
        "access_token_seconds backchannel_logout_session_required backchannel_logout_uri client_name id_token_seconds logo_uri policy_uri post_logout_redirect_uris redirect_uris refresh_token_seconds tos_uri",
      );
      const none = {
        name: null,
        backchannelLogoutUri: null,
        logoUri: null,
        policyUri: null,
        tosUri: null,
        postLogoutRedirectUris: [],
        redirectUris: [callback],
        accessTokenSeconds: null,
        idTokenSeconds: null,
        refreshTokenSeconds: null,
      };
      await updateClient(context, { clientId, ...none });
      assert.deepEqual(await stored(clientId), before);
    });

    test("what is so already is no change and no event", async () => {
      const clientId = await webApp();
      const known = (await listAuditEvents(db.db, { type: "client.updated", limit: 999 })).length;
      const told = await updateClient(context, {
        clientId,
        redirectUris: [callback],
        firstParty: true,
        name: null,
      });
      assert.equal(told.unchanged, true);
      assert.equal((await listAuditEvents(db.db, { type: "client.updated", limit: 999 })).length, known);
    });

    test("keys are added, retired by kid or thumbprint, and replaced", async () => {
      const clientId = await backEnd();
      const kids = async () => ((await stored(clientId)).jwks?.keys ?? []).map(({ kid }) => kid);
      await updateClient(context, { clientId, addKeys: { keys: [second, third] } });
      assert.deepEqual(await kids(), ["first", "second", undefined]);
      await updateClient(context, {
        clientId,
        retireKeys: ["first", await calculateJwkThumbprint(third)],
      });
      assert.deepEqual(await kids(), ["second"]);
      // The only key goes where its successor comes.
      await updateClient(context, { clientId, retireKeys: ["second"], addKeys: { keys: [first] } });
      assert.deepEqual(await kids(), ["first"]);
      await updateClient(context, { clientId, jwksUri: "https://back.example/jwks" });
      const { jwks, jwks_uri } = await stored(clientId);
      assert.deepEqual([jwks, jwks_uri], [undefined, "https://back.example/jwks"]);
      const again = await updateClient(context, { clientId, jwksUri: "https://back.example/jwks" });
      assert.equal(again.unchanged, undefined, "given again, what is there is read anew");
      await updateClient(context, { clientId, jwks: { keys: [second] } });
      assert.deepEqual(await kids(), ["second"]);
      assert.equal((await stored(clientId)).jwks_uri, undefined);
    });

    test("tenants and purposes are given and taken", async () => {
      const clientId = await backEnd();
      await updateClient(context, { clientId, mintTenants: ["acme"], handoffTenants: ["acme", "globex"] });
      let metadata = await stored(clientId);
      assert.deepEqual([metadata.mint_tenants, metadata.handoff_tenants], [["acme"], ["acme", "globex"]]);
      await updateClient(context, { clientId, purposes: ["handoff", "search"], searchTenants: ["*"] });
      metadata = await stored(clientId);
      assert.deepEqual(
        [metadata.mint_tenants, metadata.handoff_tenants, metadata.search_tenants],
        [undefined, ["acme", "globex"], ["*"]],
      );
      assert.deepEqual(metadata.grant_types, ["client_credentials"]);
      assert.equal(metadata.scope, "openid tti:handoff tti:search");
    });

    test("a client of before the rights were apart keeps its list until a right of it changes", async () => {
      made += 1;
      const old = {
        client_id: `client${made}`,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        scope: "openid tti:handoff tti:search",
        allowed_tenants: ["acme"],
        something_else: "kept",
      };
      await store.createClient(db.db, old, new Date());
      await updateClient(context, { clientId: old.client_id, name: "Old" });
      assert.deepEqual(await stored(old.client_id), { ...old, client_name: "Old" });
      await updateClient(context, { clientId: old.client_id, searchTenants: ["acme", "globex"] });
      const { allowed_tenants, handoff_tenants, search_tenants } = await stored(old.client_id);
      assert.deepEqual(
        [allowed_tenants, handoff_tenants, search_tenants],
        [undefined, ["acme"], ["acme", "globex"]],
      );
    });

    test("what it proves itself with: a secret is made where one is needed, and none is left where not", async () => {
      const clientId = await webApp();
      const first_ = await stored(clientId);
      await rotateClientSecret(context, { clientId, overlapSeconds: 3_600 });
      const rotated = await stored(clientId);
      const told = await updateClient(context, { clientId, authMethod: "client_secret_post" });
      assert.deepEqual([told.clientSecret, told.ended.tokens], [undefined, 0]);
      assert.deepEqual(await stored(clientId), {
        ...rotated,
        token_endpoint_auth_method: "client_secret_post",
      });
      assert.notEqual(told.client.formerSecretUntilMs, undefined, "the same secrets, in another place");
      const keyed = await updateClient(context, {
        clientId,
        authMethod: "private_key_jwt",
        addKeys: { keys: [first] },
      });
      assert.equal(keyed.client.formerSecretUntilMs, undefined);
      assert.equal((await stored(clientId)).client_secret, undefined);
      const row = await db.db("clients").where("client_id", clientId).first("former_secret_hash");
      assert.equal(row.former_secret_hash, null);
      const toSecret = { clientId, authMethod: "client_secret_basic" };
      const tried = await updateClient(context, { ...toSecret, dryRun: true });
      assert.equal(tried.clientSecret, undefined, "of a trial nothing is kept");
      const back = await updateClient(context, toSecret);
      const after = await stored(clientId);
      assert.ok(matchesClientSecret(after.client_secret, back.clientSecret ?? ""));
      assert.ok(![first_.client_secret, rotated.client_secret].includes(after.client_secret), "another one");
      assert.deepEqual(back.client.keyIds, ["first"], "its keys stay");
      assert.doesNotMatch(JSON.stringify(await listAuditEvents(db.db, { clientId })), /sha256:/);
      await updateClient(context, { clientId, authMethod: "none", retireKeys: ["first"] });
      const { client_secret, jwks, token_endpoint_auth_method } = await stored(clientId);
      assert.deepEqual([client_secret, jwks, token_endpoint_auth_method], [undefined, undefined, "none"]);
    });

    test("whether its tokens are bound to a key is given and taken", async () => {
      const clientId = await webApp();
      const before = await stored(clientId);
      await updateClient(context, { clientId, dpop: "required" });
      assert.deepEqual(await stored(clientId), {
        ...before,
        dpop: "required",
        dpop_bound_access_tokens: true,
      });
      await updateClient(context, { clientId, name: "Still" });
      assert.equal((await stored(clientId)).dpop, "required");
      await updateClient(context, { clientId, dpop: "allowed" });
      assert.deepEqual(await stored(clientId), { ...before, client_name: "Still", dpop: "allowed" });
      const told = await updateClient(context, { clientId, dpop: "off", name: null });
      assert.deepEqual([await stored(clientId), told.warnings], [before, []]);
      const robot = await register({ purposes: ["search"], searchTenants: ["*"] });
      const { warnings } = await updateClient(context, { clientId: robot, dpop: "required" });
      assert.match(warnings.join(), /own API takes no such token/);
    });

    test("refuses that who proves nothing asks for itself at an API, or about its tokens", async () => {
      const identifier = "https://api.example";
      await createResource(context, { identifier, name: "API", scopes: { read: "Read" } });
      const clientId = await webApp();
      await allowResource(context, { identifier, clientId, scopes: ["read"], introspects: true });
      const open = () => updateClient(context, { clientId, authMethod: "none" });
      await assert.rejects(open(), { code: "invalid_input", field: "authMethod" });
      await allowResource(context, { identifier, clientId, scopes: ["read"] });
      await open();
    });

    for (const [what, make, change, field, words] of [
      ["nothing to change", "web", {}, "clientId", /nothing to change/],
      ["an unknown key", "back", { retireKeys: ["nope"] }, "/retireKeys/0", /"first"/],
      ["the only key", "back", { retireKeys: ["first"] }, "retireKeys", /same call/],
      ["a key that is there", "back", { addKeys: { keys: [first] } }, "/addKeys/keys/0", /kid of its own/],
      ["two keys of one kid", "back", { addKeys: { keys: [second, second] } }, "/addKeys/keys/1", /kid/],
      ["a private key", "back", { addKeys: { keys: [{ ...second, d: "x" }] } }, "/addKeys/keys/0", /public/],
      ["half a key", "back", { addKeys: { keys: [{ kty: "EC" }] } }, "/addKeys/keys/0", /whole JWK/],
      [
        "a kid that is none",
        "back",
        { addKeys: { keys: [{ ...second, kid: 7 }] } },
        "/addKeys/keys/0",
        /JWK/,
      ],
      [
        "jwks and jwksUri",
        "back",
        { jwks: { keys: [second] }, jwksUri: "https://back.example/jwks" },
        "jwksUri",
        /not both/,
      ],
      [
        "jwks and a key",
        "back",
        { jwks: { keys: [second] }, retireKeys: ["first"] },
        "retireKeys",
        /Replace/,
      ],
      ["an inside jwksUri", "back", { jwksUri: "ftp://back.example/jwks" }, "jwksUri", /https/],
      ["no address left", "web", { redirectUris: [] }, "redirectUris", /at least one/],
      [
        "an address twice",
        "web",
        { redirectUris: [callback, callback] },
        "/redirectUris/1",
        /Name each once/,
      ],
      ["a tenant twice", "back", { mintTenants: ["acme", "acme"] }, "/mintTenants/1", /Name each once/],
      ["no tenant left", "back", { mintTenants: [] }, "mintTenants", /Name the tenants/],
      ["a right without its purpose", "web", { mintTenants: ["acme"] }, "mintTenants", /purpose/],
      ["a logo that is no address", "web", { logoUri: "x" }, "logoUri", /whole URL/],
      ["a scheme of its own", "web", { redirectUris: ["com.example.app:/cb"] }, "/redirectUris/0", /https/],
      ["ID tokens that live too long", "web", { idTokenSeconds: 3_601 }, "idTokenSeconds", /smaller/],
      [
        "access tokens that live too short",
        "web",
        { accessTokenSeconds: 29 },
        "accessTokenSeconds",
        /larger/,
      ],
      ["half a second", "web", { refreshTokenSeconds: 60.5 }, "refreshTokenSeconds", /whole number/],
      ["a key it has not", "web", { authMethod: "private_key_jwt" }, "jwks", /public keys/],
      ["no proof for who mints", "back", { authMethod: "none" }, "authMethod", /confidential/],
      ["a proof of no kind", "web", { authMethod: "password" }, "authMethod", /private_key_jwt/],
      ["a binding of no kind", "web", { dpop: "maybe" }, "dpop", /allowed/],
      ["a native application with a secret", "web", { applicationType: "native" }, "applicationType", /none/],
    ] as const) {
      test(`refuses ${what}, and writes nothing`, async () => {
        const clientId = make === "web" ? await webApp() : await backEnd();
        const before = await stored(clientId);
        await assert.rejects(
          updateClient(context, {
            clientId,
            name: "Other",
            ...change,
            ...(what === "nothing to change" ? { name: undefined } : {}),
          }),
          (error: OperationError) => {
            assert.equal(error.code, "invalid_input");
            assert.equal(error.field, field);
            assert.match(`${error.message} ${error.fix}`, words);
            return true;
          },
        );
        assert.deepEqual(await stored(clientId), before);
      });
    }

    test("refuses a client there is not, and one that was deleted", async () => {
      const clientId = await webApp();
      await store.deleteClient(db.db, clientId, new Date());
      for (const gone of [clientId, "nobody"]) {
        await assert.rejects(updateClient(context, { clientId: gone, name: "x" }), {
          code: "client_not_found",
        });
      }
    });

    test("of changes at the same moment none is lost, and by the same ETag one wins", async () => {
      const clientId = await webApp();
      const changes = [{ name: "A" }, { logoUri: "https://app.example/l" }, { idTokenSeconds: 77 }];
      await Promise.all(changes.map((change) => updateClient(context, { clientId, ...change })));
      const { client_name, logo_uri, id_token_seconds } = await stored(clientId);
      assert.deepEqual([client_name, logo_uri, id_token_seconds], ["A", "https://app.example/l", 77]);
      const { client } = await updateClient(context, { clientId, name: "B" });
      const condition = { ifMatch: etagOf(client), told: () => {} };
      const settled = await Promise.allSettled(
        ["C", "D", "E"].map((name) => updateClient({ ...context, condition }, { clientId, name })),
      );
      assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
    });
  });
}
