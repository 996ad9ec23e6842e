// Pushed authorization requests (RFC 9126), for the clients that have them turned on and for no other. A request_uri is
// one client's, serves once, and carries no secret anywhere.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deleteClient, disableClient, enableClient } from "../../src/admin/operations/client_access.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import type { RunningServer } from "../../src/running_server.ts";
import { cliContext } from "../support/cli_context.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import {
  authorizationUrl,
  basic,
  codeOf,
  type JsonAnswer,
  type Params,
  postForm,
  redeem,
} from "./support/authorization.ts";
import { addClient, addPerson, clientSecret, signInAt, useProvider } from "./support/provider_fixture.ts";
import { UserAgent } from "./support/user_agent.ts";

const email = "ann@acme.example";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`pushed requests, on ${kind}`, () => {
    let other: RunningServer;
    let context: OperationContext;
    const fixture = useProvider({ kind }, async () => {
      other = await fixture.startAnother();
      context = cliContext(fixture.db);
      await addPerson(fixture.db, { email, tenants: ["acme"] });
      await addClient(fixture.db, { client_id: "app", pushed_requests: "allowed" });
      await addClient(fixture.db, { client_id: "second", pushed_requests: "allowed" });
      await addClient(fixture.db, { client_id: "plain" });
      await addClient(fixture.db, {
        client_id: "strict",
        pushed_requests: "required",
        require_pushed_authorization_requests: true,
      });
    });

    const push = (
      params: Params = {},
      clientId = "app",
      authorization = basic(clientId),
    ): Promise<JsonAnswer> => {
      const request = authorizationUrl(fixture, { client_id: clientId, ...params });
      return postForm(
        new URL("/request", fixture.issuer),
        Object.fromEntries(request.searchParams),
        authorization,
      );
    };
    const at = (issuer: string, client_id: string, request_uri: unknown): URL => {
      const url = new URL("/auth", issuer);
      url.search = new URLSearchParams({ client_id, request_uri: String(request_uri) }).toString();
      return url;
    };

    test("a client that has them pushes its request, and gets a code by the request_uri alone", async () => {
      const { status, body } = await push({ state: "kept" });
      assert.equal(status, 201, JSON.stringify(body));
      assert.match(String(body["request_uri"]), /^urn:ietf:params:oauth:request_uri:[\w-]{40,}$/);
      assert.ok(Number(body["expires_in"]) <= 60);
      const answer = await signInAt(new UserAgent(), at(fixture.issuer, "app", body["request_uri"]), email);
      assert.equal(answer.url.searchParams.get("state"), "kept");
      assert.equal((await redeem(fixture, codeOf(answer))).status, 200);
    });

    test("a client that has not is refused, and who proves nothing too; none may be told by another", async () => {
      assert.equal((await push({}, "plain")).body["error"], "unauthorized_client");
      assert.equal((await push({}, "app", basic("app", "wrong"))).body["error"], "invalid_client");
      assert.equal((await push({ client_id: "second" }, "app", basic("app"))).status, 400);
      assert.equal((await push({ redirect_uri: "https://evil.example/" })).status, 400);
      assert.equal((await push({ code_challenge: undefined, code_challenge_method: undefined })).status, 400);
    });

    test("one that must push can do nothing else", async () => {
      const plain = await new UserAgent().follow(authorizationUrl(fixture, { client_id: "strict" }));
      assert.equal(plain.url.searchParams.get("error"), "invalid_request");
      const { body } = await push({}, "strict");
      const answer = await signInAt(
        new UserAgent(),
        at(fixture.issuer, "strict", body["request_uri"]),
        email,
      );
      assert.equal((await redeem(fixture, codeOf(answer), {}, basic("strict"))).status, 200);
    });

    test("a request_uri is the client's that pushed it, and ends when pushing is turned off", async () => {
      const { body } = await push();
      const theirs = await new UserAgent().follow(at(fixture.issuer, "second", body["request_uri"]));
      assert.equal(theirs.url.searchParams.get("code"), null);
      assert.doesNotMatch(theirs.text, /type="password"/);
      const off = await push({}, "second");
      const row = await fixture.db("clients").where({ client_id: "second" }).first("metadata");
      const { pushed_requests: _off, ...metadata } = JSON.parse(row.metadata);
      await fixture
        .db("clients")
        .where({ client_id: "second" })
        .update({ metadata: JSON.stringify(metadata) });
      const late = await new UserAgent().follow(at(fixture.issuer, "second", off.body["request_uri"]));
      assert.equal(late.url.searchParams.get("code"), null);
      assert.doesNotMatch(late.text, /type="password"/);
    });

    test("a request_uri ends with its client, and is none of the one that comes after it", async () => {
      const opens = async (requestUri: unknown) =>
        /type="password"/.test(
          (await new UserAgent().follow(at(other.localUrl, "passing", requestUri))).text,
        );
      const pushed = async () => (await push({}, "passing")).body["request_uri"];
      await addClient(fixture.db, { client_id: "passing", pushed_requests: "allowed" });
      const uris = [await pushed(), await pushed()];
      const rows = await fixture.db("oidc_records").where({ model: "PushedAuthorizationRequest" });
      assert.equal(await opens(uris[0]), true);
      const ends = [
        async () => {
          await disableClient(context, { clientId: "passing" });
          await enableClient(context, { clientId: "passing" });
        },
        async () => {
          await deleteClient(context, { clientId: "passing" });
          await addClient(fixture.db, { client_id: "passing", pushed_requests: "allowed" });
        },
      ];
      for (const end of ends) {
        const fresh = await pushed();
        assert.equal(await opens(fresh), true);
        await end();
        assert.equal(await opens(fresh), false);
        assert.equal(await opens(await pushed()), true);
      }
      // Written late, by a push that was under way.
      await fixture.db("oidc_records").where({ model: "PushedAuthorizationRequest" }).delete();
      await fixture.db("oidc_records").insert(rows);
      assert.equal(await opens(uris[1]), false);
    });

    test("of any number that come with one request_uri, on two instances, one gets a code", async () => {
      const { body } = await push();
      const agents: UserAgent[] = [];
      for (let index = 0; index < 10; index += 1) {
        const agent = new UserAgent({}, index % 2 === 0 ? undefined : other);
        // Each is signed in already, so that all arrive at the last step together.
        const arrived = await signInAt(agent, new URL(authorizationUrl(fixture)), email);
        assert.ok(arrived.url.searchParams.has("code"), arrived.text);
        agents.push(agent);
      }
      const address = at(fixture.issuer, "app", body["request_uri"]);
      const answers = await Promise.all(agents.map((agent) => agent.follow(address)));
      const codes = answers.filter(({ url }) => url.searchParams.has("code"));
      assert.equal(codes.length, 1);
      const again = await agents[0]?.follow(address);
      assert.equal(again?.url.searchParams.get("code"), null);
    });

    test("a secret in the pushed form is kept nowhere (CVE-2024-4540)", async () => {
      await addClient(fixture.db, {
        client_id: "posting",
        token_endpoint_auth_method: "client_secret_post",
        pushed_requests: "allowed",
      });
      const request = authorizationUrl(fixture, { client_id: "posting" });
      const params = { ...Object.fromEntries(request.searchParams), client_secret: clientSecret };
      const pushed = await postForm(new URL("/request", fixture.issuer), params);
      assert.equal(pushed.status, 201);
      const rows = await fixture.db("oidc_records").where({ model: "PushedAuthorizationRequest" }).select();
      assert.ok(rows.length > 0);
      for (const { payload } of rows) {
        const stored = JSON.parse(payload).request.split(".")[1];
        assert.doesNotMatch(Buffer.from(stored, "base64url").toString(), /client_secret|a-secret-of/);
      }
      const agent = new UserAgent();
      await agent.follow(at(fixture.issuer, "posting", pushed.body["request_uri"]));
      assert.ok(![...agent.cookies.values()].some((value) => value.includes("a-secret-of")));
    });

    test("discovery does not offer them: what reads it would push for clients that may not", async () => {
      for (const name of ["openid-configuration", "oauth-authorization-server"]) {
        const url = new URL(`/.well-known/${name}`, fixture.issuer);
        const document = (await (await fetch(url)).json()) as Record<string, unknown>;
        assert.equal("pushed_authorization_request_endpoint" in document, false);
        assert.equal(document["introspection_endpoint"], `${fixture.issuer}/token/introspection`);
      }
    });
  });
}
