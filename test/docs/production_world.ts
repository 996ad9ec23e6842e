// Owns the world of whoever runs the product: an empty PostgreSQL, a proxy that ends TLS for login.example.com, a DNS that
// answers for the customers' domains, and in place of AWS the local one, in which a customer has set up nothing yet.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isvRole, type SandboxSeed } from "tti-sandbox";
import { startAwsCommand } from "../../src/cli/dev/aws_command.ts";
import type { Visit } from "../provider/support/user_agent.ts";
import { openTestDatabase } from "../support/databases.ts";
import { startDnsServer } from "../support/dns_server.ts";
import { linkOf, startMailServer } from "../support/mail_server.ts";
import { startTlsProxy } from "../support/tls_proxy.ts";
import { openReaderBrowser } from "./reader_browser.ts";
import type { ReaderTerminal } from "./reader_terminal.ts";
import { freePort, openReaderWorld, type ReaderWorld } from "./reader_world.ts";

const issuer = "https://login.example.com";

// The reader's own AWS account and the customer's, as they are before the first page.
const seed: SandboxSeed = {
  accounts: [
    {
      id: "111122223333",
      name: "isv",
      roles: [isvRole("my-product", "arn:aws:iam::111122223333:user/application")],
      credentials: [{ name: "isv", user: "application" }],
    },
    { id: "444455556666", name: "acme", credentials: [{ name: "acme-admin", user: "administrator" }] },
  ],
  isvs: [
    {
      displayName: "My Product",
      principal: "arn:aws:iam::111122223333:role/my-product",
      clientId: "my-product",
    },
  ],
  identityCenters: [
    {
      name: "acme",
      account: "444455556666",
      region: "us-east-1",
      users: [{ userName: "ada", email: "ada@acme.com" }],
    },
  ],
  qApplications: [
    {
      displayName: "acme-wiki",
      account: "444455556666",
      region: "us-east-1",
      identityCenter: "acme",
      documents: [{ id: "handbook", title: "Handbook", content: "Everyone has thirty days of vacation." }],
      dataAccessors: [],
    },
  ],
};

/** The world. */
export interface ProductionWorld extends ReaderWorld {
  /** Where a sign-in goes that the account page begins. */
  handedOver(): Promise<string>;
}

