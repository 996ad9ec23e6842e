// Whatever is wrong with a member of a body is told in the caller's own words: its name, or its JSON pointer where it
// stands inside another; what is wrong with its value; what to do. Every route that takes a body, every member; a night tries
// every wrong value of each, a day a third, another for the next member.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { apiRoutes, hasBody } from "../../src/admin/api_routes.ts";
import { errorCatalogue } from "../../src/errors.ts";
import { findMemberNames } from "../edge/inventory.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { type AdminWorld, type ApiAnswer, startAdminWorld } from "./admin_world.ts";

let world: AdminWorld;
const tokens: Record<string, string> = {};

before(async () => {
  world = await startAdminWorld();
  const all = { allowedTenants: ["*"] };
  tokens["admin"] = await world.accessToken({ clientId: "operations", purposes: ["admin"] }, "tti:admin");
  tokens["handoff"] = await world.accessToken(
    { clientId: "login-page", purposes: ["handoff"], ...all },
    "tti:handoff",
  );
  tokens["search"] = await world.accessToken(
    { clientId: "back-end", purposes: ["search"], ...all },
    "tti:search",
  );
  await world.call("POST", "/v1/tenants", tokens["admin"], { id: "acme" });
});
after(() => world.close());

const takeBodies = apiRoutes.filter(hasBody);

const wrongValues: readonly unknown[] = [
  7,
  1.5,
  "",
  "a\u0007b",
  "x".repeat(5_000),
  true,
  false,
  null,
  [],
  {},
  [7],
  [""],
  [{}],
  [{ nope: 1 }],
  { nope: 1 },
  { keys: [] },
  { keys: [{ kty: 7 }] },
  [{ tenantId: "acme", role: "owner" }],
];

// What needs no more than itself to be looked at.
const bases: Record<string, Record<string, unknown>> = {
  "post /v1/tenants": { id: "taken" },
  "patch /v1/tenants/:tenant": { name: "Acme" },
  "post /v1/tenants/:tenant/domains": { domain: "acme.example" },
  "post /v1/tenants/:tenant/users": { user: "nobody" },
  "post /v1/users": { email: "no address" },
  "post /v1/login-challenges/:challenge/accept": { subject: "u1", tenant: "acme" },
  "post /v1/tenants/:tenant/search": { user: "u1", query: "q" },
  "post /v1/clients": { redirectUris: ["https://rp.example/cb"] },
};

const send = (
  { method, path }: { method: string; path: string },
  body: Record<string, unknown>,
): Promise<ApiAnswer> => {
  const token =
    tokens[path.endsWith("search") ? "search" : path.includes("challenges") ? "handoff" : "admin"];
  const target = path.replace(/:(\w+)/g, (_, name: string) => (name === "tenant" ? "acme" : "x"));
  return world.call(method.toUpperCase(), target, token, body);
};

