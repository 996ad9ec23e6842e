// Every address of the console × every role × signed out: who sees it, who may send its form. The table says it once more, by
// hand, so that an address that opens by accident fails.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, test } from "node:test";
import { createAccessor } from "../../src/admin/operations/accessors.ts";
import { createCredential } from "../../src/admin/operations/credentials.ts";
import { addDomain } from "../../src/admin/operations/domains.ts";
import { allowResource } from "../../src/admin/operations/resource_rights.ts";
import { createResource } from "../../src/admin/operations/resources.ts";
import { places } from "../../src/console/places.ts";
import { createMail } from "../../src/mail/outbox_store.ts";
import { addClient } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { csrfOf, emails, postForm, signInToConsole, useConsole } from "./console_world.ts";

/** Who opens an address, from this role on. */
const from: Readonly<Record<string, "auditor" | "operator" | "owner">> = {
  "/console": "auditor",
  "/console/people": "auditor",
  "/console/people/new": "operator",
  "/console/people/:user": "auditor",
  "/console/people/:user/edit": "operator",
  "/console/people/:user/address": "operator",
  "/console/people/:user/vouch": "operator",
  "/console/people/:user/doubt": "operator",
  "/console/people/:user/invite": "operator",
  "/console/people/:user/withdraw-invitation": "operator",
  "/console/people/:user/mail-returned": "operator",
  "/console/people/:user/password": "operator",
  "/console/people/:user/passkeys/:passkey/remove": "operator",
  "/console/people/:user/reset-factors": "operator",
  "/console/people/:user/sign-out": "operator",
  "/console/people/:user/disable": "operator",
  "/console/people/:user/enable": "operator",
  "/console/people/:user/delete": "operator",
  "/console/people/:user/memberships/add": "operator",
  "/console/people/:user/memberships/:tenant/role": "operator",
  "/console/people/:user/memberships/:tenant/remove": "operator",
  "/console/people/:user/sessions/:session/end": "operator",
  "/console/people/:user/applications/:grant/revoke": "operator",
  "/console/organizations": "auditor",
  "/console/organizations/new": "operator",
  "/console/organizations/:tenant": "auditor",
  "/console/organizations/:tenant/edit": "operator",
  "/console/organizations/:tenant/brand": "operator",
  "/console/organizations/:tenant/logo": "operator",
  "/console/organizations/:tenant/disable": "operator",
  "/console/organizations/:tenant/enable": "operator",
  "/console/organizations/:tenant/delete": "owner",
  "/console/organizations/:tenant/domains/add": "operator",
  "/console/organizations/:tenant/domains/:domain/verify": "operator",
  "/console/organizations/:tenant/domains/:domain/remove": "operator",
  "/console/organizations/:tenant/members/add": "operator",
  "/console/organizations/:tenant/setup/link": "operator",
  "/console/organizations/:tenant/setup/revoke": "operator",
  "/console/organizations/:tenant/accessors/add": "operator",
  "/console/organizations/:tenant/accessors/:accessor": "auditor",
  "/console/organizations/:tenant/accessors/:accessor/delete": "operator",
  "/console/applications": "auditor",
  "/console/applications/new": "operator",
  "/console/applications/:client": "auditor",
  "/console/applications/:client/edit": "operator",
  "/console/applications/:client/logo": "operator",
  "/console/applications/:client/keys/add": "operator",
  "/console/applications/:client/keys/replace": "operator",
  "/console/applications/:client/keys/:key/retire": "operator",
  "/console/applications/:client/rotate-secret": "operator",
  "/console/applications/:client/end-old-secret": "operator",
  "/console/applications/:client/disable": "operator",
  "/console/applications/:client/enable": "operator",
  "/console/applications/:client/delete": "operator",
  "/console/apis": "auditor",
  "/console/apis/new": "operator",
  "/console/apis/:resource": "auditor",
  "/console/apis/:resource/edit": "operator",
  "/console/apis/:resource/delete": "operator",
  "/console/apis/:resource/applications/allow": "operator",
  "/console/apis/:resource/applications/:client/disallow": "operator",
  "/console/accessors": "auditor",
  "/console/mail": "auditor",
  "/console/mail/:mail": "auditor",
  "/console/mail/:mail/retry": "operator",
  "/console/mail/:mail/give-up": "operator",
  "/console/activity": "auditor",
  "/console/keys": "auditor",
  "/console/keys/rotate": "operator",
  "/console/keys/emergency": "owner",
  "/console/keys/:kid/revoke": "owner",
  "/console/inspector": "auditor",
  "/console/doctor": "auditor",
  "/console/doctor/organization": "operator",
  "/console/errors": "auditor",
  "/console/administrators": "auditor",
  "/console/administrators/new": "owner",
  "/console/administrators/:user/role": "owner",
  "/console/administrators/:user/remove": "owner",
  "/console/credentials": "auditor",
  "/console/credentials/new": "owner",
  "/console/credentials/:credential/revoke": "owner",
};
const roles = ["auditor", "operator", "owner"] as const;

