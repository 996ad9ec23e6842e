// Class: client address spoofed to defeat throttles (CVE-2024-47070, CVE-2026-45364). Only the configured number of
// proxy hops is believed.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { clientAddressOf } from "../../src/provider/edge/pinned_request.ts";
import { authorizationUrl } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt, useProvider } from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } }) as unknown as IncomingMessage;

const rows: [string, IncomingMessage, number, string][] = [
  ["no proxy: the socket's address", from("9.9.9.9"), 0, "9.9.9.9"],
  ["no proxy: the header is not believed", from("9.9.9.9", "1.1.1.1"), 0, "9.9.9.9"],
  ["one proxy: the entry it appended", from("10.0.0.1", "9.9.9.9"), 1, "9.9.9.9"],
  [
    "one proxy: what the client claims stands further left",
    from("10.0.0.1", "1.1.1.1, 9.9.9.9"),
    1,
    "9.9.9.9",
  ],
  ["two proxies: the outer one's entry", from("10.0.0.2", "1.1.1.1, 9.9.9.9, 10.0.0.1"), 2, "9.9.9.9"],
  ["fewer entries than hops: the leftmost", from("10.0.0.2", "9.9.9.9"), 3, "9.9.9.9"],
  ["a proxy that appends nothing: its own address", from("10.0.0.1"), 1, "10.0.0.1"],
  ["an entry with a port", from("10.0.0.1", "203.0.113.8:40000"), 1, "203.0.113.8"],
  ["an IPv6 entry with a port", from("10.0.0.1", "[2001:db8::1]:443"), 1, "2001:db8::1"],
  ["an IPv4-mapped socket", from("::ffff:9.9.9.9"), 0, "9.9.9.9"],
  ["an IPv4-mapped entry", from("10.0.0.1", "::ffff:9.9.9.9"), 1, "9.9.9.9"],
  ["an entry with a zone", from("10.0.0.1", "fe80::1%eth0"), 1, "fe80::1"],
  ["no address: the nearest trusted hop", from("10.0.0.1", "1.1.1.1, unknown"), 1, "10.0.0.1"],
  ["hidden: the nearest trusted hop", from("10.0.0.2", "1.1.1.1, _hidden, 10.0.0.1"), 2, "10.0.0.1"],
];
for (const [name, message, hops, address] of rows) {
  test(name, () => assert.equal(clientAddressOf(message, hops), address));
}

const fixture = useProvider({}, async () => {
  await addPerson(fixture.db, { email: "ann@acme.example", tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
});

for (const entry of ["203.0.113.8:PORT", "[2001:db8::N]:443", "unknown", "_hiddenN"]) {
  test(`guessing is slowed down behind a gateway that writes ${entry}`, async () => {
    const gateway = await fixture.startAnother({ TTI_TRUSTED_PROXIES: "1" });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const forwarded = entry.replace("PORT", `${40_000 + attempt}`).replace("N", `${attempt}`);
      const agent = new UserAgent({ "x-forwarded-for": forwarded });
      const url = authorizationUrl({ ...fixture, issuer: gateway.localUrl });
      statuses.push((await signInAt(agent, url, `${entry.length}@acme.example`, "a wrong guess")).status);
    }
    assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429]);
    await gateway.close();
  });
}

test("guessing is slowed down however many addresses the header claims", async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const agent = new UserAgent({
      "x-forwarded-for": `203.0.113.${attempt}`,
      "x-real-ip": `203.0.113.${attempt}`,
    });
    const page = await signInAt(agent, authorizationUrl(fixture), "ann@acme.example", "a wrong guess");
    statuses.push(page.status);
    if (page.status === 429) assert.match(page.text, /Wait \d+ seconds?, then try again/);
  }
  assert.equal(statuses[0], 401);
  assert.equal(statuses.at(-1), 429);
});