/** Opens it. */
export async function openProductionWorld(): Promise<ProductionWorld> {
  const store = await openTestDatabase("postgres");
  // The reader's database is empty: the page migrates it.
  await store.db.raw("drop schema public cascade");
  await store.db.raw("create schema public");
  const dns = await startDnsServer();
  const post = await startMailServer();
  const [port, adminPort] = [await freePort(), await freePort()];
  const [localUrl, adminUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  const proxy = await startTlsProxy(port, "login.example.com");
  const proxyPort = new URL(proxy.url).port;
  const laterSandbox = await freePort();
  const atTheirPage = openReaderBrowser({ issuer, localUrl });
  let setup: Visit | undefined;
  const world = openReaderWorld({
    environment: {
      PORT: String(port),
      TTI_ADMIN_PORT: String(adminPort),
      TTI_DNS_SERVERS: dns.address,
      TTI_SHUTDOWN_DELAY: "0",
      NODE_EXTRA_CA_CERTS: proxy.certificateFile,
      TEST_NAMES: `login.example.com:443=${proxyPort}`,
    },
    ownValues: new Map([
      ["postgres://tti:PASSWORD@db/tti", store.environment["DATABASE_URL"] ?? ""],
      ["smtp://user:password@smtp.example.com:587", post.url],
      ["http://localhost:3000", `http://localhost:${port}`],
      ["http://127.0.0.1:3001", adminUrl],
      // One sandbox runs already, in place of AWS.
      ["--allow-local-issuers\n", `--allow-local-issuers --port ${laterSandbox}\n`],
      ["http://127.0.0.1:4566", `http://127.0.0.1:${laterSandbox}`],
    ]),
    byHand: {
      "open the link and become the first owner": async (printed) => {
        const link =
          /http:\/\/127\.0\.0\.1:3001\/console\/first\S+/.exec(printed)?.[0] ?? assert.fail(printed);
        await becomeOwner(link.replace("http://127.0.0.1:3001", adminUrl));
      },
      // Done by itself, whenever a record was printed.
      "the customer sets the TXT record": async () => assert.ok(dns.records.size > 0),
      "the customer's administrator opens the link and uploads setup.sh": async (printed, reader) => {
        const link = /https:\/\/login\.example\.com\/setup\/\S+/.exec(printed)?.[0] ?? assert.fail(printed);
        setup = await atTheirPage.agent.submit(await atTheirPage.open(link), {}, "/open");
        const { text } = await atTheirPage.open(`${setup.url.href}/pack/setup.sh`);
        writeFileSync(join(reader.checkout.folder, "setup.sh"), text);
      },
      "the customer's administrator pastes what it printed, and tests it as ada@acme.com": async (
        _printed,
        reader,
      ) => {
        const { agent, open } = atTheirPage;
        const page = setup?.url.href ?? assert.fail("no link was opened");
        const text = readFileSync(join(reader.checkout.folder, "mail.txt"), "utf8");
        const asked = await agent.submit(await open(`${page}/details`), { text });
        let tested = await agent.submit(asked, { person: "ada@acme.com" }, "/test");
        // The page answers before a test that takes long, and tells it when it is done.
        for (let tries = 0; !tested.text.includes("4 of 4 done") && tries < 120; tries += 1) {
          await sleep(500);
          tested = await open(page);
        }
        assert.match(tested.text, /4 of 4 done/, tested.text);
        assert.equal(tested.text.match(/Passed: /g)?.length, 5);
      },
      "ben@acme.com opens the link of his mail, chooses a password and signs in": async () => {
        const { agent, open, signIn } = openReaderBrowser({ issuer, localUrl });
        const form = await open(linkOf(await post.next("ben@acme.com")).href);
        const password = "a long sentence of Ben's that nobody guesses";
        const done = await agent.submit(form, { password });
        assert.ok(done.status < 400, done.text);
        assert.match(
          (await signIn(await open(`${issuer}/account`), "ben@acme.com", password)).text,
          /Ben Benson/,
        );
      },
      "ada@acme.com signs in": async (printed) => {
        const password = /password\s+(\S+)/i.exec(printed)?.[1] ?? assert.fail(printed);
        const { open, signIn } = openReaderBrowser({ issuer, localUrl });
        const page = await open(`${issuer}/account`);
        assert.match(page.text, /My Product/);
        assert.match((await signIn(page, "ada@acme.com", password)).text, /Your account/);
      },
    },
    onPrinted(printed) {
      for (const [, name, value] of printed.matchAll(/(_tti-challenge\.\S+) TXT "([^"]+)"/g))
        if (name !== undefined && value !== undefined) dns.records.set(name, [value]);
    },
  });
  // As curl reads them: the address of the pages leads to the proxy.
  writeFileSync(
    join(world.reader.checkout.folder, ".curlrc"),
    `connect-to = "login.example.com:443:127.0.0.1:${proxyPort}"\ncacert = "${proxy.certificateFile}"\n`,
  );
  const aws = await startAws(world.reader);
  return {
    ...world,
    handedOver: () => openReaderBrowser({ issuer, localUrl }).leadsTo(`${issuer}/account`),
    async close() {
      await world.close();
      await Promise.all([proxy.close(), dns.close(), aws.close(), post.close()]);
      await store.close();
    },
  };
}

// The reader's machine has its keys to AWS, and the customer's CloudShell has theirs.
async function startAws(reader: ReaderTerminal): Promise<{ close(): Promise<void> }> {
  writeFileSync(join(reader.checkout.folder, "aws.json"), JSON.stringify(seed));
  const printed = await reader.say("npx --no tti sandbox --seed aws.json --port 0 --json");
  const { url, seed: made } = JSON.parse(printed.slice(0, printed.lastIndexOf("}") + 1)) as {
    url: string;
    seed: { credentials: Record<string, { accessKeyId: string; secretAccessKey: string }> };
  };
  const { isv, "acme-admin": administrator } = made.credentials;
  assert.ok(isv && administrator);
  const command = await startAwsCommand({ url, credentials: administrator });
  // Its settings are its own: the product takes no variable of its name that it does not know.
  const own = Object.entries(command.environment).map(([name, value]) => `${name}=${value}`);
  writeFileSync(
    join(reader.checkout.programs, "aws"),
    `#!/usr/bin/env bash\n${own.join(" ")} exec ${command.folder}/aws "$@"\n`,
    { mode: 0o755 },
  );
  const settings = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: isv.accessKeyId,
    AWS_SECRET_ACCESS_KEY: isv.secretAccessKey,
  };
  await reader.say(
    Object.entries(settings)
      .map(([name, value]) => `export ${name}="${value}"`)
      .join("\n"),
  );
  return command;
}

/** What the page of the one-time link asks, answered. */
async function becomeOwner(link: string): Promise<void> {
  const { agent, open } = openReaderBrowser();
  const page = await open(link);
  const password = "a long sentence that nobody guesses";
  const after = await agent.submit(page, { email: "you@example.com", name: "You", password });
  assert.ok(after.status < 400, `${after.status}: ${after.text}`);
  assert.doesNotMatch(after.text, /class="banner bad"/);
}