let kid = "";
let credential = "";
let mail = "";
const resource = "https://api.isv.example/reports";
const world = useConsole({}, async () => {
  const context = cliContext(world.db);
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" });
  await addClient(world.db, { client_id: "app", jwks: { keys: [{ ...jwk, kid: "k1" } as never] } });
  await addDomain(context, { tenantId: "acme", domain: "acme.example" });
  await createAccessor(context, {
    tenantId: "acme",
    applicationId: "11111111-2222-3333-4444-555555555555",
    retrieverId: "66666666-7777-8888-9999-000000000000",
    qRegion: "us-east-1",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    idcRegion: "us-east-1",
  });
  mail = await createMail(world.db, { kind: "new_device", recipient: emails.nobody }, new Date());
  ({ id: credential } = await createCredential(context, { name: "Nightly", role: "auditor" }));
  await createResource(context, { identifier: resource, name: "Reports", scopes: { read: "Read" } });
  await allowResource(context, { identifier: resource, clientId: "app", scopes: ["read"] });
  const { keys } = (await (await fetch(`${world.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  kid = keys[0]?.kid ?? "";
});

const addressOf = (path: string): string =>
  path.replace(/:(\w+)/g, (_whole, name: string) => {
    const named = {
      user: emails.nobody,
      tenant: "acme",
      domain: "acme.example",
      accessor: "default",
      session: "s_none",
      grant: "g_none",
      passkey: "p_none",
      client: "app",
      key: "k1",
      credential,
      mail,
      resource,
      kid,
    };
    const user = path.startsWith("/console/administrators") ? emails.auditor : named.user;
    return encodeURIComponent({ ...named, user }[name as keyof typeof named]);
  });

test("the table names every place, and no other", () => {
  assert.deepEqual(places.map(({ path }) => path).sort(), Object.keys(from).sort());
});

describe("signed out", () => {
  for (const { path, act } of places) {
    test(`${path} leads to the provider's login page, and its form does nothing`, async () => {
      const url = `${world.origin}${addressOf(path)}`;
      const seen = await new UserAgent().visit(url);
      assert.equal(seen.status, 303);
      assert.equal(new URL(seen.headers.get("location") ?? "").origin, world.issuer);
      if (act === undefined) return;
      const sent = await postForm(world, new UserAgent(), addressOf(path), { confirm: "yes" }, "x");
      assert.equal(sent.status, 303);
      assert.equal(new URL(sent.headers.get("location") ?? "").origin, world.issuer);
    });
  }
});

for (const role of roles) {
  describe(`an ${role}`, () => {
    const agent = new UserAgent();
    let csrf = "";
    before(async () => {
      assert.equal((await signInToConsole(world, agent, emails[role])).status, 200);
      csrf = await csrfOf(world, agent);
    });
    for (const { path, act } of places) {
      const may = roles.indexOf(role) >= roles.indexOf(from[path] ?? "owner");
      test(`${may ? "opens" : "is refused"} ${path}`, async () => {
        const { status, text } = await agent.visit(`${world.origin}${addressOf(path)}`);
        assert.equal(status, may ? 200 : 403, text);
        if (act === undefined) return;
        // Sent all the same, as somebody does who knows the address; an empty form changes nothing for who may.
        const sent = await postForm(world, agent, addressOf(path), {}, csrf);
        if (!may) assert.equal(sent.status, 403, sent.text);
        else assert.notEqual(sent.status, 403, sent.text);
      });
    }

    test("sees no way to what the role does not open", async () => {
      for (const { path } of places.filter((place) => from[place.path] === "auditor")) {
        const { text } = await agent.visit(`${world.origin}${addressOf(path)}`);
        const links = [...text.matchAll(/href="(\/console[^"?]*)/g)].map(([, link = ""]) => link);
        for (const link of links) {
          const led = places.find((place) => matches(place.path, link));
          assert.ok(led, `${path} leads to ${link}, which is no place`);
          assert.ok(
            roles.indexOf(role) >= roles.indexOf(from[led.path] ?? "owner"),
            `${path} leads to ${link}`,
          );
        }
      }
    });
  });
}

const matches = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replace(/:\w+/g, "[^/]+")}$`).test(path);

test("somebody who administers nothing signs in and sees nothing", async () => {
  const agent = new UserAgent();
  const refused = await signInToConsole(world, agent, emails.nobody);
  assert.equal(refused.status, 403);
  assert.match(refused.text, /administers nothing/);
  assert.equal((await agent.visit(`${world.origin}/console/people`)).status, 303, "there is no session");
});
