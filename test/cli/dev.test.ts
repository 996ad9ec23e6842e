// `tti dev` as a person meets it: it proves itself, other terminals find it, a restart keeps everything.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { otherTerminal } from "../../src/cli/dev/other_terminal.ts";
import { givenSettings } from "../../src/config.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { notToday } from "../support/share_of_day.ts";
import { bareEnvironment } from "../support/surroundings.ts";
import { openTerminal, type RunningCommand, type TestTerminal } from "../support/terminal.ts";
import { assertNoToken } from "../support/tokens.ts";
import { openTypedTerminal } from "../support/typed.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Found {
  tenantId: string;
  user: string;
  results: { documentId: string }[];
}

interface DevDocument {
  issuer: string;
  adminUrl: string;
  sandboxUrl: string;
  demoUrl: string;
  elsewhere: string;
  mailboxUrl: string;
  users: { email: string; password: string; tenants: string[] }[];
  searches: Found[];
}

const documentsOf = (found: Pick<Found, "results">) =>
  found.results.map(({ documentId }) => documentId).sort();

describe("tti dev in a terminal that has read an installation's settings", () => {
  for (const [setting, value, unset] of [
    [
      "DATABASE_URL",
      "postgres://tti:hunter2-pw@127.0.0.1:1/tti",
      "env -u DATABASE_URL -u DATABASE_URL_FILE npm start",
    ],
    ["TTI_ISSUER", "https://login.example.com", "env -u TTI_ISSUER npm start"],
  ] as const) {
    it(`is refused for ${setting}, before anything is opened or made`, async () => {
      const terminal = openTypedTerminal({ [setting]: value });
      try {
        const { exitCode, stdout, stderr } = await terminal.tti("dev");
        assert.equal(exitCode, 1);
        assert.equal(stdout, "");
        assert.ok(stderr.includes(setting) && stderr.includes(unset), stderr);
        assert.doesNotMatch(stderr, /hunter2/);
        assert.ok(!existsSync(join(terminal.dataDir, "dev.json")));
      } finally {
        terminal.close();
      }
    });
  }
});

describe("what tti dev prints for another terminal", () => {
  const told = (environment: Record<string, string>) =>
    otherTerminal(givenSettings("development", environment), "/home/ada's/place");

  it("is the bare command where nothing was set", () => {
    const { tti, folder, unprinted } = told({ HOME: "/home/ada" });
    assert.deepEqual([tti, unprinted], ["npx --no tti", []]);
    assert.equal(folder, "cd '/home/ada'\\''s/place'");
  });

  it("has what was set, as a shell reads it back, and the mode where it would be another", () => {
    const set = { TTI_DATA_DIR: "./my data", TTI_ISSUER: "https://localhost:21010", PORT: "21010" };
    assert.equal(
      told(set).tti,
      "TTI_MODE=development TTI_ISSUER=https://localhost:21010 PORT=21010 TTI_DATA_DIR='./my data' npx --no tti",
    );
    assert.equal(told({ NODE_ENV: "production" }).tti, "TTI_MODE=development npx --no tti");
  });

  it("names secrets and does not print them", () => {
    const secrets = { TTI_SECRETS: "hunter2-secret", SMTP_URL: "smtp://me:hunter2-pw@mail.example" };
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: "key=hunter2-key" };
    const said = told({ ...secrets, ...headers, TTI_METRICS: "hunter2-metrics-of-32-letters-and-more" });
    assert.equal(said.tti, "npx --no tti");
    assert.ok(said.unprinted.includes("TTI_SECRETS") && said.unprinted.includes("SMTP_URL"));
    assert.doesNotMatch(JSON.stringify(said), /hunter2/);
    assert.equal(told({ TTI_SECRETS_FILE: "/run/s" }).tti, "TTI_SECRETS_FILE=/run/s npx --no tti");
  });
});

