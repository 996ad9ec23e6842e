// The rules of docs/architecture.md as tests: who may import whom, and where SQL, HTTP, the clock, the
// environment and the exit live. It reads every import and every line of src.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface SourceFile {
  path: string;
  text: string;
  imports: { specifier: string; typeOnly: boolean; target: string | undefined }[];
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\s+from\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const imports = [...text.matchAll(importPattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const target = specifier.startsWith(".")
      ? posix.normalize(posix.join(posix.dirname(path), specifier))
      : undefined;
    return { specifier, typeOnly: match[1] !== undefined, target };
  });
  return { path, text, imports };
}

const files = globSync(["src/**/*.ts", "packages/*/src/**/*.ts"], { cwd: root })
  .map((path) => path.split("\\").join("/"))
  .sort()
  .map(readSource);

/** The package a path belongs to; undefined for the provider's own. */
const packageOf = (path: string): string | undefined => /^packages\/[^/]+/.exec(path)?.[0];

/** The deliverable a path belongs to: a package, a folder of src, or a file directly in it. */
const areaOf = (path: string): string => packageOf(path) ?? path.split("/")[1] ?? path;

// Lowest first. An area may import areas of lower layers, and itself.
const layers: readonly (readonly string[])[] = [
  [
    "clock.ts",
    "errors.ts",
    "people_error_codes.ts",
    "overload_error_codes.ts",
    "passkey_error_codes.ts",
    "store_error_codes.ts",
    "grants_and_scopes.ts",
    "login_levels.ts",
    "input",
    "overload",
    "request_context.ts",
    "tracing",
    "log_redaction.ts",
    "log_destination.ts",
    "log.ts",
    "time_watch.ts",
    "access_log.ts",
    "settings",
    "settings.ts",
    "config.ts",
  ],
  ["db", "views"],
  ["failed_work.ts", "installation.ts", "observability"],
  ["audit", "outbox"],
  ["mail"],
  [
    "provider",
    "exchange.ts",
    "packages/exchange",
    "sandbox.ts",
    "packages/sandbox",
    "asset_routes.ts",
    "http_errors.ts",
    "http_methods.ts",
    "see_other.ts",
  ],
  ["accessors", "demo", "upkeep"],
  ["admin", "onboarding"],
  ["console", "portal"],
  ["app.ts", "document_answers.ts", "public_routes.ts"],
  ["instance_metrics.ts", "instance_traces.ts", "serving_checks.ts"],
  ["running_server.ts", "server.ts"],
  ["cli"],
];
const layerOf = (area: string): number => layers.findIndex((areas) => areas.includes(area));

function offences(judge: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => judge(file).map((what) => `${file.path}: ${what}`));
}

test("every area of src has its place in the layers", () => {
  assert.deepEqual(
    [...new Set(files.map((file) => areaOf(file.path)))].filter((area) => layerOf(area) < 0),
    [],
  );
});

test("imports point down the layers, never up", () => {
  const found = offences((file) =>
    file.imports
      .filter(({ target }) => target?.startsWith("src/"))
      .filter(({ target }) => layerOf(areaOf(target ?? "")) > layerOf(areaOf(file.path)))
      .map(({ specifier }) => `imports ${specifier}, which lies above it`),
  );
  assert.deepEqual(found, []);
});

test("a package imports its own files and what its package.json lists: never src, nor another package", () => {
  const dependenciesOf = (folder: string): string[] => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  };
  const found = offences((file) => {
    const folder = packageOf(file.path);
    if (folder === undefined) return [];
    const known = dependenciesOf(folder);
    return file.imports
      .filter(({ specifier, target }) =>
        target === undefined
          ? !specifier.startsWith("node:") &&
            !known.some((name) => specifier === name || specifier.startsWith(`${name}/`))
          : !target.startsWith(`${folder}/src/`),
      )
      .map(({ specifier }) => `imports ${specifier}`);
  });
  assert.deepEqual(found, []);
  const inner = globSync("packages/*/package.json", { cwd: root }).flatMap((path) =>
    dependenciesOf(dirname(path)).filter((name) => name.startsWith("tti-")),
  );
  assert.deepEqual(inner, [], "packages that depend on each other");
});

