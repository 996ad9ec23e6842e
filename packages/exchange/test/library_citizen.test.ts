// What a library owes its callers: options checked by name, errors that are known in every copy, nothing that stays.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { otherCodes } from "../src/error_codes.ts";
import type * as library from "../src/index.ts";
import {
  type AnyExchangeError,
  AuthorizationError,
  AwsStepError,
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  ExchangeError,
  type ExchangeErrorCode,
  failureCatalogue,
  fromTrustedTokenIssuer,
  fromTtiProvider,
  IdTokenError,
} from "../src/index.ts";
import { acme, baseCredentials } from "./support/connections.ts";
import { startWorld } from "./support/world.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = globSync("src/**/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));

function messageFor(options: unknown): string {
  try {
    new ExchangeClient(options as ExchangeClientOptions).destroy();
  } catch (error) {
    assert.ok(ExchangeError.isInstance(error) && error.code === "options_invalid");
    return error.message;
  }
  return "";
}

test("a misspelt option is told with the one that was meant", () => {
  assert.match(messageFor({ deadlineSecond: 5 }), /no deadlineSecond, did you mean deadlineSeconds\?/);
  assert.match(
    messageFor({ cache: { maxentries: 5 } }),
    /no cache\.maxentries, did you mean cache\.maxEntries\?/,
  );
  assert.match(
    messageFor({ trustedTokenIssuer: { issuer: "https://i", audiance: "a" } }),
    /did you mean trustedTokenIssuer\.audience\?/,
  );
  assert.match(messageFor({ somethingElse: 1 }), /there is no somethingElse;|there is no somethingElse\./);
});

test("an option of the wrong kind is refused when the client is made, without its value", () => {
  const issuer = { issuer: "https://id.example.com", audience: "a" };
  for (const [options, fault] of [
    [{ idTokenSource: "eyJhbGciOi" }, /idTokenSource is a text, expected a function/],
    [
      { trustedTokenIssuer: { ...issuer, issuer: "not a url" } },
      /trustedTokenIssuer\.issuer is a text, expected/,
    ],
    [{ trustedTokenIssuer: { issuer: issuer.issuer } }, /trustedTokenIssuer\.audience is missing/],
    [{ trustedTokenIssuer: { ...issuer, jwksUri: "/jwks" } }, /jwksUri/],
    [{ trustedTokenIssuer: { ...issuer, requireJti: "no" } }, /requireJti is a text/],
    [{ refreshTokens: true }, /refreshTokens is true, expected false or an object/],
    [{ refreshTokens: { load: async () => undefined } }, /refreshTokens/],
    [{ deadlineSeconds: "30" }, /deadlineSeconds is a text/],
    [{ baseCredentials: "AKIASECRET" }, /baseCredentials is a text/],
    [{ onEvent: {}, clock: 7 }, /onEvent is .*; clock is 7/],
  ] as const) {
    const message = messageFor(options);
    assert.match(message, fault);
    assert.doesNotMatch(message, /eyJ|AKIASECRET/);
  }
  assert.equal(messageFor({ trustedTokenIssuer: { ...issuer, tenantClaim: undefined } }), "");
});

test("options may be undefined under exactOptionalPropertyTypes, and accessors take the client's", () => {
  const missing: string | undefined = process.argv[99];
  const client = new ExchangeClient({ stsRegion: missing, deadlineSeconds: undefined });
  using accessor = new DataAccessor({ connection: acme, client: undefined, stsRegion: missing });
  using provider = fromTrustedTokenIssuer({ connection: acme, user: "alice", client });
  assert.ok(accessor && provider);
  client.destroy();
});

test("every code is in the list, is told there, and no list has one that nothing throws", () => {
  const text = sources.filter((source) => !source.includes("export const otherCodes")).join("\n");
  const rows: readonly ExchangeErrorCode[] = failureCatalogue.map(({ code }) => code);
  for (const [code, meaning] of Object.entries(otherCodes)) {
    const rule = code.replace(/^id_token_/, "");
    assert.ok(text.includes(`"${code}"`) || text.includes(`"${rule}"`) || text.includes("_missing`"), code);
    assert.match(meaning, /\.$/);
    assert.ok(!rows.includes(code as ExchangeErrorCode), code);
  }
  // @ts-expect-error a misspelt code does not compile
  const misspelt: ExchangeErrorCode = "token_rejectd";
  assert.ok(misspelt);
});

test("an error of another copy of the package is known, and of no other class", async () => {
  const copy = (await import(`${new URL("../src/errors.ts", import.meta.url).href}?copy`)) as typeof library;
  const foreign = new copy.IdTokenError({
    code: "id_token_issuer",
    step: "id-token",
    message: "m",
    fix: "f",
  });
  assert.ok(!(foreign instanceof ExchangeError), "else this test shows nothing");
  assert.ok(ExchangeError.isInstance(foreign) && IdTokenError.isInstance(foreign));
  assert.ok(!AwsStepError.isInstance(foreign));
  for (const other of [undefined, null, "x", new Error("x"), { name: "ExchangeError" }]) {
    assert.ok(!ExchangeError.isInstance(other));
  }
});

