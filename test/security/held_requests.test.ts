// Class: a right that is asked before a wait which the caller controls, and used after it. A back end sends the head of a
// request and a byte of its body, its right ends at another instance, then comes the rest: nothing may come of it. And
// what was made for a client of before opens nothing for the next one of its id.
import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, test } from "node:test";
import { deleteClient, disableClient } from "../../src/admin/operations/client_access.ts";
import { rotateClientSecret } from "../../src/admin/operations/client_secrets.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { systemClock } from "../../src/clock.ts";
import { findClient, saveClientMetadata } from "../../src/provider/clients/client_store.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { setTenant } from "../provider/grants/mint_support.ts";
import { challengeOf, loginUrl } from "../provider/handoff/handoff_support.ts";
import { basic, postToken } from "../provider/support/authorization.ts";
import { addClient, addPerson, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { storeKinds } from "../support/databases.ts";

const scope = "tti:admin tti:handoff tti:search";

for (const kind of storeKinds) {
  describe(`on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    let aheadMs = 0;
    let made = 0;
    const fixture = useProvider(
      { kind, environment: { TTI_LOGIN_URL: loginUrl }, writesMeanwhile: true },
      async () => {
        const clock = () => new Date(systemClock().getTime() + aheadMs);
        other = await fixture.startAnother({ TTI_LOGIN_URL: loginUrl }, { clock });
        context = cliContext(fixture.db);
        await addPerson(fixture.db, { email: "ada@ext.example", tenants: ["ext"] });
        await setTenant(fixture.db, "ext", { loginMethod: "handoff" });
        await addClient(fixture.db, { client_id: "app" });
      },
    );

    const register = (clientId: string, more: object = {}) =>
      addClient(fixture.db, {
        client_id: clientId,
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        scope: `openid ${scope}`,
        allowed_tenants: ["*"],
        ...more,
      });

    async function newBackEnd(): Promise<{ clientId: string; token: string }> {
      made += 1;
      const clientId = `back-end-${made}`;
      await register(clientId);
      const { body } = await postToken(fixture, { grant_type: "client_credentials", scope }, basic(clientId));
      return { clientId, token: String(body["access_token"]) };
    }

    const acts: Record<string, (clientId: string) => Promise<unknown>> = {
      "it is disabled": (clientId) => disableClient(context, { clientId }),
      "it is deleted": (clientId) => deleteClient(context, { clientId }),
      "its secret is replaced": (clientId) => rotateClientSecret(context, { clientId }),
      "it is registered for less": (clientId) => takeScopes(clientId),
      "its id is another client's": async (clientId) => {
        await deleteClient(context, { clientId });
        await register(clientId);
      },
      "its token ends": async () => {
        aheadMs = 3_600_000;
      },
    };

    async function takeScopes(clientId: string): Promise<void> {
      const client = await findClient(fixture.db, clientId);
      assert.ok(client);
      await saveClientMetadata(fixture.db, { ...client.metadata, scope: "openid" }, new Date());
    }

    const requests: Record<string, (clientId: string) => Promise<{ url: URL; body: object }>> = {
      "an act of the administration": async (clientId) => ({
        url: new URL("/v1/clients", other.adminUrl),
        body: { clientId: `${clientId}-late`, purposes: ["admin"] },
      }),
      "an act that hashes first": async (clientId) => ({
        url: new URL("/v1/users", other.adminUrl),
        body: { email: `${clientId}@ext.example`, password: "a pass phrase of several words" },
      }),
      "the answer to a login challenge": async (clientId) => {
        const challenge = await challengeOf(new UserAgent(), fixture, { tenant: "ext" });
        return {
          url: new URL(`/v1/login-challenges/${challenge}/accept`, other.localUrl),
          body: { subject: `${clientId}-late`, tenant: "ext" },
        };
      },
      "a search": async () => ({
        url: new URL("/v1/tenants/ext/search", other.localUrl),
        body: { user: "ada@ext.example", query: "q" },
      }),
    };

    for (const [what, requestOf] of Object.entries(requests)) {
      test(`${what}, held, comes to nothing when meanwhile the right ends`, async () => {
        const kept = await newBackEnd();
        const { url, body } = await requestOf(kept.clientId);
        const status = await (await hold(url, kept.token, body)).send();
        assert.notEqual(status, 401, "without an act");
        for (const [name, act] of Object.entries(acts)) {
          const { clientId, token } = await newBackEnd();
          const { url, body } = await requestOf(clientId);
          const held = await hold(url, token, body);
          await act(clientId);
          assert.equal(await held.send(), 401, name);
          aheadMs = 0;
          assert.equal(await findClient(fixture.db, `${clientId}-late`), undefined, name);
          const late = await fixture
            .db("accounts")
            .whereIn("id", [`${clientId}-late`])
            .orWhere("email", `${clientId}@ext.example`);
          assert.deepEqual(late, [], name);
        }
      });
    }

    test("a token that is written once its client is gone is none of the next client of its id", async () => {
      const { clientId, token } = await newBackEnd();
      const written = await fixture.db("oidc_records").where("client_id", clientId).select();
      assert.equal(written.length, 1);
      await deleteClient(context, { clientId });
      await register(clientId);
      await fixture.db("oidc_records").insert(written);
      const status = await (
        await hold(new URL("/v1/clients", other.adminUrl), token, { purposes: ["admin"] })
      ).send();
      assert.equal(status, 401);
      const { body } = await postToken(fixture, { grant_type: "client_credentials", scope }, basic(clientId));
      assert.equal(await read("/v1/tenants", String(body["access_token"])), 200);
    });

    test("a token opens no more than its client is registered for now", async () => {
      const { clientId, token } = await newBackEnd();
      const client = await findClient(fixture.db, clientId);
      const metadata = JSON.stringify({ ...client?.metadata, scope: "openid tti:search" });
      await fixture.db("clients").where("client_id", clientId).update({ metadata });
      assert.equal(await read("/v1/tenants", token), 403);
    });

    async function read(path: string, token: string): Promise<number> {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(new URL(path, other.adminUrl), { headers })).status;
    }
  });
}

/** Sends a request but for the end of its body, and waits until it has been let in. */
async function hold(url: URL, token: string, body: object): Promise<{ send(): Promise<number> }> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  };
  const outgoing = request(url, { method: "POST", headers });
  const status = new Promise<number>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (answer) => resolve(answer.resume().statusCode ?? 0));
  });
  outgoing.flushHeaders();
  outgoing.write(text.slice(0, 1));
  // Long enough for the first look at the token, at a store that is near.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return {
    send() {
      outgoing.end(text.slice(1));
      return status;
    },
  };
}