describe("tti dev --check", () => {
  it("proves every step, shows that two users see different documents, and exits 0", async () => {
    const terminal = openTerminal();
    try {
      const { exitCode, stdout, stderr } = await terminal.tti("dev --check");
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /✓ The provider serves http:\/\/localhost:\d+/);
      assert.match(stderr, /✓ ada@acme\.example exchanges a token and searches/);
      assert.match(stderr, /✓ The two see different documents/);
      assert.match(
        stdout,
        /ada@acme\.example searches.*\n.*Company plan for 2027\n.*Engineering plan for 2027\n/,
      );
      assert.match(stdout, /ben@acme\.example searches.*\n.*Company plan for 2027\n.*People plan for 2027/);
    } finally {
      terminal.close();
    }
  });

  it("prints one JSON document with --json, and leaves the data directory alone", async () => {
    const terminal = openTypedTerminal();
    try {
      const checked = await terminal.tti("dev --check --json");
      const { ok, searches } = checked.json<{ ok: boolean; searches: Found[] }>();
      assert.equal(ok, true);
      assert.deepEqual(searches.map(documentsOf), [
        ["acme-company-plan", "acme-engineering-plan"],
        ["acme-company-plan", "acme-people-plan"],
      ]);
      assert.throws(() => statSync(join(terminal.dataDir, "tti.sqlite")));
    } finally {
      terminal.close();
    }
  });

  it("exits 1 naming the step that failed, the cause and the fix", async () => {
    const terminal = openTerminal({ TMPDIR: "/nowhere/at/all" });
    try {
      const { exitCode, stdout, stderr } = await terminal.tti("dev --check");
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^✗ Making a throw-away directory\n/);
      assert.match(stderr, /no such file or directory/);
      assert.match(stderr, /fix: {2}Set TMPDIR/);
      const told = (await terminal.tti("dev --check --json")).json<{
        ok: boolean;
        failed: { step: string };
      }>();
      assert.deepEqual([told.ok, told.failed.step], [false, "Making a throw-away directory"]);
    } finally {
      terminal.close();
    }
  });
});

