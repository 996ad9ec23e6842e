// Class: SSRF from client-supplied URLs (CVE-2025-67494, CVE-2026-1180), DNS rebinding. A private address is reached only if the
// operator named its network.
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { after, before, test } from "node:test";
import { exportJWK, SignJWT } from "jose";
import { isSpecialAddress } from "../../src/input/special_address.ts";
import { createOutgoingFetch } from "../../src/provider/edge/outgoing_fetch.ts";
import { redeem } from "../provider/support/authorization.ts";
import {
  addClient,
  assertionKey,
  type ProviderFixture,
  startProvider,
} from "../provider/support/provider_fixture.ts";

let listener: Server;
let requests = 0;
let location: string | undefined;
let jwksUri: string;
before(async () => {
  const jwk = { ...(await exportJWK(createPublicKey(assertionKey))), use: "sig", alg: "RS256" };
  listener = createServer((_request, response) => {
    requests += 1;
    if (location !== undefined) response.writeHead(302, { location }).end();
    else response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  jwksUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/jwks`;
});
after(() => {
  listener.closeAllConnections();
  listener.close();
});

async function authenticate(fixture: ProviderFixture, uri: string): Promise<unknown> {
  const id = `client-${crypto.randomUUID()}`;
  await addClient(fixture.db, {
    client_id: id,
    token_endpoint_auth_method: "private_key_jwt",
    jwks: undefined,
    jwks_uri: uri,
  } as never);
  const now = Math.floor(Date.now() / 1000);
  const assertion = await new SignJWT({
    iss: id,
    sub: id,
    aud: fixture.issuer,
    jti: crypto.randomUUID(),
    exp: now + 60,
  })
    .setProtectedHeader({ alg: "RS256" })
    .sign(assertionKey);
  const type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const params = { client_assertion: assertion, client_assertion_type: type };
  return (await redeem(fixture, "x".repeat(43), params, null)).body["error"];
}

test("a jwks_uri at a private address is not fetched", async () => {
  const fixture = await startProvider();
  try {
    const { port } = new URL(jwksUri);
    for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"]) {
      requests = 0;
      assert.notEqual(await authenticate(fixture, `http://${host}:${port}/jwks`), "invalid_grant", host);
      assert.equal(requests, 0, host);
    }
  } finally {
    await fixture.close();
  }
});

test("nothing at all is sent to a private address: there is no connection", async () => {
  let connections = 0;
  const port = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  // On both families, whichever this machine has.
  await new Promise<void>((resolve) => port.listen(0, resolve));
  const number = (port.address() as AddressInfo).port;
  try {
    for (const allowed of [[], ["10.0.0.0/8"]]) {
      const outgoing = createOutgoingFetch(allowed);
      for (const host of [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "0.0.0.0",
      ]) {
        for (const scheme of ["https", "http"]) {
          await assert.rejects(outgoing(`${scheme}://${host}:${number}/`, {} as never), {
            name: "OutgoingRefused",
          });
        }
      }
      const mixed = async () => [
        { address: "8.8.8.8", family: 4 },
        { address: "127.0.0.1", family: 4 },
      ];
      const split = createOutgoingFetch(allowed, mixed);
      await assert.rejects(split(`https://mixed.example:${number}/`, {} as never), {
        name: "OutgoingRefused",
      });
    }
    assert.equal(connections, 0);
  } finally {
    port.close();
  }
});

test("every form of a private address is one", () => {
  for (const address of [
    ...["0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254"],
    ...[
      "172.16.0.1",
      "172.31.255.255",
      "192.0.0.1",
      "192.168.1.1",
      "198.18.0.1",
      "224.0.0.1",
      "255.255.255.255",
    ],
    ...["::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1"],
    ...[
      "2002:7f00:1::",
      "2001::1",
      "2001:db8::1",
      "fc00::1",
      "fd00:ec2::254",
      "fe80::1%lo",
      "ff02::1",
      "none",
    ],
  ]) {
    assert.equal(isSpecialAddress(address), true, address);
  }
  for (const address of ["8.8.8.8", "100.128.0.1", "172.32.0.1", "::ffff:8.8.8.8", "2606:4700::1111"]) {
    assert.equal(isSpecialAddress(address), false, address);
  }
});

test("a resolver that does not answer is not waited for longer than the request", async () => {
  const outgoing = createOutgoingFetch([], () => new Promise(() => undefined));
  const options = { signal: AbortSignal.timeout(50) } as never;
  await assert.rejects(outgoing("https://slow.example/", options), { name: "TimeoutError" });
});

test("one in a network the operator named is fetched, and a redirect elsewhere is not followed", async () => {
  const fixture = await startProvider({ environment: { TTI_ALLOW_NETWORKS: "10.0.0.0/8,127.0.0.0/8" } });
  try {
    assert.equal(await authenticate(fixture, jwksUri), "invalid_grant", "the client was authenticated");
    location = "http://169.254.169.254/latest/meta-data";
    assert.notEqual(await authenticate(fixture, jwksUri), "invalid_grant");
  } finally {
    location = undefined;
    await fixture.close();
  }
});

/** Listens on an address of this machine and counts who comes. */
async function listenAt(
  address: string,
  port = 0,
): Promise<{ server: Server; port: number; count: () => number }> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    response.end(address);
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return { server, port: (server.address() as AddressInfo).port, count: () => count };
}

test("the connection goes to the address that was judged, whatever the name answers next", async () => {
  const judged = await listenAt("127.0.0.2");
  const other = await listenAt("127.0.0.1", judged.port);
  let asked = 0;
  const rebinding = async () => {
    asked += 1;
    return [{ address: asked === 1 ? "127.0.0.2" : "127.0.0.1", family: 4 }];
  };
  const outgoing = createOutgoingFetch(["127.0.0.2/32"], rebinding);
  const answer = await outgoing(`http://rebinding.example:${judged.port}/jwks`, {} as never);
  assert.equal(await answer.text(), "127.0.0.2");
  assert.deepEqual([asked, judged.count(), other.count()], [1, 1, 0]);
  judged.server.close();
  other.server.close();
});

test("a redirect from a judged address is not followed, not even to another name of it", async () => {
  const target = await listenAt("127.0.0.1");
  const redirecting = createServer((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${target.port}/` }).end();
  });
  await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.2", resolve));
  const { port } = redirecting.address() as AddressInfo;
  const outgoing = createOutgoingFetch(["127.0.0.2/32"], async () => [{ address: "127.0.0.2", family: 4 }]);
  await assert.rejects(outgoing(`http://a.example:${port}/`, {} as never));
  assert.equal(target.count(), 0);
  redirecting.close();
  target.server.close();
});

test("a name with one address outside the named networks is not reached", async () => {
  const fixture = await startProvider({ environment: { TTI_ALLOW_NETWORKS: "10.0.0.0/8" } });
  try {
    requests = 0;
    const { port } = new URL(jwksUri);
    assert.notEqual(await authenticate(fixture, `http://localhost:${port}/jwks`), "invalid_grant");
    assert.equal(requests, 0);
  } finally {
    await fixture.close();
  }
});

test("naming one network opens no other", async () => {
  const fixture = await startProvider({ environment: { TTI_ALLOW_NETWORKS: "10.0.0.0/8" } });
  try {
    requests = 0;
    assert.notEqual(await authenticate(fixture, jwksUri), "invalid_grant");
    assert.equal(requests, 0);
  } finally {
    await fixture.close();
  }
});
