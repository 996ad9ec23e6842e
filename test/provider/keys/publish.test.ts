import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { KeyRing } from "../../../src/provider/keys/key_ring.ts";
import { revokeKey } from "../../../src/provider/keys/operations.ts";
import {
  checkPublishedCopy,
  type PublishContext,
  writeKeyFiles,
} from "../../../src/provider/keys/publish.ts";
import { rotateKeys, rotateKeysInEmergency } from "../../../src/provider/keys/rotate.ts";
import { type KeyInstallation, openKeyInstallation } from "./key_installation.ts";

const issuer = "https://login.example.com";
const dayMs = 24 * 60 * 60 * 1000;
const discovery = Buffer.from(
  JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, id_token_signing_alg_values_supported: ["RS256"] }),
);

interface Site {
  installation: KeyInstallation;
  ring: KeyRing;
  context: PublishContext;
  folder: string;
  url: string;
  /** Headers the site answers with. */
  headers: Record<string, string>;
}

/** An installation, a folder, and a web server that serves the folder's files. */
async function withSite(work: (site: Site) => Promise<void>): Promise<void> {
  const installation = await openKeyInstallation();
  const folder = await mkdtemp(join(tmpdir(), "tti-site-"));
  const headers = { "cache-control": "max-age=300" };
  const server = createServer(async (request, response) => {
    const bytes = await readFile(join(folder, request.url ?? "")).catch(() => undefined);
    response.writeHead(bytes === undefined ? 404 : 200, headers).end(bytes);
  }).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const ring = await installation.openInstance();
    await ring.poll();
    const context = { ...installation.context, issuer, discovery };
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await work({ installation, ring, context, folder, url, headers });
  } finally {
    await close(server);
    await rm(folder, { recursive: true });
    await installation.close();
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

/** Changes the JWKS that the site serves. */
async function changeKeys(site: Site, change: (keys: Record<string, unknown>[]) => unknown[]): Promise<void> {
  const path = join(site.folder, "jwks");
  const { keys } = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ keys: change(keys) }));
}

