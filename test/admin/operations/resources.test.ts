// What a resource may be, and what a client may be given of one: each refusal names the member at fault and leaves
// everything as it was.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deleteClient } from "../../../src/admin/operations/client_access.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import { allowResource, disallowResource } from "../../../src/admin/operations/resource_rights.ts";
import {
  createResource,
  deleteResource,
  listResources,
  showResource,
  updateResource,
} from "../../../src/admin/operations/resources.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const identifier = "https://api.example.com/v1?a=b";
const good = { identifier, name: "API", scopes: { read: "Read", "a:b/c.d-e_f": "More" } };

for (const kind of storesOfToday(import.meta.url)) {
  describe(`resources, on ${kind}`, () => {
    const store = useStore(kind);
    const operator = () => cliContext(store.db);

    it("are refused by name where they could be mistaken, or never work", async () => {
      for (const [member, value] of [
        ["identifier", "http://api.example.com"],
        ["identifier", "https://api.example.com/#part"],
        ["identifier", "https://user:pass@api.example.com"],
        ["identifier", "api.example.com"],
        ["identifier", "urn:x"],
        ["identifier", "urn:example:a#b"],
        ["identifier", "urn:example:a b"],
        ["identifier", "ftp://api.example.com"],
        ["identifier", ""],
        ["identifier", `https://api.example.com/${"x".repeat(300)}`],
        ["scopes", {}],
        ["scopes", { openid: "x" }],
        ["scopes", { OpenID: "x" }],
        ["scopes", { offline_access: "x" }],
        ["scopes", { "tti:admin": "x" }],
        ["scopes", { "TTI:new": "x" }],
        ["scopes", { "two words": "x" }],
        ["scopes", { 'quo"te': "x" }],
        ["scopes", { read: "" }],
        ["scopes", { read: "a\u0007b" }],
        ["scopes", Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`s${at}`, "x"]))],
        ["tokenFormat", "paseto"],
        ["tokenTtlSeconds", 59],
        ["tokenTtlSeconds", 3_601],
        ["tokenTtlSeconds", 60.5],
        ["name", ""],
      ] as const) {
        await assert.rejects(
          createResource(operator(), { ...good, [member]: value }),
          (error: { code: string; field: string; fix: string }) =>
            error.code === "invalid_input" && error.field === member && error.fix.length > 3,
          `${member} ${JSON.stringify(value)}`,
        );
      }
      assert.deepEqual((await listResources(operator())).resources, []);
    });

    it("live: made, shown, changed, listed, given, taken, deleted", async () => {
      const made = await createResource(operator(), good);
      assert.equal(made.tokenFormat, "jwt");
      assert.equal(made.tokenTtlSeconds, 600);
      await assert.rejects(createResource(operator(), good), { code: "resource_exists" });
      for (const other of ["urn:example:b", "https://api.example.com/v1?a=B"]) {
        await createResource(operator(), { ...good, identifier: other });
      }
      const first = await listResources(operator(), { limit: 2 });
      const rest = await listResources(operator(), { limit: 2, cursor: first.cursor });
      assert.equal(new Set([...first.resources, ...rest.resources].map((one) => one.identifier)).size, 3);
      const { resource: changed } = await updateResource(operator(), {
        identifier,
        tokenTtlSeconds: 60,
        tokenFormat: "opaque",
      });
      assert.deepEqual(changed, { ...made, tokenTtlSeconds: 60, tokenFormat: "opaque" });
      await assert.rejects(updateResource(operator(), { identifier: "urn:example:none", name: "x" }), {
        code: "resource_not_found",
      });

      await createClient(operator(), { clientId: "app", redirectUris: ["https://app.example/cb"] });
      await createClient(operator(), { clientId: "worker", purposes: ["service"] });
      await createClient(operator(), {
        clientId: "spa",
        authMethod: "none",
        redirectUris: ["https://spa.example/cb"],
      });
      for (const [clientId, right, field] of [
        ["app", {}, "scopes"],
        ["app", { scopes: [] }, "scopes"],
        ["app", { scopes: ["read", "none"] }, "scopes"],
        ["app", { scopes: ["openid"] }, "scopes"],
        ["app", { scopes: ["toString"] }, "scopes"],
        ["app", { ownScopes: ["read"] }, "ownScopes"],
        ["worker", { scopes: ["read"] }, "scopes"],
        ["worker", { ownScopes: ["none"] }, "ownScopes"],
        ["spa", { introspects: true }, "introspects"],
        ["spa", { ownScopes: ["read"] }, "ownScopes"],
      ] as const) {
        await assert.rejects(
          allowResource(operator(), { identifier, clientId, ...right }),
          { code: "invalid_input", field },
          `${clientId} ${JSON.stringify(right)}`,
        );
      }
      await assert.rejects(allowResource(operator(), { identifier, clientId: "nobody", scopes: ["read"] }), {
        code: "client_not_found",
      });
      assert.deepEqual((await showResource(operator(), { identifier })).clients, []);
      await allowResource(operator(), {
        identifier,
        clientId: "app",
        scopes: ["read", "read", "a:b/c.d-e_f"],
      });
      await allowResource(operator(), {
        identifier,
        clientId: "worker",
        ownScopes: ["read"],
        introspects: true,
      });
      await updateResource(operator(), { identifier, scopes: { read: "Read" } });
      assert.deepEqual((await showResource(operator(), { identifier })).clients, [
        { clientId: "app", scopes: ["read"], ownScopes: [], introspects: false },
        { clientId: "worker", scopes: [], ownScopes: ["read"], introspects: true },
      ]);
      await disallowResource(operator(), { identifier, clientId: "app" });
      await assert.rejects(disallowResource(operator(), { identifier, clientId: "app" }), {
        code: "resource_not_found",
      });
      assert.equal((await deleteResource(operator(), { identifier, dryRun: true })).rights, 1);
      assert.equal((await deleteResource(operator(), { identifier })).rights, 1);
      await createResource(operator(), good);
      assert.deepEqual((await showResource(operator(), { identifier })).clients, []);
      // A client registered again has nothing of the one before.
      await allowResource(operator(), { identifier, clientId: "worker", ownScopes: ["read"] });
      const rows = await store.db("resource_rights").where({ client_id: "worker" }).select();
      await deleteClient(operator(), { clientId: "worker" });
      await store.db("resource_rights").insert(rows);
      await createClient(operator(), { clientId: "worker", purposes: ["service"] });
      assert.deepEqual((await showResource(operator(), { identifier })).clients, []);
    });
  });
}