test("what an OAuth endpoint said stands in members of the error", async (t) => {
  const world = await startWorld(t);
  world.aws.script = ({ operation }) =>
    operation === "create-token-with-iam"
      ? {
          status: 400,
          headers: { "content-type": "application/json", "x-amzn-errortype": "InvalidGrantException" },
          body: JSON.stringify({ error: "invalid_grant", error_description: "no such user" }),
        }
      : undefined;
  await assert.rejects(world.client.session({ connection: acme, user: "alice" }), {
    oauthError: "invalid_grant",
    oauthErrorDescription: "no such user",
    httpStatusCode: 400,
  });
});

test("a client may be disposed of, and an options object of a token source may hold undefined", () => {
  let closed: ExchangeClient;
  {
    using client = new ExchangeClient();
    closed = client;
  }
  assert.throws(() => closed.destroy.call(undefined as never));
  return assert.rejects(closed.session({ connection: acme, user: "alice" }), { code: "client_closed" });
});

test("a token source without a way to name the user is refused at once", () => {
  const clientAuthentication = { method: "none" } as const;
  const options = { issuer: "https://id.example.com", clientId: "c", clientAuthentication };
  assert.throws(() => fromTtiProvider({ ...options, assertionKey: undefined }), {
    code: "token_source_options_invalid",
  });
});

test("the union of all errors is told apart by name, with the codes of each", () => {
  // Compiles only while the union is exact: each class known, each code of the right class, none left over.
  const told = (error: AnyExchangeError): string => {
    switch (error.name) {
      case "AwsStepError":
        return error.code === "token_rejected" ? "rejected" : "aws";
      case "ExchangeDeadlineError":
        return error.code satisfies "deadline_exceeded";
      case "SignInRequiredError":
        return error.code satisfies "sign_in_required";
      case "RefreshTokenStoreError":
        return error.code satisfies "refresh_token_store_failed";
      case "AuthorizationError":
      case "IdTokenError":
      case "ExchangeSettingsError":
        // @ts-expect-error no code of an AWS call
        return error.code === "token_rejected" ? "never" : error.code;
      default:
        return error satisfies never;
    }
  };
  const words = { step: "authorize", message: "m", fix: "f" } as const;
  assert.equal(
    told(new AuthorizationError({ ...words, code: "authorization_refused" })),
    "authorization_refused",
  );
  // @ts-expect-error the code of another class
  new AwsStepError({ ...words, code: "authorization_refused" });
  const caught: unknown = new AwsStepError({ ...words, code: "token_rejected" });
  assert.ok(ExchangeError.isInstance(caught));
  assert.equal(told(caught), "rejected");
});

test("the base class is thrown by nobody, so that the union is whole", () => {
  assert.deepEqual(
    sources.filter((source) => /new ExchangeError\(/.test(source)),
    [],
  );
});

test("two copies of the package, and two clients of one copy, share no state", async (t) => {
  // Every file of the package a second time, as a second version in a project would be.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const second = context.parentURL?.endsWith("?second") === true && specifier.startsWith(".");
      return second ? { ...found, url: `${found.url}?second` } : found;
    },
  });
  const copy = (await import(`${new URL("../src/index.ts", import.meta.url).href}?second`)) as typeof library;
  hooks.deregister();
  assert.notEqual(copy.ExchangeClient, ExchangeClient, "else this test shows nothing");
  const world = await startWorld(t);
  const options = {
    trustedTokenIssuer: world.issuer.trustedTokenIssuer,
    idTokenSource: world.issuer.source,
    baseCredentials,
    awsClientOptions: world.aws.clientOptions,
  };
  const ask = { connection: acme, user: "alice" };
  const clients = [
    new ExchangeClient(options),
    new ExchangeClient(options),
    new copy.ExchangeClient(options),
  ];
  const sessions = [];
  for (const client of clients) sessions.push(await client.session(ask));
  assert.equal(world.aws.count("create-token-with-iam"), 3, "each made its own exchange");
  assert.equal(new Set(sessions.map(({ credentials }) => credentials.accessKeyId)).size, 3);
  await clients[0]?.forget(acme, "alice");
  clients[0]?.destroy();
  for (const [index, client] of clients.entries()) {
    if (index > 0)
      assert.equal(await client.session(ask), sessions[index], "another's end is not this one's");
    client.destroy();
  }
  assert.equal(world.aws.count("create-token-with-iam"), 3);
});

test("nothing is kept in a module: no variable outlives its client", () => {
  const kept = sources.flatMap(
    (source) => source.match(/^(?:export )?(?:let|var) .*$|^const \w+ = new (?:Map|Set|WeakMap).*$/gm) ?? [],
  );
  assert.deepEqual(kept, []);
});
