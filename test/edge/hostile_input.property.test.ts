// Hostile text into every parameter of every endpoint, every member of every JSON body and every option of every
// command, on SQLite and on PostgreSQL: the same answer on both, never a 5xx, nothing of it unescaped in a page.
// The inventory is found in the running code, so a new address, member or option is covered at once.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { apiRoutes } from "../../src/admin/api_routes.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import { membersOf } from "../../src/admin/operations/input_members.ts";
import { systemClock } from "../../src/clock.ts";
import { isEmailAddress } from "../../src/input/email_address.ts";
import type { OutgoingMail } from "../../src/mail/transport.ts";
import { createPasswords } from "../../src/provider/accounts/passwords.ts";
import { addMintingClients, exchange, setTenant, signSubject } from "../provider/grants/mint_support.ts";
import { plainPng } from "../provider/looks/png_maker.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  type ProviderFixture,
  startProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { atNight } from "../support/at_night.ts";
import { storeKinds } from "../support/databases.ts";
import { shareOfToday } from "../support/share_of_day.ts";
import { type Surroundings, typed } from "../support/typed.ts";
import {
  dealtSize,
  everyHostile,
  type Hostile,
  hostileValues,
  marker,
  propertySeed,
} from "./hostile_text.ts";
import {
  type CommandWords,
  type Endpoint,
  findCommands,
  findEndpoints,
  findMemberNames,
  findParameterNames,
} from "./inventory.ts";

interface World {
  fixture: ProviderFixture;
  tokens: { admin: string; handoff: string; search: string };
}

const seed = propertySeed();
const deal = hostileValues(seed);
const worlds: World[] = [];
const mails: OutgoingMail[] = [];
let endpoints: Endpoint[];