describe("tti dev", () => {
  let terminal: TestTerminal;
  let dev: RunningCommand;
  let shown: DevDocument;
  let ports: number[];

  before(async () => {
    ports = await freePorts(4);
    const issuer = `http://localhost:${ports[0]}`;
    // Every command beside it has the issuer that `tti dev` took.
    terminal = openTypedTerminal({
      ...{ PORT: String(ports[0]), TTI_ADMIN_PORT: String(ports[1]), TTI_ISSUER: issuer },
      TTI_PUBLIC_NAME: "Ada's $HOME",
    });
    dev = start();
    shown = await firstDocument(dev);
  });
  after(async () => {
    await dev.stop();
    terminal.close();
  });

  const start = () => terminal.start(`dev --json --sandbox-port ${ports[2]} --demo-port ${ports[3]}`);

  it("serves where it was told to", async () => {
    assert.equal(shown.issuer, `http://localhost:${ports[0]}`);
    for (const url of [
      `${shown.issuer}/.well-known/openid-configuration`,
      `${shown.issuer}/health/ready`,
      shown.sandboxUrl,
      shown.demoUrl,
    ]) {
      assert.equal((await fetch(url)).status, 200, url);
    }
    assert.equal((await fetch(`${shown.adminUrl}/v1/tenants`)).status, 401);
  });

  it("shows whoever forgot their password the mail, whose link sets another; the provider itself shows no mail", async () => {
    const { issuer, mailboxUrl, users } = shown;
    const agent = new UserAgent();
    const page = await agent.follow(`${issuer}/account/forgot`);
    const email = "emil@globex.example";
    assert.ok(users.some((user) => user.email === email));
    await agent.submit(page, { email }, "/account/forgot");
    const read = () => new UserAgent().follow(mailboxUrl);
    let shownMail = await read();
    while (!shownMail.text.includes(email)) {
      await new Promise((again) => setTimeout(again, 50));
      shownMail = await read();
    }
    const link = /href="([^"]+\/account\/password\?token=[\w-]+)"/.exec(shownMail.text)?.[1];
    assert.ok(link, shownMail.text);
    const form = await agent.follow(link);
    const done = await agent.submit(
      form,
      { password: "nine purple otters juggle lanterns" },
      "/account/password",
    );
    assert.match(done.text, /Your password is set/);
    while (!(await read()).text.includes("was changed")) await new Promise((again) => setTimeout(again, 50));
    const newest = (await read()).text;
    assert.ok(newest.indexOf("was changed") < newest.indexOf("Choose a new password"), "newest first");
    for (const base of [issuer, shown.adminUrl]) {
      assert.notEqual((await fetch(`${base}/mailbox`)).status, 200);
    }
  });

  it("keeps what it made to its owner", () => {
    for (const name of ["dev.json", "development-secret"]) {
      assert.equal(statSync(join(terminal.dataDir, name)).mode & 0o077, 0, name);
    }
  });

  it("mints a token in another terminal, with every claim AWS needs", async () => {
    const told = await terminal.tti("token --tenant acme --user ada@acme.example --json");
    const { idToken, header, claims } = told.json<{
      idToken: string;
      header: Record<string, unknown>;
      claims: Record<string, unknown>;
    }>();
    assert.equal(idToken.split(".").length, 3);
    assert.equal(header["alg"], "RS256");
    assert.equal(claims["iss"], shown.issuer);
    assert.equal(claims["aud"], "tti-demo");
    assert.equal(claims["tenant_id"], "acme");
    assert.equal(claims["email"], "ada@acme.example");
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 300);
  });

  it("searches in another terminal by the line it prints, which has read none of these settings", () => {
    const program = join(root, "bin/tti.mjs");
    const line = shown.elsewhere.replace("npx --no tti", `'${process.execPath}' '${program}'`);
    assert.notEqual(line, shown.elsewhere);
    const found = execFileSync("sh", ["-c", line], { cwd: "/", env: bareEnvironment(), encoding: "utf8" });
    assert.match(found, /Engineering plan for 2027/);
  });

  it("begins the story's commands with the same settings", async () => {
    const page = await (await fetch(`${shown.demoUrl}/onboarding`)).text();
    assert.match(
      page,
      new RegExp(`TTI_ISSUER=${shown.issuer} PORT=${ports[0]} .* npx --no tti onboard link`),
    );
  });

  it("prints the bare token for pipes, and its content with --decode", async () => {
    const bare = await terminal.tti("token --tenant acme --user ada@acme.example");
    assert.match(bare.stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const decoded = await terminal.tti("token --tenant acme --user ada@acme.example --decode");
    assert.match(decoded.stdout, /"tenant_id": "acme"/);
    assertNoToken(decoded.stdout);
  });

  it("searches as different users of two customers, in two regions, each with their own rights", async () => {
    const search = async (tenant: string, user: string) =>
      documentsOf(
        (await terminal.tti(`search --tenant ${tenant} --user ${user} 'plan for 2027' --json`)).json<Found>(),
      );
    assert.deepEqual(await search("acme", "chloe@acme.example"), ["acme-company-plan"]);
    assert.deepEqual(await search("acme", "sam@partner.example"), [
      "acme-company-plan",
      "acme-engineering-plan",
    ]);
    assert.deepEqual(await search("globex", "sam@partner.example"), [
      "globex-company-plan",
      "globex-logistics-plan",
    ]);
  });

  it("searches with the demo's keys where the shell exports the endpoint tti dev prints", async () => {
    const { sandboxUrl } = shown;
    terminal.environment["AWS_ENDPOINT_URL"] = sandboxUrl;
    try {
      const told = await terminal.tti("search --tenant acme --user chloe@acme.example plan for 2027 --json");
      assert.deepEqual(documentsOf(told.json<Found>()), ["acme-company-plan"]);
      const credentials = await terminal.tti("credentials --tenant acme --user chloe@acme.example");
      assert.equal(credentials.json<{ Version: number }>().Version, 1);
    } finally {
      delete terminal.environment["AWS_ENDPOINT_URL"];
    }
  });

  it("serves the first search of the exchange library's pages, as it stands there", () => {
    const script = join(root, "packages/exchange/examples/first_search.mjs");
    const options = { cwd: root, env: terminal.environment, encoding: "utf8", timeout: 240_000 } as const;
    assert.match(execFileSync(process.execPath, [script], options), /plan/i);
  });

  for (const [words, code] of [
    ["token --tenant globex --user ada@acme.example", "not_a_member"],
    ["token --tenant nobody --user ada@acme.example", "tenant_not_found"],
    ["token --tenant acme --user nobody@acme.example", "account_not_found"],
    ["search --tenant globex --user ada@acme.example plan", "id_token_source_failed|not_a_member"],
    ["token --tenant acme --user ada@acme.example --client-key /nowhere.json", "invalid_input"],
  ] as const) {
    it(`refuses "tti ${words}" with its own code and a fix`, async () => {
      const { exitCode, stdout, stderr } = await terminal.tti(words);
      assert.equal(exitCode, 1);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`code: (${code})\\n`));
      assert.match(stderr, /fix: {2}\S/);
    });
  }

  it("gives an AWS SDK client credentials through a profile's credential_process", async () => {
    const program = new URL("../../bin/tti.mjs", import.meta.url).pathname;
    const settings = ["PORT", "TTI_DATA_DIR"]
      .map((name) => `${name}=${terminal.environment[name]}`)
      .join(" ");
    const profile = [
      "[profile ada-at-acme]",
      `credential_process = env ${settings} ${process.execPath} ${program} credentials --tenant acme --user ada@acme.example`,
    ];
    const configFile = join(terminal.dataDir, "aws-config");
    writeFileSync(configFile, `${profile.join("\n")}\n`);
    const accessor = (await terminal.tti("accessor show --tenant acme --json")).json<
      Record<string, string>
    >();
    const known = { ...process.env };
    Object.assign(process.env, { AWS_CONFIG_FILE: configFile, AWS_SHARED_CREDENTIALS_FILE: "/dev/null" });
    const client = new QBusinessClient({
      profile: "ada-at-acme",
      region: accessor["qRegion"] ?? "",
      endpoint: shown.sandboxUrl,
    });
    try {
      const answer = await client.send(
        new SearchRelevantContentCommand({
          applicationId: accessor["applicationId"],
          queryText: "plan for 2027",
          contentSource: { retriever: { retrieverId: accessor["retrieverId"] } },
        }),
      );
      const found = (answer.relevantContent ?? []).map(({ documentId }) => documentId).sort();
      assert.deepEqual(found, ["acme-company-plan", "acme-engineering-plan"]);
    } finally {
      client.destroy();
      for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
        if (known[name] === undefined) delete process.env[name];
        else process.env[name] = known[name];
      }
    }
  });

  it("says which port is taken and how to choose another, before it starts anything", async () => {
    const { exitCode, stdout, stderr } = await terminal.tti(`dev --sandbox-port ${ports[2]} --demo-port 0`);
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, new RegExp(`port ${ports[0]} \\(provider\\).*port ${ports[2]} \\(local AWS\\)`));
    assert.match(stderr, /fix: .*PORT=\d+, TTI_ADMIN_PORT=\d+, --sandbox-port \d+/);
  });

  it("keeps users, keys, passwords and what customers handed over when it is started again", async () => {
    await terminal.tti("user create --email new@acme.example --tenant acme");
    const keysOf = async ({ issuer }: DevDocument) =>
      ((await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] }).keys;
    const keysBefore = await keysOf(shown);
    const accessorBefore = (await terminal.tti("accessor show --tenant acme --json")).stdout;
    const tokenBefore = readFileSync(join(terminal.dataDir, "dev.json"), "utf8");
    const stopped = await dev.stop();
    assert.equal(stopped.exitCode, 0, stopped.stderr);

    dev = start();
    const again = await firstDocument(dev);
    assert.deepEqual(again, shown);
    // The next key may have come meanwhile: it is published some seconds after the first start.
    const keysAfter = await keysOf(again);
    assert.ok(keysBefore.length > 0);
    for (const key of keysBefore) {
      assert.deepEqual(
        keysAfter.find(({ kid }) => kid === key.kid),
        key,
      );
    }
    assert.equal((await terminal.tti("accessor show --tenant acme --json")).stdout, accessorBefore);
    assert.equal(readFileSync(join(terminal.dataDir, "dev.json"), "utf8"), tokenBefore);
    assert.equal((await terminal.tti("user show new@acme.example")).exitCode, 0);
  });

  it("serves after the examples' own step took away what its proof needs, and says what it could not prove", {
    skip: notToday(0, 2),
  }, async () => {
    const updated = await terminal.tti("tenant update acme --login both --presence 'within 12'");
    assert.equal(updated.exitCode, 0, updated.stderr);
    await dev.stop();
    dev = start();
    const again = (await firstDocument(dev)) as DevDocument & {
      unproven?: { step: string; message: string };
    };
    assert.equal(again.issuer, shown.issuer);
    assert.match(again.unproven?.message ?? "", /ada@acme\.example/);
    assert.equal((await fetch(again.demoUrl)).status, 200);
    const stopped = await dev.stop();
    assert.equal(stopped.exitCode, 0, stopped.stderr);
    assert.match(stopped.stderr, /serves all the same/);
    dev = start();
    await firstDocument(dev);
  });
});

async function firstDocument(command: RunningCommand): Promise<DevDocument> {
  return JSON.parse(await command.printed("\n}\n")) as DevDocument;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
