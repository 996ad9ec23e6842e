// Class: account takeover from a neighbouring host (S3). A host beside the issuer plants the attacker's cookies in the
// victim's browser; over https, with the prefixes browsers enforce.
import assert from "node:assert/strict";
import { request as sendRequest } from "node:http";
import { beforeEach, describe, test } from "node:test";
import { createAdapterFactory } from "../../src/provider/storage/adapter.ts";
import { saveTenant } from "../../src/provider/tenants/tenant_store.ts";
import { addHandoffClients, IsvBackEnd, isvId, loginUrl } from "../provider/handoff/handoff_support.ts";
import { codeChallenge } from "../provider/support/authorization.ts";
import {
  addPerson,
  type ProviderFixture,
  password,
  redirectUri,
  useProvider,
} from "../provider/support/provider_fixture.ts";

const issuer = "https://login.example.com";

interface HeldCookie {
  name: string;
  value: string;
  path: string;
}

interface Answer {
  status: number;
  location: string | undefined;
  text: string;
}

/** A browser at https://login.example.com that keeps RFC 6265bis's rules on prefixes. */
class SecureBrowser {
  readonly cookies: HeldCookie[] = [];
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Takes a Set-Cookie line. @param fromNeighbour sent by https://evil.example.com */
  take(line: string, fromNeighbour = false): boolean {
    const [pair = "", ...rest] = line.split(";").map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf("="));
    const attribute = (key: string) =>
      rest.find((one) => one.toLowerCase().split("=")[0] === key)?.split("=")[1] ??
      (rest.some((one) => one.toLowerCase() === key) ? "" : undefined);
    const path = attribute("path") ?? "/";
    const domain = attribute("domain");
    if (name.startsWith("__Host-")) {
      if (fromNeighbour || domain !== undefined || path !== "/" || attribute("secure") === undefined)
        return false;
    }
    if (name.startsWith("__Secure-") && attribute("secure") === undefined) return false;
    // A neighbour reaches the issuer's host by Domain only.
    if (fromNeighbour && domain !== "example.com") return false;
    const value = pair.slice(pair.indexOf("=") + 1);
    const at = this.cookies.findIndex((one) => one.name === name && one.path === path);
    if (at >= 0) this.cookies.splice(at, 1);
    if (value !== "") this.cookies.push({ name, value, path });
    return true;
  }

  async send(target: string, form?: Record<string, string>): Promise<Answer> {
    const url = new URL(target, issuer);
    const cookie = this.cookies
      .filter(({ path }) => url.pathname === path || path === "/" || url.pathname.startsWith(`${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    const body = form === undefined ? undefined : new URLSearchParams(form).toString();
    return new Promise((resolve, reject) => {
      const sent = sendRequest(
        {
          port: this.#port,
          path: url.pathname + url.search,
          method: body === undefined ? "GET" : "POST",
          headers: {
            host: "login.example.com",
            "x-forwarded-proto": "https",
            "x-forwarded-for": "203.0.113.9",
            accept: "text/html",
            cookie,
            ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
          },
        },
        (response) => {
          for (const line of response.headers["set-cookie"] ?? []) this.take(line);
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, location: response.headers.location, text }),
          );
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** Sends, and follows redirects within the issuer. */
  async follow(target: string, form?: Record<string, string>): Promise<Answer> {
    let answer = await this.send(target, form);
    for (let hops = 0; hops < 10; hops += 1) {
      if (answer.location === undefined || new URL(answer.location, issuer).origin !== issuer) break;
      answer = await this.send(answer.location);
    }
    return answer;
  }
}

const authUrl = (more: Record<string, string> = {}) =>
  `/auth?${new URLSearchParams({
    client_id: "app",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    ...more,
  })}`;

let port: number;
const fixture = useProvider(
  {
    environment: { TTI_ISSUER: issuer, TTI_TRUSTED_PROXIES: "1", TTI_LOGIN_URL: loginUrl },
  },
  async () => {
    port = Number(new URL(fixture.server.localUrl).port);
    await addHandoffClients(fixture, ["*"]);
    await addPerson(fixture.db, { email: "victim@acme.example", tenants: ["acme"] });
    await addPerson(fixture.db, { email: "seed@globex.example", tenants: ["globex"] });
    await saveTenant(fixture.db, "globex", { loginMethod: "handoff" }, new Date());
  },
);

let attacker: SecureBrowser;
let victim: SecureBrowser;
beforeEach(async () => {
  attacker = new SecureBrowser(port);
  victim = new SecureBrowser(port);
  // The victim's browser has been here before, so that it holds a key of its own.
  await victim.send(authUrl({ tenant: "acme" }));
});

/** Plants every cookie the attacker holds, in every way a neighbour can; tells which were taken. */
function plantAll(): string[] {
  return attacker.cookies
    .filter(({ name, value, path }) =>
      victim.take(`${name}=${value}; Domain=example.com; Path=${path}; Secure; HttpOnly`, true),
    )
    .map(({ name }) => name);
}

const pathOf = (answer: Answer) => new URL(answer.location ?? "", issuer).pathname;

describe("an attacker's cookies planted from a neighbouring host", () => {
  test("continue no sign-in with a password, in his browser or the victim's", async () => {
    const begun = await attacker.send(authUrl({ tenant: "acme" }));
    const page = pathOf(begun);
    const planted = plantAll();
    assert.ok(planted.includes("__Secure-tti_interaction"), "the attack is real: this one can be planted");
    assert.ok(!planted.some((name) => name.startsWith("__Host-")));
    const shown = await victim.send(page);
    assert.equal(shown.status, 400);
    assert.match(shown.text, /sign_in_expired/);
    const posted = await victim.send(`${page}/login`, { email: "victim@acme.example", password });
    assert.deepEqual([posted.status, posted.location], [303, page], "on to the page that refuses it");
    const refused = await victim.follow(page);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /sign_in_expired/);
    const uid = page.split("/")[2];
    for (const browser of [attacker, victim]) {
      const resumed = await browser.follow(`/auth/${uid}`);
      assert.ok(!(resumed.location ?? "").includes("code="), resumed.location);
    }
  });

  test("continue no handoff, in his browser or the victim's", async () => {
    const begun = await attacker.follow(authUrl({ tenant: "globex" }));
    const challenge = new URL(begun.location ?? "").searchParams.get("login_challenge") ?? "";
    plantAll();
    // The victim is logged in at the ISV, whose page accepts at once and sends the victim's browser back.
    const isv = new IsvBackEnd({ ...fixture, issuer: fixture.server.localUrl } as ProviderFixture, isvId);
    const victimAtIsv = { subject: "victim", tenant: "globex", email: "victim@globex.example" };
    const back = new URL(await isv.accept(challenge, victimAtIsv));
    const returned = await victim.follow(back.pathname + back.search);
    assert.equal(returned.status, 400);
    assert.match(returned.text, /sign_in_expired/);
    const resumed = await attacker.follow(`/auth/${back.pathname.split("/")[2]}`);
    assert.ok(!(resumed.location ?? "").includes("code="), resumed.location);
    assert.equal((await fixture.db("session_vouchers").select()).length, 0);
  });

  test("resume no sign-in that the victim finished in a browser of their own", async () => {
    const page = pathOf(await victim.send(authUrl({ tenant: "acme" })));
    const finished = await victim.send(`${page}/login`, { email: "victim@acme.example", password });
    const resume = pathOf(finished);
    // Even with every cookie the library reads there, stolen by path, the browser's own key is missing.
    for (const { name, value, path } of victim.cookies) {
      if (!name.startsWith("__Host-tti_browser")) attacker.cookies.push({ name, value, path });
    }
    const stolen = await attacker.send(resume);
    assert.equal(stolen.status, 400);
    assert.ok(!(stolen.location ?? "").includes("code="));
    const own = await victim.send(resume);
    assert.ok((own.location ?? "").includes("code="), own.text);
  });
});

test("every cookie of a sign-in is Secure, HttpOnly, SameSite=Lax, and the browser's own has the prefix", async () => {
  const lines: string[] = [];
  const take = attacker.take.bind(attacker);
  attacker.take = (line) => {
    lines.push(line);
    return take(line);
  };
  const page = pathOf(await attacker.send(authUrl({ tenant: "acme" })));
  await attacker.follow(`${page}/login`, { email: "victim@acme.example", password });
  for (const line of lines) assert.match(line, /; secure/i, line);
  for (const line of lines) assert.match(line, /; httponly/i, line);
  for (const line of lines) assert.match(line, /; samesite=lax/i, line);
  const own = lines.find((line) => line.startsWith("__Host-tti_browser="));
  assert.match(own ?? "", /; path=\/;/i);
  assert.doesNotMatch(own ?? "", /domain=/i);
});

test("of forty resumes at once one goes on", async () => {
  const page = pathOf(await victim.send(authUrl({ tenant: "acme" })));
  const resume = pathOf(await victim.send(`${page}/login`, { email: "victim@acme.example", password }));
  const copies = Array.from({ length: 40 }, () => {
    const copy = new SecureBrowser(port);
    copy.cookies.push(...victim.cookies);
    return copy.send(resume);
  });
  const codes = (await Promise.all(copies)).filter(({ location }) => location?.includes("code="));
  assert.equal(codes.length, 1);
});

test("an interaction is ended by one caller, however close the others are", async () => {
  const { db } = fixture;
  const adapters = createAdapterFactory({
    db,
    clock: () => new Date(),
    findClientMetadata: async () => undefined,
  });
  const interactions = adapters("Interaction");
  await interactions.upsert("once", { jti: "once" }, 60);
  const ends = await Promise.allSettled(Array.from({ length: 5 }, () => interactions.destroy("once")));
  assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a login page opened again and again has one challenge", async () => {
  const page = pathOf(await attacker.send(authUrl({ tenant: "globex" })));
  const before = (await fixture.db("login_challenges").select()).length;
  const targets = new Set<string | undefined>();
  for (let times = 0; times < 5; times += 1) targets.add((await attacker.send(page)).location);
  assert.equal(targets.size, 1);
  assert.equal((await fixture.db("login_challenges").select()).length, before + 1);
});
