// A change may be tied to what was read before it: GET of one thing answers an ETag, a change of it takes If-Match. Of a
// stale one nothing is written, and of two at the same moment one wins, on both stores.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { etagOf, parseIfMatch } from "../../src/admin/operations/revision.ts";
import { updateTenant } from "../../src/admin/operations/tenants.ts";
import { systemClock } from "../../src/clock.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { createTenant, findTenant } from "../../src/provider/tenants/tenant_store.ts";
import { plainPng } from "../provider/looks/png_maker.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import { useStore } from "../support/use_store.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

const accessor = {
  applicationId: "11111111-2222-4333-8444-555555555555",
  retrieverId: "11111111-2222-4333-8444-666666666666",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  idcRegion: "us-east-1",
  qRegion: "us-east-1",
};

/** What is read and changed, by its address; each change with a body that changes something. */
const things: Readonly<Record<string, { change?: [unknown, unknown] }>> = {
  "/v1/tenants/acme": { change: [{ name: "Acme One" }, { name: "Acme Two" }] },
  "/v1/users/ann@acme.example": { change: [{ name: "Ann One" }, { name: "Ann Two" }] },
  "/v1/tenants/acme/accessors/default": {},
  "/v1/resources/urn%3Aexample%3Aapi": { change: [{ name: "Api One" }, { name: "Api Two" }] },
  "/v1/clients/app": { change: [{ name: "App One" }, { name: "App Two" }] },
};

/** What has no address to be read at, by that of the thing which GET shows it in, and whose ETag it takes. */
const partsOf: Readonly<Record<string, string>> = {
  "/v1/tenants/:tenant/logo": "/v1/tenants/:tenant/brand",
  "/v1/clients/:client/logo": "/v1/clients/:client",
};