test("src takes packages by their names", () => {
  const found = offences((file) =>
    packageOf(file.path) === undefined
      ? file.imports
          .filter(({ target }) => target?.startsWith("packages/"))
          .map(({ specifier }) => `imports ${specifier}`)
      : [],
  );
  assert.deepEqual(found, []);
});

test("one range of each library for all packages", () => {
  const ranges = new Map<string, Set<string>>();
  for (const path of ["package.json", ...globSync("packages/*/package.json", { cwd: root })]) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, path), "utf8"));
    for (const [name, range] of Object.entries<string>({ ...devDependencies, ...dependencies })) {
      ranges.set(name, (ranges.get(name) ?? new Set()).add(range));
    }
  }
  assert.deepEqual(
    [...ranges].filter(([, found]) => found.size > 1).map(([name]) => name),
    [],
  );
});

/** The arrows of a graph that lie on a circle, each as "from → to". */
function circling(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const reach = new Map<string, Set<string>>();
  const reachable = (from: string): Set<string> => {
    const known = reach.get(from);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const left = [...(arrows.get(from) ?? [])];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      left.push(...(arrows.get(next) ?? []));
    }
    reach.set(from, found);
    return found;
  };
  return [...arrows].flatMap(([from, tos]) =>
    [...tos].filter((to) => reachable(to).has(from)).map((to) => `${from} → ${to}`),
  );
}

/** Who imports whom, values and types alike, with each file standing for the node it belongs to. */
function arrowsBetween(nodeOf: (path: string) => string): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  for (const file of files) {
    const from = nodeOf(file.path);
    const tos = arrows.get(from) ?? new Set<string>();
    arrows.set(from, tos);
    for (const { target } of file.imports) {
      if (target !== undefined && nodeOf(target) !== from) tos.add(nodeOf(target));
    }
  }
  return arrows;
}

test("there are no import cycles, type imports read too", () => {
  assert.deepEqual(circling(arrowsBetween((path) => path)), []);
});

test("no two folders import each other, and none leads back to itself through others, type imports read too", () => {
  // A folder is one thing. A file beside folders is one by itself: it may sit above or below them.
  const folders = new Set(files.map(({ path }) => posix.dirname(path)));
  const isParent = (folder: string): boolean => [...folders].some((one) => one.startsWith(`${folder}/`));
  const parents = new Set([...folders].filter(isParent));
  const found = circling(
    arrowsBetween((path) => (parents.has(posix.dirname(path)) ? path : posix.dirname(path))),
  );
  assert.deepEqual(found, []);
});

