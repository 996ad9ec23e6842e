// The documentation is commands: every shell block of these pages runs, in order and letter by letter, but for the
// reader's own addresses. A real PostgreSQL, a proxy that ends TLS, and a DNS that answers for the customer's domain.
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { launchBrowser } from "../support/browser.ts";
import { openTestDatabase } from "../support/databases.ts";
import { startDnsServer } from "../support/dns_server.ts";
import { startTlsProxy } from "../support/tls_proxy.ts";
import { root } from "./checkout.ts";
import { openReaderTerminal, type ReaderTerminal } from "./reader_terminal.ts";
import { type ShellBlock, shellBlocksOf } from "./shell_blocks.ts";

const operations = "docs/operations.md";
const isolation = "docs/tenant-isolation.md";
const minting = "docs/minting.md";
const handoff = "docs/handoff.md";
const readmes = globSync("examples/*/README.md", { cwd: root });

test("these pages have shell blocks, and no other language hides one", () => {
  assert.deepEqual(readmes.toSorted(), ["examples/curl/README.md", "examples/express-isv/README.md"]);
  for (const page of [operations, isolation, minting, handoff, ...readmes]) {
    assert.ok(shellBlocksOf(page).length > 0, `${page} has no shell block`);
  }
});

test("a block fails with its first command that fails, and says which", async () => {
  const reader = openReaderTerminal({});
  try {
    const block = (text: string) => ({ page: "a page", line: 7, text });
    await assert.rejects(
      reader.run(block("echo before\nfalse\necho after")),
      /a page, block at line 7: .*: false\n/,
    );
    await assert.rejects(reader.run(block("true && false && echo never")), /this command failed/);
    await assert.rejects(reader.run(block("npx --no tti tenant show")), /npx --no tti tenant show/);
    await assert.rejects(reader.run(block("npm start now")), /npm of the test does not know/);
    assert.match(await reader.run(block("export KEPT=1\nnpx --no tti tenant --help")), /tti/);
    assert.equal(await reader.run(block('echo "$KEPT"')), "1");
  } finally {
    await reader.close();
  }
});

describe("in production: operations, then tenant isolation, minting, handoff", () => {
  it("every block does what its page says", async () => {
    const store = await openTestDatabase("postgres");
    // The reader's database is empty: the page migrates it.
    await store.db.raw("drop schema public cascade");
    await store.db.raw("create schema public");
    const dns = await startDnsServer();
    const [port, adminPort] = [await freePort(), await freePort()];
    const proxy = await startTlsProxy(port);
    const reader = openReaderTerminal(
      {
        PORT: String(port),
        TTI_ADMIN_PORT: String(adminPort),
        NODE_EXTRA_CA_CERTS: proxy.certificateFile,
        TTI_DNS_SERVERS: dns.address,
      },
      new Map([
        ["https://login.example.com", proxy.url],
        ["postgres://tti:PASSWORD@db/tti", store.environment["DATABASE_URL"] ?? ""],
      ]),
    );
    try {
      const printed: string[] = [];
      for (const block of shellBlocksOf(operations)) {
        printed.push(await reader.run(block));
        setRecord(dns.records, printed.at(-1) ?? "");
      }
      const all = printed.join("\n");
      assert.match(all, /acme\.com is verified for acme/);
      assert.match((await runAll(reader, shellBlocksOf(isolation))).join("\n"), /acme\.com +verified/);
      const secret = /password\s+(\S+)/i.exec(all)?.[1] ?? assert.fail(`no password was shown:\n${all}`);
      await signIn(proxy.url, "ada@acme.com", secret);
      const [claims = ""] = await runAll(reader, shellBlocksOf(minting));
      assert.match(claims, /ada@acme\.com/);
      assert.match(claims, /my-product/);
      await runAll(reader, shellBlocksOf(handoff));
      assert.ok(existsSync(join(reader.checkout.folder, "app-backend.json")));
      assert.match(
        await handedOver(reader, proxy.url),
        /^https:\/\/app\.example\.com\/login\?login_challenge=/,
      );
    } finally {
      await reader.close();
      await Promise.all([proxy.close(), dns.close()]);
      await store.close();
    }
  });
});

describe("the examples, beside npm start", () => {
  for (const page of readmes) {
    it(`${page} runs as it stands`, async () => {
      const [port, adminPort, isvPort] = [await freePort(), await freePort(), await freePort()];
      const issuer = `http://localhost:${port}`;
      const reader = openReaderTerminal(
        {
          PORT: String(port),
          TTI_ADMIN_PORT: String(adminPort),
          // The reader's ports are the usual ones, which the samples take for granted.
          TTI_ISSUER: issuer,
          TTI_MODE: "development",
          TEST_ISV_PORT: String(isvPort),
        },
        new Map([["http://127.0.0.1:4000", `http://127.0.0.1:${isvPort}`]]),
      );
      try {
        // The last block puts the demo back.
        const blocks = shellBlocksOf(page);
        const back = blocks.pop() ?? assert.fail("no blocks");
        const printed = (await runAll(reader, blocks)).join("\n");
        if (page.includes("curl")) {
          assert.equal(printed.match(/The company plan for 2027 in one page/g)?.length, 2, printed);
          assert.equal(printed.match(/"email":"ada@acme\.example"/g)?.length, 2, printed);
        } else {
          const answer = await fetch(`http://127.0.0.1:${isvPort}/`);
          assert.match(await answer.text(), /Log in to Orchard/);
          assert.match(await handedOver(reader, issuer), new RegExp(`^http://127.0.0.1:${isvPort}/login`));
        }
        const search = 'npx --no tti search --tenant acme --user ada@acme.example "travel policy"';
        const refused = await reader.say(`${search} || true`);
        // The issuer's own code, which the exchange's would hide.
        assert.match(refused, /code: presence_required/);
        assert.doesNotMatch(refused, /id_token_source_failed/);
        await reader.run(back);
        assert.match(await reader.say(search), /Travel policy/i);
      } finally {
        await reader.close();
      }
    });
  }
});

async function runAll(reader: ReaderTerminal, blocks: readonly ShellBlock[]): Promise<string[]> {
  const printed: string[] = [];
  for (const block of blocks) printed.push(await reader.run(block));
  return printed;
}

/** Does what the customer does with the record that `tti domain add` printed. */
function setRecord(records: Map<string, readonly string[]>, printed: string): void {
  const [, name, value] = /(_tti-challenge\.\S+) TXT "([^"]+)"/.exec(printed) ?? [];
  if (name !== undefined && value !== undefined) records.set(name, [value]);
}

/** Signs a person in at the provider's own page. */
async function signIn(issuer: string, email: string, password: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await page.goto(`${issuer}/account`);
    await page.getByText("My Product").waitFor();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
  } finally {
    await browser.close();
  }
}

/** Where a sign-in goes that the account page begins. */
async function handedOver(reader: ReaderTerminal, issuer: string): Promise<string> {
  const trust = issuer.startsWith("https:") ? '--cacert "$NODE_EXTRA_CA_CERTS"' : "";
  const printed = await reader.say(
    `next=${issuer}/account; for _ in 1 2 3; do next=$(curl -sS ${trust} -b cookies -c cookies -o page.html -w '%{redirect_url}' "$next"); [ -n "$next" ] || cat page.html; done; echo "$next"`,
  );
  return printed.split("\n").at(-1) ?? "";
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