describe("If-Match", () => {
  let world: AdminWorld;
  let token: string;
  before(async () => {
    world = await startAdminWorld();
    token = await world.accessToken({ clientId: "ops", purposes: ["admin"] }, "tti:admin");
    await world.call("POST", "/v1/tenants", token, { id: "acme" });
    await world.call("POST", "/v1/users", token, { email: "ann@acme.example" });
    await world.call("POST", "/v1/tenants/acme/accessors", token, accessor);
    await world.call("POST", "/v1/resources", token, {
      identifier: "urn:example:api",
      name: "Api",
      scopes: { read: "Read" },
    });
    await world.call("POST", "/v1/clients", token, {
      clientId: "app",
      redirectUris: ["https://app.example/cb"],
    });
  });
  after(() => world.close());

  const send = async (method: string, path: string, ifMatch?: string, body?: unknown) => {
    const response = await fetch(`${world.server.adminUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, etag: response.headers.get("etag"), body: answer, response };
  };

  it("is taken by every change of a thing that GET shows, and by nothing else", () => {
    const shown = apiRoutes.filter(({ operation }) => operation.entry.shows).map(({ path }) => path);
    const changed = apiRoutes.filter(({ method }) => method === "patch" || method === "delete");
    assert.deepEqual(
      [...new Set(changed.filter(({ path }) => shown.includes(path)))].filter(
        ({ operation }) => operation.entry.revises === undefined,
      ),
      [],
    );
    for (const { operation, path } of apiRoutes) {
      if (operation.entry.revises !== undefined) assert.ok(shown.includes(partsOf[path] ?? path), path);
    }
    const one = apiRoutes.filter(({ method, path }) => method === "get" && /\/:\w+$/.test(path));
    assert.deepEqual(
      one.filter(({ path }) => !shown.includes(path)).map(({ path }) => path),
      // What one back end reads once of a login under way, and a mail that was written: nobody changes either.
      ["/v1/login-challenges/:challenge", "/v1/mails/:mail"],
    );
  });

  for (const [part, whole] of Object.entries(partsOf)) {
    it(`ties what is done to ${part} to what was read of ${whole}`, async () => {
      const [at, read] = [part, whole].map((path) =>
        path.replace(":tenant", "acme").replace(":client", "app"),
      );
      assert.ok(at !== undefined && read !== undefined);
      const png = plainPng({ width: 4, height: 4 }).toString("base64");
      const before = String((await send("GET", read)).etag);
      assert.equal((await send("POST", at, '"AAAAAAAAAAAAAAAAAAAAAAAAAAA"', { png })).status, 412);
      assert.equal((await send("GET", read)).etag, before, "and nothing was written");
      const done = await send("POST", at, before, { png });
      assert.equal(done.status, 200);
      assert.notEqual(done.etag, before);
      assert.equal((await send("GET", read)).etag, done.etag, "the answer names the state it left");
      assert.equal((await send("DELETE", at, before)).status, 412);
      const gone = await send("DELETE", at, String(done.etag));
      assert.deepEqual([gone.status, (await send("GET", read)).etag], [200, gone.etag]);
    });
  }

  for (const [path, { change }] of Object.entries(things)) {
    it(`ties what is done to ${path} to what was read of it`, async () => {
      const read = await send("GET", path);
      assert.match(String(read.etag), /^"[\w-]{27}"$/);
      assert.equal((await send("GET", path)).etag, read.etag);
      const stale = '"AAAAAAAAAAAAAAAAAAAAAAAAAAA"';
      const method = change === undefined ? "DELETE" : "PATCH";
      const refused = await send(method, path, stale, change?.[0]);
      assert.equal(refused.status, 412);
      assert.match(String(refused.response.headers.get("content-type")), /^application\/problem\+json/);
      assert.deepEqual([refused.body["error"], refused.body["field"]], ["precondition_failed", "If-Match"]);
      assert.equal((await send("GET", path)).etag, read.etag, "and nothing was written");
      // A weak ETag fits nothing, the strong one fits among others.
      assert.equal((await send(method, path, `W/${read.etag}`, change?.[0])).status, 412);
      if (change !== undefined) {
        const done = await send(method, path, `${stale}, ${read.etag}`, change[0]);
        assert.equal(done.status, 200);
        assert.notEqual(done.etag, read.etag);
        assert.equal((await send("GET", path)).etag, done.etag, "the answer names the state it left");
        assert.equal((await send(method, path, String(read.etag), change[1])).status, 412);
        assert.equal((await send(method, path, String(done.etag), change[1])).status, 200);
        assert.equal((await send(method, path, "*", change[0])).status, 200);
      }
      const now = String((await send("GET", path)).etag);
      if (path.startsWith("/v1/tenants/acme") && !path.includes("accessors")) return;
      assert.equal((await send("DELETE", path, stale)).status, 412);
      const gone = await send("DELETE", path, now);
      assert.deepEqual([gone.status, gone.etag], [200, null]);
      assert.equal((await send("DELETE", path, "*")).status, 404);
    });
  }

  it("is refused where it is none, and where nothing reads it", async () => {
    for (const wrong of ["", "abc", '"a', 'W/"a" "b"', '*, "a"', '"a b"']) {
      const answer = await send("PATCH", "/v1/tenants/acme", wrong, { name: "Other" });
      assert.deepEqual([answer.status, answer.body["field"]], [400, "If-Match"], wrong);
    }
    const unread = await send("POST", "/v1/tenants", '"a"', { id: "globex" });
    assert.deepEqual([unread.status, unread.body["field"]], [400, "If-Match"]);
    assert.equal((await send("GET", "/v1/tenants/globex")).status, 404);
    assert.equal((await send("GET", "/v1/tenants/acme", '"a"')).status, 400);
    // Who may not is not told whether it fits.
    const stranger = await fetch(`${world.server.adminUrl}/v1/tenants/acme`, {
      method: "PATCH",
      headers: { "if-match": '"a"' },
    });
    assert.equal(stranger.status, 401);
  });
});

it("a list of ETags is read as RFC 9110 writes it", () => {
  assert.deepEqual(parseIfMatch(' "a,b" ,\t"c", W/"d" '), ['"a,b"', '"c"']);
  assert.equal(parseIfMatch(" * "), "*");
});

for (const kind of storesOfToday(import.meta.url)) {
  describe(`of changes by the same ETag on ${kind}`, () => {
    const store = useStore(kind);

    it("one wins", async () => {
      await createTenant(store.db, { id: "acme", name: "Acme" }, new Date());
      for (let round = 0; round < 5; round++) {
        const ifMatch = etagOf(await findTenant(store.db, "acme"));
        const results = await Promise.all(
          Array.from({ length: 6 }, async (_, at) => {
            let left: string | undefined;
            const told = (etag: string) => {
              left = etag;
            };
            const context = {
              db: store.db,
              clock: systemClock,
              passwords: createPasswords(),
              actor: "test",
              may: () => true,
              condition: { ifMatch, told },
            };
            const name = `Acme ${round}.${at}`;
            return updateTenant(context, { id: "acme", name }).then(
              () => ({ name, left }),
              (error: { code?: string }) => ({ code: error.code, left }),
            );
          }),
        );
        const winners = results.filter((one) => "name" in one);
        assert.equal(winners.length, 1, JSON.stringify(results));
        assert.ok(results.every((one) => "name" in one || one.code === "precondition_failed"));
        const tenant = await findTenant(store.db, "acme");
        assert.deepEqual(winners, [{ name: tenant?.name, left: etagOf(tenant) }]);
      }
    });
  });
}