async function startWorld(kind: (typeof storeKinds)[number]): Promise<World> {
  // Requests to both stores overlap, so that what a refused one wrote cannot be told from the other's.
  const fixture = await startProvider({
    kind,
    environment: { TTI_TRUSTED_PROXIES: "1" },
    writesMeanwhile: true,
    // With mail, so that the addresses there are with it are found too.
    mail: { send: async (mail) => void mails.push(mail), close: () => undefined },
  });
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  await addMintingClients(fixture.db, ["*"]);
  const context = {
    db: fixture.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "test",
    may: () => true,
  };
  const tokenOf = async (purpose: "admin" | "handoff" | "search") => {
    const tenants = { handoff: { handoffTenants: ["*"] }, search: { searchTenants: ["*"] }, admin: {} }[
      purpose
    ];
    const { clientId, clientSecret = "" } = await createClient(context, { purposes: [purpose], ...tenants });
    const answer = await fetch(new URL("/token", fixture.issuer), {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`,
      },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: `tti:${purpose}` }),
    });
    const { access_token: token } = (await answer.json()) as { access_token?: string };
    assert.ok(token, purpose);
    return token;
  };
  const tokens = {
    admin: await tokenOf("admin"),
    handoff: await tokenOf("handoff"),
    search: await tokenOf("search"),
  };
  return { fixture, tokens };
}

before(async () => {
  for (const kind of storeKinds) worlds.push(await startWorld(kind));
  endpoints = findEndpoints();
});
after(async () => {
  for (const { fixture } of worlds) await fixture.close();
});

interface Answer {
  status: number;
  error: string;
  text: string;
  type: string;
}

let requests = 0;

// Every cell each night; a share of the large tables otherwise, another for each address and each day. There are more addresses
// than parts, so each name comes; values are dealt, so each class comes in each table.
let drawn = 0;
const next = (): Hostile => {
  drawn += 1;
  return deal();
};

/** Asserts of a table that each of its rows came, and as many values as hold each class. */
async function eachComes(rows: readonly string[], table: (came: (row: string) => void) => Promise<void>) {
  const [came, before] = [new Set<string>(), drawn];
  await table((row) => came.add(row));
  assert.deepEqual(
    rows.filter((row) => !came.has(row)),
    [],
    "these never came",
  );
  assert.ok(drawn - before >= 2 * dealtSize, "not each class came");
}

async function send(
  { fixture, tokens }: World,
  to: Endpoint,
  target: string,
  body?: string,
): Promise<Answer> {
  const api = to.path.startsWith("/v1");
  const token = to.path.includes("login-challenges")
    ? tokens.handoff
    : to.path.endsWith("/search")
      ? tokens.search
      : tokens.admin;
  const response = await fetch((to.port === "admin" ? fixture.server.adminUrl : fixture.issuer) + target, {
    method: to.method,
    redirect: "manual",
    headers: {
      accept: api ? "application/json" : "text/html",
      // Each request from an address of its own: the limits have their own tests.
      "x-forwarded-for": `198.51.${Math.floor(requests / 250) % 250}.${requests % 250}`,
      ...(api ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined
        ? {}
        : { "content-type": api ? "application/json" : "application/x-www-form-urlencoded" }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, error: errorOf(text, type), text, type };
}

// What an answer says apart from what is random in it.
function errorOf(text: string, type: string): string {
  if (!type.includes("json")) return "";
  const { error, code, field } = JSON.parse(text || "{}") as Record<string, unknown>;
  return [error, code, field].filter((part) => typeof part === "string").join(" ");
}

async function sendToBoth(what: string, to: Endpoint, target: string, body?: string): Promise<void> {
  requests += 1;
  const answers = await Promise.all(worlds.map((world) => send(world, to, target, body)));
  const told = `seed ${seed}: ${to.method} ${target.slice(0, 300)} ${body?.slice(0, 300) ?? ""} (${what})`;
  for (const { status, type, text } of answers) {
    assert.ok(status < 500, `${status} at ${told}\n${text.slice(0, 500)}`);
    if (type.includes("html")) assert.ok(!text.includes(marker), `unescaped at ${told}`);
  }
  const [sqlite, postgres] = answers.map(({ status, error }) => `${status} ${error}`);
  assert.equal(sqlite, postgres, told);
}

/** Values for the parameters of paths; what is not here is named by `x`. */
const pathValues: Record<string, string> = { tenant: "acme", user: "ann@acme.example", client: "app" };

const fill = (path: string, replaced: Record<string, string> = {}): string =>
  path.replace(/[:](\w+)/g, (_, name: string) => replaced[name] ?? pathValues[name] ?? "x");

const parametersOf = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? "");

/** What each address that takes JSON takes, so that one member at a time can be wrong. */
const bodies: Record<string, Record<string, unknown>> = {
  "POST /v1/tenants": { id: "new" },
  "PATCH /v1/tenants/:tenant": { name: "Acme" },
  "POST /v1/tenants/:tenant/logo": { png: plainPng().toString("base64") },
  "POST /v1/clients/:client/logo": { png: plainPng().toString("base64") },
  "POST /v1/tenants/:tenant/domains": { domain: "acme.example" },
  "POST /v1/tenants/:tenant/domains/:domain/verify": {},
  "POST /v1/login-challenges/:challenge/accept": { subject: "u1", tenant: "acme", email: "u1@acme.example" },
  "POST /v1/login-challenges/:challenge/reject": {},
  "POST /v1/tenants/:tenant/users": { user: "ann@acme.example" },
  "POST /v1/tenants/:tenant/accessors": {
    applicationId: "a",
    retrieverId: "r",
    qRegion: "us-east-1",
    idcApplicationArn: "arn:aws:sso::1:application/ssoins-1/apl-1",
    idcRegion: "us-east-1",
  },
  "POST /v1/doctor": {},
  "POST /v1/tenants/:tenant/accessors/:accessor/trials": { user: "ann@acme.example" },
  "POST /v1/tenants/:tenant/onboarding/link": { days: 7 },
  "POST /v1/tenants/:tenant/onboarding/details": { text: "tti-details tenant=acme" },
  "POST /v1/tenants/:tenant/onboarding/test": { person: "ann@acme.example" },
  "PATCH /v1/tenants/:tenant/users/:user": { role: "member" },
  "PATCH /v1/users/:user": { name: "Ann" },
  "POST /v1/invitations": { email: "invited@acme.example" },
  "POST /v1/users": { email: "new@acme.example" },
  "POST /v1/users/import": { people: [{ email: "new@acme.example" }] },
  "POST /v1/admins": { email: "operator@isv.example", role: "auditor" },
  "POST /v1/credentials": { name: "Nightly import", role: "auditor" },
  "PATCH /v1/admins/:user": { role: "auditor" },
  "POST /v1/clients": { redirectUris: ["https://rp.example/cb"] },
  "POST /v1/registration": {
    applicationRoleArn: "arn:aws:iam::111122223333:role/application",
    roleArn: "arn:aws:iam::111122223333:role/isv",
    clientId: "isv-client",
    issuer: "https://login.example.com",
    displayName: "ISV",
  },
  "POST /v1/tenants/:tenant/offboarding": {
    dryRun: true,
    roleArn: "arn:aws:iam::111122223333:role/isv",
    issuer: "https://login.example.com",
    displayName: "ISV",
  },
  "POST /v1/resources": { identifier: "https://api.example.com" },
  "POST /v1/resources/:resource/clients": { client: "app" },
  "POST /v1/error-explanations": { text: "InvalidGrantException" },
  "POST /v1/tenants/:tenant/search": { user: "ann@acme.example", query: "travel" },
};

const withoutBody: readonly string[] = ["GET", "DELETE"];

describe("hostile input", () => {
  it("finds what there is: the library's addresses, ours, names and commands", async () => {
    const known = endpoints.map(({ port, method, path }) => `${port} ${method} ${path}`);
    for (const one of [
      "public GET /auth",
      "public POST /token",
      "public POST /token/revocation",
      "public GET /me",
      "public POST /session/end/confirm",
      "public POST /interaction/:uid/login",
      "public POST /account/applications",
      "public POST /account/forgot",
      "public POST /account/password",
      "public POST /account/address",
      "public POST /account/new-address",
      "public POST /account/email",
      "public GET /health/ready",
      "public POST /v1/login-challenges/:challenge/accept",
      "admin POST /v1/tenants",
      "admin POST /v1/tenants/:tenant/search",
    ]) {
      assert.ok(known.includes(one), `${one} is missing of ${known.join(", ")}`);
    }
    const names = findParameterNames();
    for (const name of [
      "tenant",
      "tenant_hint",
      "login_hint",
      "email",
      "password",
      "login_verifier",
      "client_assertion",
    ])
      assert.ok(names.includes(name), `${name} is missing of ${names.join(", ")}`);
    const members = findMemberNames();
    for (const name of ["loginMethod", "auth_time", "attributeFilter", "emailVerified"])
      assert.ok(members.includes(name), `${name} is missing of ${members.join(", ")}`);
    const write = known
      .filter((one) => / (POST|PATCH|PUT) \/v1/.test(one))
      .map((one) => one.replace(/^\w+ /, ""));
    const unknown = write.filter((one) => bodies[one] === undefined && !bodyless.includes(one));
    assert.deepEqual(unknown, [], "give these a body in this test");
  });

  it("in a path is refused or names nothing, the same on both stores", async () => {
    const names = [...new Set(endpoints.flatMap(({ path }) => parametersOf(path)))];
    await eachComes(names, async (came) => {
      for (const endpoint of endpoints) {
        for (const parameter of parametersOf(endpoint.path)) {
          for (const value of Array.from({ length: atNight ? 10 : 4 }, next)) {
            // An empty segment is another address.
            if (value.encoded === "") continue;
            came(parameter);
            const body = endpoint.path.startsWith("/v1") ? "{}" : "";
            const target = fill(endpoint.path, { [parameter]: value.encoded });
            await sendToBoth(
              value.what,
              endpoint,
              target,
              withoutBody.includes(endpoint.method) ? undefined : body,
            );
          }
        }
      }
    });
  });

  it("in a query or form parameter is refused or harmless, the same on both stores", async () => {
    const names = findParameterNames();
    await eachComes(names, async (came) => {
      for (const [turn, endpoint] of endpoints.filter(({ path }) => !path.startsWith("/v1")).entries()) {
        for (const name of shareOfToday(names, 16, turn)) {
          const value = next();
          const pair = `${name}=${value.encoded}`;
          came(name);
          if (endpoint.method === "GET")
            await sendToBoth(value.what, endpoint, `${fill(endpoint.path)}?${pair}`);
          else await sendToBoth(value.what, endpoint, fill(endpoint.path), pair);
        }
      }
    });
  });

  it("in a parameter of a good authorization request is refused or harmless", async () => {
    const endpoint: Endpoint = { port: "public", method: "GET", path: "/auth" };
    for (const name of findParameterNames()) {
      const url = authorizationUrl({ issuer: "https://x.example" });
      url.searchParams.delete(name);
      const value = next();
      await sendToBoth(value.what, endpoint, `/auth${url.search}&${name}=${value.encoded}`);
    }
  });

  it("in a query of the admin API is refused or harmless", async () => {
    const names = [
      "limit",
      "afterId",
      "beforeMs",
      "tenantId",
      "cursor",
      "type",
      "account",
      "client",
      ...findMemberNames(),
    ];
    const lists = endpoints.filter(({ method, path }) => path.startsWith("/v1") && method === "GET");
    await eachComes(names, async (came) => {
      for (const [turn, endpoint] of lists.entries()) {
        for (const name of shareOfToday(names, 16, turn)) {
          const value = next();
          came(name);
          await sendToBoth(value.what, endpoint, `${fill(endpoint.path)}?${name}=${value.encoded}`);
        }
      }
    });
  });

  it("in a member of a JSON body is refused or harmless, the same on both stores", async () => {
    const names = findMemberNames();
    const taking = endpoints.filter(
      ({ method, path }) => path.startsWith("/v1") && !withoutBody.includes(method),
    );
    await eachComes(names, async (came) => {
      for (const [turn, endpoint] of taking.entries()) {
        const address = `${endpoint.method} ${endpoint.path}`;
        const base = bodies[address] ?? {};
        // All that the address takes; of what it must not know, a share.
        const taken = takenMembers.get(address) ?? names;
        const others = shareOfToday(
          names.filter((name) => !taken.includes(name)),
          16,
          turn,
        );
        for (const name of [...taken, ...others]) {
          const value = next();
          came(name);
          const rest = Object.entries(base).filter(([one]) => one !== name);
          const members = rest.map(([one, member]) => `${JSON.stringify(one)}:${JSON.stringify(member)}`);
          const body = `{${[...members, `${JSON.stringify(name)}:${value.json}`].join(",")}}`;
          await sendToBoth(value.what, endpoint, fill(endpoint.path), body);
        }
      }
    });
  });

  it("in a name that a mail tells makes no other header or recipient, and is shown escaped", async () => {
    const [world] = worlds as [World];
    const ask = (method: string, path: string, body: string) =>
      send(world, { port: "admin", method, path }, path, body);
    const invited: string[] = [];
    assert.equal((await ask("POST", "/v1/tenants", '{"id":"mailed"}')).status, 201);
    for (const [index, { json }] of everyHostile.entries()) {
      await ask("PATCH", "/v1/tenants/mailed", `{"name":${json}}`);
      const email = `invited-${index}@acme.example`;
      const { status } = await ask("POST", "/v1/invitations", JSON.stringify({ email, tenantId: "mailed" }));
      assert.equal(status, 201);
      invited.push(email);
    }
    const came = () => new Set(mails.map(({ to }) => to));
    while (!invited.every((email) => came().has(email))) await new Promise((go) => setTimeout(go, 50));
    assert.ok(
      mails.some(({ text }) => text.includes(marker)),
      "the name is told",
    );
    for (const { to, subject, html } of mails) {
      assert.ok(isEmailAddress(to), to);
      assert.doesNotMatch(subject, /\p{Cc}/u);
      assert.ok(!html.includes(marker), `unescaped, seed ${seed}: ${html}`);
    }
  });

  it("on the pages of a sign-in is refused, and shown escaped", async () => {
    for (const field of ["email", "password", "tenant", "decision", "x"]) {
      for (const value of field === "email" ? everyHostile : Array.from({ length: 6 }, next)) {
        requests += 1;
        const answers = await Promise.all(
          worlds.map(async ({ fixture }) => {
            const agent = new UserAgent({ "x-forwarded-for": `203.0.${requests >> 8}.${requests & 255}` });
            const page = await agent.follow(authorizationUrl(fixture, { login_hint: marker }));
            assert.ok(!page.text.includes(marker));
            const rest = field === "email" ? "password=guess" : `email=${requests}%40x.example`;
            const answer = await agent.follow(`${page.url.href.replace(/\/?$/, "")}/login`, {
              method: "POST",
              body: `${rest}&${field}=${value.encoded}`,
              headers: { "content-type": "application/x-www-form-urlencoded" },
            });
            assert.ok(!answer.text.includes(marker), `${field} of ${value.what}`);
            return answer.status;
          }),
        );
        assert.ok((answers[0] ?? 500) < 500, `${answers} for ${value.what} as ${field}`);
        assert.equal(answers[0], answers[1], `${value.what} as ${field}`);
      }
    }
  });

  it("in a claim of an assertion is refused, or comes out clean in the token", async () => {
    for (const { fixture } of worlds)
      await setTenant(fixture.db, "acme", {
        loginMethod: "handoff",
        presencePolicy: { name: "within", hours: 720 },
      });
    const good = {
      sub: "u-1",
      email: "u1@acme.example",
      name: "Ada",
      auth_time: Math.floor(Date.now() / 1000) - 5,
    };
    let minted = 0;
    for (const [turn, claim] of assertedClaims.entries()) {
      // Each class in three claims, each claim with eight classes; what a person is told by has them all.
      const values = ["sub", "email"].includes(claim) ? everyHostile : shareOfToday(everyHostile, 4, turn);
      for (const value of values) {
        const parsed = jsonOf(value);
        // What no JWT library signs.
        if (parsed === undefined || parsed === Number.POSITIVE_INFINITY) continue;
        const answers = await Promise.all(
          worlds.map(async ({ fixture }) =>
            exchange(fixture.issuer, await signSubject(fixture.issuer, { ...good, [claim]: parsed })),
          ),
        );
        const told = `${claim}: ${value.what}`;
        assert.ok((answers[0]?.status ?? 500) < 500, `${told}: ${JSON.stringify(answers[0]?.body)}`);
        assert.equal(answers[0]?.status, answers[1]?.status, told);
        assert.equal(answers[0]?.body["error_description"], answers[1]?.body["error_description"], told);
        for (const { status, body } of answers) {
          if (status !== 200) continue;
          minted += 1;
          const claims = JSON.stringify(decodeJwt(String(body["access_token"])));
          assert.doesNotMatch(claims, /[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b]|\\u/u, told);
        }
      }
    }
    assert.ok(minted > 0, "the good assertion mints");
  });

  it("typed after a command ends in a told error, the same on both stores", async () => {
    const place = mkdtempSync(join(tmpdir(), "tti-hostile-"));
    try {
      for (const command of await findCommands()) {
        if (stays.has(command.name)) continue;
        for (const target of [...command.options, ...command.arguments]) {
          const value = next();
          const word = value.word?.slice(0, 4_000);
          if (word === undefined) continue;
          const told: string[] = [];
          for (const [number, { fixture }] of worlds.entries()) {
            // Each store has a folder of its own: a file that a command wrote for the one must not stand in the other's way.
            const folder = join(place, String(number));
            mkdirSync(folder, { recursive: true });
            const environment = {
              TTI_MODE: "development",
              TTI_SECRETS: secrets,
              ...fixture.store.environment,
            };
            told.push(
              await tellTyped(wordsFor(command, target, word), {
                environment,
                folder,
                store: fixture.db,
              }),
            );
          }
          const what = `seed ${seed}: tti ${command.name}, ${target}: ${value.what}`;
          assert.doesNotMatch(told[0] ?? "", /internal_error|no code/, `${what}: ${told[0]}`);
          if (ofTheEmbeddedStore.has(command.name) && told.some((each) => /store_not_embedded/.test(each)))
            continue;
          assert.equal(told[0], told[1], what);
        }
      }
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

const assertedClaims: readonly string[] = [
  ...["sub", "tenant", "email", "name", "auth_time", "amr"],
  ...["jti", "iss", "exp", "iat", "nbf", "email_verified"],
];

/** What PostgreSQL has programs of its own for, and says so. */
const ofTheEmbeddedStore = new Set(["backup", "restore", "store move"]);

const secrets = Buffer.alloc(32, 7).toString("base64");

// Posts that may carry nothing but their path.
const bodyless: readonly string[] = apiRoutes
  .filter((route) => {
    const filled = Object.values(route.params);
    const members = Object.entries(membersOf(route.operation.entry.input));
    return members.every(([name, { required }]) => !required || filled.includes(name));
  })
  .map(({ method, path }) => `${method.toUpperCase()} ${path}`);

// By address, the members of its body, nested ones too.
const takenMembers = new Map(
  apiRoutes.map((route) => [
    `${route.method.toUpperCase()} ${route.path}`,
    findMemberNames([route.operation]),
  ]),
);

// Commands that stay, reach over the network, or change the whole store whatever is typed after them.
const stays = new Set(
  [
    "dev",
    "serve",
    "sandbox",
    "sandbox load",
    "doctor",
    "migrate up",
    "migrate down",
    "migrate status",
    "migrate unlock",
  ].concat(["audit follow", "key rotate", "key publish", "key reseal", "token", "search", "credentials"]),
);

const usual: Record<string, string> = {
  tenant: "acme",
  email: "new@acme.example",
  id: "thing",
  user: "ann@acme.example",
};

function wordsFor(command: CommandWords, target: string, word: string): string[] {
  const given = command.arguments.map((name) =>
    name === target ? word : (usual[name.toLowerCase().replace(/\W/g, "")] ?? "acme"),
  );
  const options = command.options
    .filter((name) => name === target || usual[name] !== undefined)
    .map((name) => `--${name}=${name === target ? word : usual[name]}`);
  return [...command.name.split(" "), ...options, "--json", "--", ...given];
}

// Runs a command in this process; answers its exit code and error code.
async function tellTyped(words: string[], surroundings: Surroundings): Promise<string> {
  const ended = await typed(words, { ...surroundings, stdin: "a good pass phrase here" });
  // An export that goes well prints a document a line.
  const silent = ended.exitCode === 0 || ended.stdout === "";
  const { error } = silent ? {} : ended.json<{ error?: { code?: string; field?: string } }>();
  if (error === undefined) return `${ended.exitCode} `;
  return `${ended.exitCode} ${error.code ?? `no code: ${ended.stdout}`} ${error.field ?? ""}`;
}

function jsonOf(value: Hostile): unknown {
  try {
    return JSON.parse(value.json);
  } catch {
    return undefined;
  }
}
