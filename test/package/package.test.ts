// What `npm pack` makes works in a plain Node project: both subpaths with their types, and the command.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { notToday, shareOfToday } from "../support/share_of_day.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const limit = { timeout: 240_000 };
const installing = { timeout: 600_000 };

let project: string;

/** Of attw's analysis: how an entry point resolves, and what is wrong with it. */
interface Entry {
  resolutions: Record<string, { resolution?: unknown } | undefined>;
}
interface Problem {
  kind: string;
  resolutionKind?: string;
}

const tarballOf = (name: string): string =>
  readdirSync(project).find((file) => file.startsWith(`${name}-`) && file.endsWith(".tgz")) ?? "";

function run(program: string, words: string[], folder = project): string {
  const environment = {
    ...process.env,
    TTI_MODE: undefined,
    NODE_ENV: undefined,
    TEST_POSTGRES_URL: undefined,
    // Of what the registry answered before.
    npm_config_prefer_offline: "true",
    npm_config_loglevel: "error",
    npm_config_audit: "false",
  };
  const options = { cwd: folder, env: environment as NodeJS.ProcessEnv, timeout: installing.timeout };
  return execFileSync(program, words, { ...options, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** The README's blocks of a language, under "Use the parts". */
function blocksOf(language: string): string[] {
  const [, section = ""] = readFileSync(join(root, "README.md"), "utf8").split("## Use the parts\n");
  const [part = ""] = section.split("\n## ");
  return [...part.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, named]) => named === language)
    .map(([, , text = ""]) => text);
}

before(() => {
  // What the README says, in a fresh project in place of ../my-app.
  project = mkdtempSync(join(tmpdir(), "tti-package-"));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "plain", private: true, type: "module" }),
  );
  const [install = assert.fail("the README does not say how to get the packages")] = blocksOf("sh");
  // Packing runs scripts; installing builds nothing that has a build for this machine.
  const lines = install
    .replaceAll("../my-app", project)
    .replace("npm install ", "npm install --ignore-scripts ");
  run("bash", ["-e", "-c", lines], root);
}, installing);
after(() => rmSync(project, { recursive: true, force: true }));

// An issuer, the local AWS and the exchange, in one program of a project that has nothing but the package.
const program = `
import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { DataAccessor, fromTrustedTokenIssuer } from "tti-provider/exchange";
import { isvRole, startSandbox } from "tti-provider/sandbox";

const { privateKey, publicKey } = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" };
const server = createServer((request, response) => {
  const discovery = { issuer, jwks_uri: issuer + "/jwks", response_types_supported: ["code"],
    subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"] };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(request.url === "/jwks" ? { keys: [jwk] } : discovery));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = "http://127.0.0.1:" + server.address().port;
const isv = "111111111111", principal = "arn:aws:iam::111111111111:role/Isv";
const aws = await startSandbox({ port: 0, allowLocalIssuers: true, seed: {
  accounts: [
    { id: isv, name: "ISV", roles: [isvRole("Isv", "arn:aws:iam::111111111111:user/app")], credentials: [{ name: "isv", user: "app" }] },
    { id: "222222222222", name: "Acme", credentials: [{ name: "admin", user: "administrator" }] },
  ],
  isvs: [{ displayName: "isv", principal, clientId: "client" }],
  identityCenters: [{ name: "acme", account: "222222222222", region: "us-east-1",
    users: [{ userName: "ada", email: "ada@acme.example", displayName: "Ada" }],
    trustedTokenIssuers: [{ name: "isv", issuerUrl: issuer }] }],
  qApplications: [{ displayName: "acme", account: "222222222222", region: "us-east-1", identityCenter: "acme",
    documents: [{ id: "d1", title: "Travel policy", content: "Trains before flights." }],
    dataAccessors: [{ displayName: "acme", principal, externalId: "acme", trustedTokenIssuer: "isv" }] }],
} });
process.env.AWS_ENDPOINT_URL = aws.url;
const found = aws.seedResult.connections["acme"];
const connection = { tenantId: "acme", roleArn: principal, idcApplicationArn: found.idcApplicationArn, idcRegion: found.idcRegion,
  applicationId: found.applicationId, retrieverId: found.retrieverId, qRegion: found.applicationRegion };
let n = 0;
const options = {
  trustedTokenIssuer: { issuer, audience: "client" },
  idTokenSource: async () => {
    n += 1;
    return new SignJWT({ email: "ada@acme.example", tenant_id: "acme", jti: "token-number-" + n + "-of-this-run" })
      .setProtectedHeader({ alg: "RS256", kid: "k" }).setIssuer(issuer).setAudience("client").setSubject("ada")
      .setIssuedAt().setExpirationTime("2m").sign(privateKey);
  },
  baseCredentials: aws.seedResult.credentials["isv"],
};
const provide = fromTrustedTokenIssuer({ ...options, connection, user: "ada" });
const { expiration } = await provide();
const accessor = new DataAccessor({ ...options, connection });
const titles = [];
for await (const passage of accessor.search({ user: "ada", queryText: "trains" })) titles.push(passage.documentTitle);
console.log(JSON.stringify({ titles, expires: expiration instanceof Date }));
provide.destroy();
accessor.destroy();
await aws.close();
server.close();
server.closeAllConnections();
`;