const librarysWords = /invalid input|expected|received|unrecognized|too (small|big)|invalid option|\[object/i;

// The place a field names must be in the body that was sent, or be missing of it.
function standsIn(body: Record<string, unknown>, field: string): boolean {
  if (!field.startsWith("/")) return !field.includes(".") && (field in body || /^\w+$/.test(field));
  const parts = field.slice(1).split("/");
  const parent = parts.slice(0, -1).reduce<unknown>((value, part) => Reflect.get(Object(value), part), body);
  return typeof parent === "object" && parent !== null;
}

const told = new Set<string>();

// The members a route takes: of what it does not know it says so.
async function membersOf(
  route: { method: string; path: string },
  base: Record<string, unknown>,
): Promise<string[]> {
  const all = findMemberNames();
  const taken: string[] = [];
  for (let at = 0; at < all.length; at += 7) {
    const some = all.slice(at, at + 7);
    const body = { ...Object.fromEntries(some.map((member) => [member, { nope: 1 }])), ...base };
    const detail = String((await send(route, body)).body["detail"]);
    taken.push(...some.filter((member) => !detail.includes(`${member} is not known here.`)));
  }
  return taken;
}

function assertTold(answer: ApiAnswer, body: Record<string, unknown>, what: string): void {
  const { field, detail, fix } = answer.body as { field?: string; detail: string; fix: string };
  assert.ok(field !== undefined, `${what}: no field in ${detail}`);
  assert.ok(standsIn(body, field), `${what}: ${field} is nowhere`);
  assert.ok(detail.includes(field.split("/")[1] ?? field), `${what}: ${detail} does not name ${field}`);
  assert.doesNotMatch(detail, librarysWords, what);
  assert.doesNotMatch(detail, /\.\.|\.\d+\./, what);
  assert.notEqual(fix, errorCatalogue.invalid_input.fix, `${what}: ${detail}`);
  assert.match(fix, /\w{3,}/, what);
}

describe("a wrong member of a body is told by name, fault and fix", () => {
  for (const route of takeBodies) {
    const name = `${route.method} ${route.path}`;
    it(`of ${name}`, async () => {
      const base = bases[name] ?? {};
      const members = await membersOf(route, base);
      for (const [turn, member] of members.entries()) {
        for (const value of shareOfToday(wrongValues, 3, turn)) {
          const body = { ...base, [member]: value };
          const answer = await send(route, body);
          assert.ok(answer.status < 500, `${name} ${member}`);
          if (answer.body["error"] !== "invalid_input") continue;
          assertTold(answer, body, `${name} {${member}: ${JSON.stringify(value).slice(0, 60)}}`);
          told.add(`${name} ${member}`);
        }
      }
    });
  }

  for (const [path, body, field, detail, fix] of [
    [
      "/v1/users",
      { email: "a@x.example", memberships: [{ tenantId: "acme", role: "owner" }] },
      "/memberships/0/role",
      "/memberships/0/role must be one of member, admin.",
      "Choose one of them.",
    ],
    [
      "/v1/users",
      { email: "a@x.example", memberships: [{}] },
      "/memberships/0/tenantId",
      "/memberships/0/tenantId is missing.",
      "Give it as text.",
    ],
    [
      "/v1/users",
      { email: "a@x.example", memberships: [{ tenantId: "acme", rol: "admin" }] },
      "/memberships/0/rol",
      "/memberships/0/rol is not known here.",
      "Did you mean role? Else remove it.",
    ],
    [
      "/v1/users",
      { emailVerified: "yes" },
      "email",
      "email is missing. emailVerified must be true or false.",
      "email: Give it as text. emailVerified: Write true or false; in JSON without quotes.",
    ],
    [
      "/v1/clients",
      { redirectUris: ["https://a.example/cb", "a"] },
      "/redirectUris/1",
      /^\/redirectUris\/1 /,
      /./,
    ],
  ] as const) {
    it(`${field} of ${path}`, async () => {
      const answer = await send({ method: "post", path }, body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body["field"], field);
      for (const [said, wanted] of [
        [answer.body["detail"], detail],
        [answer.body["fix"], fix],
      ] as const) {
        if (typeof wanted === "string") assert.equal(said, wanted);
        else assert.match(String(said), wanted);
      }
    });
  }

  it("of every member that any body takes", () => {
    for (const one of [
      "post /v1/users memberships",
      "post /v1/clients jwks",
      "post /v1/clients requirePkce",
      "patch /v1/tenants/:tenant loginMethod",
      "post /v1/tenants/:tenant/accessors idcApplicationArn",
      "post /v1/tenants/:tenant/domains/:domain/verify shared",
      "post /v1/login-challenges/:challenge/accept amr",
      "post /v1/login-challenges/:challenge/reject error",
      "post /v1/tenants/:tenant/search maxResults",
    ]) {
      assert.ok(told.has(one), `${one} is missing of ${[...told].join(", ")}`);
    }
    assert.ok(told.size >= 45, `${told.size} members`);
  });

  it("of a tenant that is not there, where several are named", async () => {
    const body = { email: "b@x.example", memberships: [{ tenantId: "acme" }, { tenantId: "nope" }] };
    const answer = await send({ method: "post", path: "/v1/users" }, body);
    assert.deepEqual(
      [answer.body["error"], answer.body["field"]],
      ["tenant_not_found", "/memberships/1/tenantId"],
    );
  });

  it("and a parameter of the path is told by its name there", async () => {
    const answers = [
      await world.call("GET", "/v1/clients/nope", tokens["admin"]),
      await world.call("DELETE", "/v1/tenants/acme/users/nope", tokens["admin"]),
      await world.call("PATCH", "/v1/tenants/nope", tokens["admin"], { name: "x" }),
      await world.call("GET", "/v1/tenants/acme/accessors/nope", tokens["admin"]),
    ];
    assert.deepEqual(
      answers.map(({ body }) => body["field"]),
      ["client", "user", "tenant", "accessor"],
    );
  });
});
