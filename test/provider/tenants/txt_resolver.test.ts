// TTI_DNS_SERVERS: the record that proves a domain is asked of the servers that were named, and of nobody else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readConfig } from "../../../src/config.ts";
import { txtResolver } from "../../../src/provider/tenants/domain_proof.ts";
import { type DnsServer, startDnsServer } from "../../support/dns_server.ts";

let dns: DnsServer;
before(async () => {
  dns = await startDnsServer();
});
after(() => dns.close());

test("the servers that were named are asked", async () => {
  dns.records.set("_tti-challenge.acme.com", ["tti-domain-verification=abc"]);
  const { dnsServers } = readConfig({ TTI_DNS_SERVERS: dns.address }, "development");
  assert.deepEqual(dnsServers, [dns.address]);
  const resolve = txtResolver(dnsServers);
  assert.deepEqual(await resolve("_tti-challenge.acme.com"), [["tti-domain-verification=abc"]]);
  await assert.rejects(resolve("_tti-challenge.globex.com"), { code: "ENOTFOUND" });
});

test("what is no list of servers is refused, naming the setting", () => {
  for (const value of ["dns.example.com", "127.0.0.1,", "1.2.3.4.5", "127.0.0.1:99999"]) {
    assert.throws(() => readConfig({ TTI_DNS_SERVERS: value }, "development"), /TTI_DNS_SERVERS/, value);
  }
});