describe("publishing as static files", () => {
  test("writes both documents at their paths below the issuer, to be renewed a lead after the next key signs", () =>
    withSite(async ({ context, folder, ring, installation }) => {
      const written = await writeKeyFiles(context, folder);
      assert.deepEqual(written.files, [
        join(folder, "jwks"),
        join(folder, ".well-known/openid-configuration"),
      ]);
      assert.deepEqual(
        written.kids,
        ring.current().publicJwks.map((jwk) => jwk.kid),
      );
      assert.equal(written.renewByMs, installation.time.ms + 91 * dayMs - 330_000);
      assert.deepEqual(await readFile(join(folder, ".well-known/openid-configuration")), discovery);
    }));

  test("each file appears whole, and the keys before the document that names them", () =>
    withSite(async ({ context, folder }) => {
      const { files } = await writeKeyFiles(context, folder);
      const [jwks = "", document = ""] = files;
      for (const path of files) await writeFile(path, "of before");
      const served = await Promise.all(files.map((path) => open(path)));
      try {
        await writeKeyFiles(context, folder);
        for (const file of served) assert.equal(await file.readFile("utf8"), "of before");
      } finally {
        await Promise.all(served.map((file) => file.close()));
      }
      await rm(jwks);
      await rm(document);
      await mkdir(document);
      await assert.rejects(writeKeyFiles(context, folder));
      assert.match(await readFile(jwks, "utf8"), /"keys"/);
    }));

  test("a copy that was just written serves every token, and says by when to renew it", () =>
    withSite(async (site) => {
      await writeKeyFiles(site.context, site.folder);
      const judgement = await checkPublishedCopy(site.context, `${site.url}/`);
      assert.deepEqual([judgement.ok, judgement.problems, judgement.notes], [true, [], []]);
      assert.equal(judgement.renewByMs, site.installation.time.ms + 91 * dayMs - 330_000);
    }));

  test("a copy serves until its renewal, through a rotation nobody planned", () =>
    withSite(async ({ context, folder, url, ring, installation }) => {
      const { renewByMs } = await writeKeyFiles(context, folder);
      await installation.pass(25 * 3600, ring);
      await rotateKeys(installation.context);
      await ring.poll();
      await ring.poll();
      await rotateKeys(installation.context);
      const lacking = await checkPublishedCopy(context, url);
      assert.match(lacking.problems.join(), /lacks key \S+, which signs next/);
      // Every verifier that fetched the copy at its last moment knows the key that signs then.
      assert.ok(lacking.renewByMs <= renewByMs && lacking.renewByMs > installation.time.ms);
      await installation.pass((lacking.renewByMs - installation.time.ms) / 1000, ring);
      const { signingKid } = ring.current();
      const { keys } = JSON.parse(await readFile(join(folder, "jwks"), "utf8"));
      assert.ok(keys.some((key: { kid: string }) => key.kid === signingKid));
    }));

  const faults: { name: string; change: (site: Site) => Promise<void>; problem: RegExp }[] = [
    {
      name: "lacks the key that signs",
      change: (site) => changeKeys(site, (keys) => keys.slice(1)),
      problem: /lacks key \S+, which signs now: its tokens are refused/,
    },
    {
      name: "lists another key under a kid of ours",
      change: (site) => changeKeys(site, ([first, second]) => [{ ...first, n: second?.["n"] }, second]),
      problem: /is not the key of that kid here/,
    },
    {
      name: "lists a key that is not ours",
      change: (site) => changeKeys(site, (keys) => [...keys, { ...keys[0], kid: "stranger" }]),
      problem: /lists key stranger, which is no key of this provider/,
    },
    {
      name: "shows a private member",
      change: (site) => changeKeys(site, ([first, second]) => [{ ...first, d: "private" }, second]),
      problem: /shows private members of key \S+ \(d\): the key is compromised/,
    },
    {
      name: "still lists a revoked key",
      change: async (site) => {
        await revokeKey(site.installation.context, site.ring.current().publicJwks[1]?.kid ?? "");
      },
      problem: /lists key \S+, which was revoked: tokens forged with it are accepted/,
    },
    {
      name: "was not renewed after an emergency",
      change: async (site) => {
        await rotateKeysInEmergency(site.installation.context);
      },
      problem: /lacks key \S+, which signs now/,
    },
    {
      name: "is for another issuer",
      change: (site) =>
        writeFile(
          join(site.folder, ".well-known/openid-configuration"),
          JSON.stringify({ issuer: `${issuer}/`, jwks_uri: `${issuer}/jwks` }),
        ),
      problem: /issuer in the discovery document is "https:\/\/login.example.com\/", must be/,
    },
    {
      name: "is no JSON",
      change: (site) => writeFile(join(site.folder, "jwks"), "<html>"),
      problem: /The JWKS at http\S+ is answered 200 with something else than it/,
    },
    {
      name: "is not there",
      change: (site) => rm(join(site.folder, ".well-known"), { recursive: true }),
      problem: /The discovery document at http\S+ is answered 404/,
    },
  ];
  for (const { name, change, problem } of faults) {
    test(`a copy that ${name} is found out`, () =>
      withSite(async (site) => {
        await writeKeyFiles(site.context, site.folder);
        await change(site);
        const judgement = await checkPublishedCopy(site.context, site.url);
        assert.equal(judgement.ok, false);
        assert.match(judgement.problems.join("\n"), problem);
      }));
  }

  test("a copy that caches may keep for longer than the lead is noted", () =>
    withSite(async (site) => {
      await writeKeyFiles(site.context, site.folder);
      site.headers["cache-control"] = "public, max-age=604800";
      const judgement = await checkPublishedCopy(site.context, site.url);
      assert.match(judgement.notes.join(), /may be cached for 604800 s, longer than the publish lead/);
    }));

  test("an address where nothing answers, and one that is no URL, are told apart", () =>
    withSite(async ({ context }) => {
      const nobody = await checkPublishedCopy(context, "http://127.0.0.1:9");
      assert.match(nobody.problems.join(), /cannot be fetched/);
      await assert.rejects(checkPublishedCopy(context, "login.example.com"), {
        code: "invalid_input",
        field: "url",
      });
    }));

  test("an installation without a key has nothing to publish", async () => {
    const installation = await openKeyInstallation();
    try {
      const context = { ...installation.context, issuer, discovery };
      await assert.rejects(writeKeyFiles(context, "nowhere"), { code: "unavailable" });
    } finally {
      await installation.close();
    }
  });
});