test("both subpaths work together in plain JavaScript", limit, () => {
  writeFileSync(join(project, "use.mjs"), program);
  assert.deepEqual(JSON.parse(run(process.execPath, ["use.mjs"])), {
    titles: ["Travel policy"],
    expires: true,
  });
});

// The reader's own values stand before the README's lines; imports may follow them.
const readersOwn = `
const connection = { tenantId: "acme", roleArn: "arn:aws:iam::111111111111:role/Isv", idcRegion: "us-east-1",
  idcApplicationArn: "arn:aws:sso::222222222222:application/ssoins-1234567890abcdef/apl-1234567890abcdef" };
const trustedTokenIssuer = { issuer: "https://login.example.com", audience: "client" };
const [user, idTokenSource] = ["ada", async () => "token"];
`;

test("the README's lines for both parts run in that project", limit, () => {
  const parts = blocksOf("ts");
  assert.equal(parts.length, 2);
  const lines = [readersOwn, ...parts, "console.log(typeof s3.send, aws.url);\nawait aws.close();\n"].join(
    "\n",
  );
  writeFileSync(join(project, "readme.mjs"), lines);
  assert.match(run(process.execPath, ["readme.mjs"]), /^function http:\/\/127\.0\.0\.1:4566\n$/);
});

const uses = `
import { type Connection, fromTrustedTokenIssuer } from "tti-provider/exchange";
import { type Sandbox, startSandbox } from "tti-provider/sandbox";
import { type AnyExchangeError, ExchangeError, judgeIdToken } from "tti-exchange";
import { startSandbox as start } from "tti-sandbox";
const connection: Connection = { tenantId: "acme", roleArn: "r", idcApplicationArn: "a", idcRegion: "us-east-1" };
export const provide = fromTrustedTokenIssuer({ connection, user: "ada", idTokenSource: async () => "token" });
export const started: Promise<Sandbox> = startSandbox({ port: 0 });
export const others = [judgeIdToken, start, ExchangeError.isInstance] satisfies unknown[];
export const told = (error: AnyExchangeError): string => error.code;
// @ts-expect-error a port is a number
startSandbox({ port: "zero" });
`;