// A name that says by itself what it is, or one in a place that says it. As a whole string, or as a word of a template.
const grantOrScopeName = new RegExp(
  [
    /urn:ietf:params:oauth:(grant|token)-type:/,
    /(?<!urn:)\btti:(admin|handoff|search)\b/,
    /["'`\s](openid|offline_access|authorization_code|client_credentials)["'`\s]/,
    /scopes?\.(has|includes)\(["'`]/,
    /grant\w*["'\])\s]*(===|!==|:|\[|\.includes\(|Allowed\()\s*\[?["'`]refresh_token/i,
  ]
    .map(({ source }) => source)
    .join("|"),
);

// Where a thing may stand: a pattern in the text, and the paths allowed to hold it.
const places: readonly { what: string; pattern: RegExp; allowed: (path: string) => boolean }[] = [
  {
    // exchange, sandbox and demo have texts of their own: they may not, or need not, import src/input.
    what: "decoding of text from outside (src/input has the one door)",
    pattern: /new TextDecoder\(|from "node:querystring"|new URLSearchParams\(ctx\b/,
    allowed: (path) => /^(src\/(input|demo)|packages\/(exchange|sandbox)\/src)\//.test(path),
  },
  {
    what: "reading of a request's body (src/input/request_body.ts has the one door)",
    pattern: /for await \([^)]* of \(?(ctx\.req|req|request)\b|\b(req|request)\.(on\("data"|iterator\()/,
    allowed: (path) => path === "src/input/request_body.ts" || path.startsWith("packages/sandbox/src/"),
  },
  {
    what: "a pattern for e-mail addresses or invisible letters (src/input has the one door)",
    pattern: /\.isWellFormed\(|\\p\{Cf\}|@\(\?:\[A-Za-z0-9\]/,
    allowed: (path) => /^(src\/input|packages\/(exchange|sandbox)\/src)\//.test(path),
  },
  {
    what: "a clock tolerance of its own (src/input/moment.ts has the one)",
    pattern: /\b(skew|clockSkew|tolerance)\w* = \d/i,
    allowed: (path) => /^(src\/input|packages\/(exchange|sandbox)\/src)\//.test(path),
  },
  {
    what: "reading of an IP address (src/input/client_address.ts has the one door)",
    pattern: /\bisIPv?[46]?\(/,
    allowed: (path) =>
      /^(src\/input|packages\/sandbox\/src)\//.test(path) ||
      // Settings and URLs of servers, not addresses of callers.
      [
        "src/settings/setting_values.ts",
        "src/provider/edge/outgoing_fetch.ts",
        "src/onboarding/doctor/issuer_address.ts",
      ].includes(path) ||
      path === "src/provider/clients/back_channel_uri.ts",
  },
  {
    what: "an issuer's keys in the client (packages/exchange/src/id_token has the one place)",
    pattern: /\b(compactVerify|jwtVerify|importJWK|createLocalJWKSet|createRemoteJWKSet)\(|jwks_uri/,
    allowed: (path) =>
      !path.startsWith("packages/exchange/src/") ||
      /^packages\/exchange\/src\/id_token\/(issuer_keys|key_set_fetch|published_keys)\.ts$/.test(path),
  },
  {
    what: "asking the URL parser about a text from outside (src/input/web_address.ts has the one door)",
    pattern: /\bURL\.(parse|canParse)\(/,
    allowed: (path) =>
      path === "src/input/web_address.ts" || /^(packages|src\/(exchange|sandbox))\//.test(path),
  },
  {
    what: "process.env",
    pattern: /process\.env\b/,
    allowed: (path) => path === "src/config.ts",
  },
  {
    what: "process.exit",
    pattern: /process\.exit\(/,
    allowed: (path) => path === "src/cli/main.ts",
  },
  {
    what: "the machine's clock",
    pattern: /\bDate\.now\(\)|\bnew Date\(\)/,
    // The packages may not import src/clock.ts, so each has the same one line of its own.
    allowed: (path) =>
      ["src/clock.ts", "packages/exchange/src/clock.ts", "packages/sandbox/src/ground/clock.ts"].includes(
        path,
      ),
  },
  {
    what: "koa or a router",
    pattern: /from "(koa|@koa\/router)"/,
    allowed: (path) => /(^|[/_])(app|routes)\.ts$/.test(path) || path.startsWith("src/demo/"),
  },
  {
    what: "EJS",
    pattern: /from "ejs"/,
    allowed: (path) => path === "src/views/render.ts",
  },
  {
    what: "a value import of knex",
    pattern: /import (?!type )[^;]*from "knex"/,
    allowed: (path) => path === "src/db/connect.ts" || path === "src/db/dialects.ts",
  },
  {
    what: "oidc-provider internals",
    pattern: /from "oidc-provider\/lib/,
    allowed: (path) => path === "src/provider/library/internals.ts",
  },
  {
    // Each has what it may sign: a value that the assertion of the right makes, or a refresh token of the person's own.
    what: "signing an ID token outside the library's flows",
    pattern: /\bnew (\w+\.)*IdToken\(/,
    allowed: (path) =>
      ["grants/id_token.ts", "refresh/refresh_grant.ts"].some((one) => path === `src/provider/${one}`),
  },
  {
    what: "the right of a client to act for a tenant, asserted outside minting",
    pattern: /\bassertMayActFor\(/,
    allowed: (path) =>
      ["src/provider/clients/tenant_rights.ts", "src/provider/grants/mint.ts"].includes(path),
  },
  {
    // The packages import nothing of src, so they have names of their own.
    what: "the name of a grant or a scope (src/grants_and_scopes.ts has each once)",
    pattern: grantOrScopeName,
    allowed: (path) => path === "src/grants_and_scopes.ts" || path.startsWith("packages/"),
  },
  {
    what: "SQL",
    pattern: /["'`](select\s.+\sfrom|insert\s+into|update\s\w+\sset|delete\s+from)\s/i,
    allowed: (path) => path.endsWith("_store.ts") || path.startsWith("src/provider/storage/"),
  },
  {
    what: "the logins of sessions",
    pattern: /\bsession_vouchers\b/,
    allowed: (path) =>
      [
        "sessions/voucher_store.ts",
        "sessions/voucher_sweep_store.ts",
        "sessions/consent_store.ts",
        "sessions/end_sign_ins_store.ts",
        "sessions/end_rights_store.ts",
        "sessions/end_all_store.ts",
        "subjects/subject_store.ts",
      ].some((one) => path === `src/provider/${one}`),
  },
  {
    what: "a decision about what a login opens",
    pattern: /\bopensTenant\(/,
    allowed: (path) =>
      ["sessions/voucher.ts", "subjects/subject.ts", "subjects/subject_store.ts"].some(
        (one) => path === `src/provider/${one}`,
      ),
  },
  {
    // Export has hashes to hand out when they are asked for, import to compare, a login to replace.
    what: "hashes of passwords",
    pattern: /\bpassword_hash\b|\bfindCredentialsByLogin\(/,
    allowed: (path) =>
      [
        ...["account_store.ts", "export_store.ts", "imported_account_store.ts"],
        ...["password_hash_store.ts", "sign_in_facts_store.ts"],
      ].some((one) => path === `src/provider/accounts/${one}`),
  },
  {
    what: "a query builder call",
    pattern: /\b(db|trx)\(["'`]\w+["'`]\)/,
    allowed: (path) => path.endsWith("_store.ts") || path.startsWith("src/provider/storage/"),
  },
];

for (const { what, pattern, allowed } of places) {
  test(`${what} stands only where the architecture says`, () => {
    const code = (text: string): string => text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    assert.deepEqual(
      offences((file) => (pattern.test(code(file.text)) && !allowed(file.path) ? [what] : [])),
      [],
    );
  });
}

test("no source file is over 300 lines", () => {
  const long = offences(({ text }) => {
    const lines = text.split("\n").length - 1;
    return lines > 300 ? [`has ${lines} lines`] : [];
  });
  assert.deepEqual(long, []);
});

test("every file opens by saying what it owns", () => {
  assert.deepEqual(
    offences((file) => (/^(#!.*\n)?\/[/*]/.test(file.text) ? [] : ["has no opening comment"])),
    [],
  );
});

test("file names are snake_case and exports have names", () => {
  const found = offences((file) => [
    ...(/^[a-z0-9_]+(\.d)?\.ts$/.test(posix.basename(file.path)) ? [] : ["is not snake_case"]),
    ...(/\nexport default\b/.test(file.text) ? ["has a default export"] : []),
    ...(/(^|\/)(utils?|helpers?|common|lib|types)(\.ts|\/)/.test(file.path) ? ["is a bag"] : []),
  ]);
  assert.deepEqual(found, []);
});