// As projects resolve types; everything they bring along is checked too, not skipped. By day one of the three.
const resolutions = [
  ["node16", "node16"],
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const;
for (const [module, resolution] of shareOfToday(resolutions, resolutions.length)) {
  test(
    `a strict project with moduleResolution ${resolution} accepts the types, and has wrong ones refused`,
    limit,
    () => {
      writeFileSync(join(project, "use.ts"), uses);
      const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
      const resolving = ["--module", module, "--moduleResolution", resolution, "--target", "es2024"];
      const compiler = join(root, "node_modules/typescript/bin/tsc");
      const types = ["--checkers", "2", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
      const words = [compiler, ...strict, ...resolving, ...types, "--skipLibCheck", "false", "use.ts"];
      assert.equal(run(process.execPath, words), "");
    },
  );
}

const names = ["tti-provider", "tti-exchange", "tti-sandbox"];
for (const name of shareOfToday(names, names.length)) {
  test(`the tarball of ${name} has nothing publint or attw object to`, limit, async () => {
    const path = join(project, tarballOf(name));
    const file = readFileSync(path);
    const tarball = new Uint8Array(file).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(messages, []);
    // ESM only, on purpose: the resolutions of before Node.js 12.7 and of require() in old ones are not promised.
    const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const judged = JSON.parse(
      run(process.execPath, [attw, path, "--profile", "esm-only", "--format", "json"]),
    );
    assert.equal(judged.analysis.packageName, name);
    const kept = ["node16-esm", "bundler"];
    for (const [entry, { resolutions }] of Object.entries<Entry>(judged.analysis.entrypoints)) {
      for (const how of kept) assert.ok(resolutions[how]?.resolution, `${name} ${entry} by ${how}`);
    }
    const problems: Problem[] = judged.analysis.problems;
    assert.deepEqual(
      problems.filter(({ resolutionKind = "bundler" }) => kept.includes(resolutionKind)),
      [],
    );
  });
}

test("nothing else of the package can be imported", limit, () => {
  const script =
    'await import("tti-provider/provider").then(() => process.exit(1), (e) => console.log(e.code))';
  assert.equal(
    run(process.execPath, ["--input-type=module", "-e", script]).trim(),
    "ERR_PACKAGE_PATH_NOT_EXPORTED",
  );
});

test("the installed command proves the whole product, compiled", limit, () => {
  const answer = JSON.parse(
    run(process.execPath, ["node_modules/tti-provider/bin/tti.mjs", "dev", "--check", "--json"]),
  );
  assert.equal(answer.ok, true);
  assert.equal(answer.searches.length, 2);
});

test("the package holds what it needs and nothing of the workshop", limit, () => {
  const files = readdirSync(join(project, "node_modules/tti-provider"), { recursive: true }).map(String);
  assert.ok(files.includes("LICENSE") && files.includes(join("dist", "src", "views", "login.ejs")));
  const foreign = files.filter((path) => /(^|\/)(test|bench|runtime|data)(\/|$)|\.sqlite|\.env/.test(path));
  assert.deepEqual(foreign, []);
});

// Each installs a project of its own: by day one of the two.
test("the exchange client alone is at most 45 packages and 20 MB, and none of them is native", {
  ...limit,
  skip: notToday(0, 2),
}, () => {
  const alone = mkdtempSync(join(tmpdir(), "tti-exchange-"));
  try {
    const manifest = { name: "plain", private: true, type: "module" };
    writeFileSync(join(alone, "package.json"), JSON.stringify(manifest));
    const words = ["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
    run("npm", [...words, join(project, tarballOf("tti-exchange"))], alone);
    const lock = JSON.parse(readFileSync(join(alone, "node_modules/.package-lock.json"), "utf8"));
    const count = Object.keys(lock.packages).length;
    assert.ok(count <= 45, `${count} packages`);
    const folder = join(alone, "node_modules");
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const megabytes = files.reduce((sum, path) => sum + statSync(path).size, 0) / 1_000_000;
    assert.ok(megabytes <= 20, `${megabytes} MB`);
    assert.deepEqual(
      files.filter((path) => /\.node$|(^|\/)binding\.gyp$/.test(path)),
      [],
    );
    assert.ok(files.includes(join(folder, "tti-exchange", "dist", "index.js.map")));
    const script = 'import("tti-exchange").then(({ ExchangeClient }) => console.log(typeof ExchangeClient))';
    assert.equal(run(process.execPath, ["--input-type=module", "-e", script], alone).trim(), "function");
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});

// It starts without the libraries that read and push folders, and names the one it misses when it is asked to.
const sandboxAlone = `
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pushFolder, startSandbox } from "tti-sandbox";
const sandbox = await startSandbox({ port: 0 });
const folder = mkdtempSync(join(process.cwd(), "documents-"));
const tell = () => pushFolder(folder, { client: {}, applicationId: "a", indexId: "i" }).catch((error) => error.message);
console.log(JSON.stringify({ url: sandbox.url.slice(0, 17), told: await tell() }));
await sandbox.close();
`;

test("the sandbox alone is three packages, and runs without those that read folders", {
  ...limit,
  skip: notToday(1, 2),
}, () => {
  const alone = mkdtempSync(join(tmpdir(), "tti-sandbox-"));
  try {
    const manifest = { name: "plain", private: true, type: "module" };
    writeFileSync(join(alone, "package.json"), JSON.stringify(manifest));
    const tarball = readdirSync(project).find((name) => /^tti-sandbox-.*\.tgz$/.test(name)) ?? "";
    const words = ["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error"];
    run("npm", [...words, join(project, tarball)], alone);
    const lock = JSON.parse(readFileSync(join(alone, "node_modules/.package-lock.json"), "utf8"));
    assert.deepEqual(Object.keys(lock.packages).sort(), [
      "node_modules/jose",
      "node_modules/tti-sandbox",
      "node_modules/zod",
    ]);
    writeFileSync(join(alone, "use.mjs"), sandboxAlone);
    const answer = JSON.parse(run(process.execPath, ["use.mjs"], alone));
    assert.deepEqual(answer, {
      url: "http://127.0.0.1:",
      told:
        "Pushing a folder needs the package @aws-sdk/client-qbusiness, which is not installed. " +
        "Install it: npm install @aws-sdk/client-qbusiness.",
    });
    assert.match(
      run(process.execPath, ["node_modules/tti-sandbox/bin/tti-sandbox.mjs", "--help"], alone),
      /sandbox/,
    );
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
});
