// The log: what looks like a secret never stands in it wherever it came from, what an operator needs does, each line
// is one JSON object and knows its request.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { exportJWK } from "jose";
import { captureConsole, type Log, openLog } from "../src/log.ts";
import { cleanPath, redactText } from "../src/log_redaction.ts";
import { createPasswords } from "../src/provider/accounts/passwords.ts";
import { generateClientSecret } from "../src/provider/clients/client_secret.ts";
import { createKeySealer } from "../src/provider/keys/seal.ts";
import { runInRequest } from "../src/request_context.ts";

function logged(write: (log: Log) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

// Named as the product's own makers make them, so that a new format is noticed here.
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const sealed = await createKeySealer([randomBytes(32)]).seal("kid", await exportJWK(privateKey));
const shapes: Record<string, string> = {
  "a client secret": generateClientSecret(),
  "a password's hash": await createPasswords().hashPassword("correct horse battery"),
  "a bcrypt hash": "$2b$12$C6UzMDM.H6dfI/f/IKcEeO5dyXkX2nVn6V1n4Qx0c8h8m2lJ1mZ8W",
  "a sealed private key": sealed,
  "an ID token": `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"ann"}').toString("base64url")}.${randomBytes(64).toString("base64url")}`,
  "a private key": String(privateKey.export({ type: "pkcs8", format: "pem" })),
  "an opaque token": `A1z${randomBytes(30).toString("base64url")}`,
  "an address": "mallory@ext.example",
  "an address in a path": "mallory%40ext.example",
};

for (const [name, value] of Object.entries(shapes)) {
  test(`${name} is removed wherever it stands`, () => {
    const lines = logged((log) => {
      log.info({ any: value, deep: { list: [{ thing: `x ${value} y` }] } }, `message with ${value}`);
      log.error({ err: new Error(`cannot use ${value}`, { cause: new Error(value) }) }, "failed");
      log.error(new Error(`bare ${value}`));
      log.info({ path: `/v1/users/${value}`, [`a_${name}`]: new URL("https://x.example/") });
    });
    assert.equal(lines.length, 4);
    // Nor a part of it: a token's header tells its kind, a key's lines are the key.
    for (const part of value.split(/[.\n]/).filter((one) => one.length > 12)) {
      assert.ok(!JSON.stringify(lines).includes(part), part);
    }
  });
}

test("whatever chance makes of 256 bits is removed, also without a digit; words of an error stay", () => {
  const values = Array.from({ length: 20_000 }, (_, n) =>
    createHash("sha256").update(`${n}`).digest("base64url"),
  );
  assert.ok(
    values.some((value) => !/\d/.test(value)),
    "one without a digit is among them",
  );
  assert.deepEqual(
    values.filter((value) => redactText(`cannot use ${value}.`).includes(value)),
    [],
  );
  for (const word of [
    "assertionUsedOnceByOneConditionalStatement",
    "CreateTokenWithIAMInvalidGrantException",
  ]) {
    assert.equal(redactText(word), word);
  }
});

test("parameters of addresses and forms are removed, of whatever value", () => {
  const text = JSON.stringify(
    logged((log) =>
      log.info(
        {
          url: "https://a.example/x?login_challenge=short&login_verifier=tiny&code=abc&state=mine&tenant=acme",
        },
        "posted grant_type=refresh_token&refresh_token=r1&client_secret=s1 to postgres://user:pw@db.example/x",
      ),
    ),
  );
  assert.doesNotMatch(text, /short|tiny|abc|mine|r1|s1|:pw@/);
  assert.match(text, /tenant=acme/);
  assert.match(text, /grant_type=refresh_token/);
});

test("fields that may hold a secret of any shape are removed by name, at any depth", () => {
  const [line] = logged((log) =>
    log.info({
      password: "short",
      a: { clientSecret: 1, list: [{ "Set-Cookie": "a=b" }] },
      token: undefined,
    }),
  );
  assert.deepEqual(line, {
    ...line,
    password: "[removed]",
    a: { clientSecret: "[removed]", list: [{ "Set-Cookie": "[removed]" }] },
  });
});

test("error codes, ids, hashes and hosts stay: an operator works with them", () => {
  const error = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), {
    code: "ECONNREFUSED",
    detail: "Key (email)=(mallory) already exists.",
    bindings: ["mallory"],
  });
  const kid = createHash("sha256").update("key").digest("base64url");
  const id = randomUUID();
  const [line] = logged((log) =>
    log.warn({ code: "invalid_input", err: error, kid, requestId: id, hash: "0a".repeat(32) }),
  );
  assert.equal(line?.["code"], "invalid_input");
  assert.equal(line["kid"], kid);
  assert.equal(line["requestId"], id);
  assert.equal(line["hash"], "0a".repeat(32));
  const told = line["err"] as Record<string, unknown>;
  assert.equal(told["code"], "ECONNREFUSED");
  assert.match(String(told["message"]), /10\.1\.2\.3:5432/);
  assert.match(String(told["stack"]), /log\.test\.ts/);
  assert.doesNotMatch(JSON.stringify(told), /mallory/);
});

test("a key's id stays in each field that holds one, and what looks like a token does not", () => {
  const kid = createHash("sha256").update("key").digest("base64url");
  const token = createHash("sha256").update("token").digest("base64url");
  const [line] = logged((log) =>
    log.info({ signingKid: kid, publishedKids: [kid], kids: [kid], revoked_kid: kid, kidney: token }),
  );
  assert.deepEqual(
    [line?.["signingKid"], line?.["publishedKids"], line?.["kids"], line?.["revoked_kid"], line?.["kidney"]],
    [kid, [kid], [kid], kid, "[token]"],
  );
});

test("an id that a field names stays in the words of its line, its error and its causes, and in no other line", () => {
  const kid = createHash("sha256").update("key").digest("base64url");
  const other = createHash("sha256").update("secret").digest("base64url");
  const error = new Error(`Key ${kid} was not opened with ${other}.`, { cause: new Error(`no ${kid}`) });
  const [byField, byError, alone] = logged((log) => {
    log.fatal({ kid, because: `sealed: ${kid}`, err: error }, `Key ${kid} was not opened with ${other}.`);
    log.fatal({ err: Object.assign(new Error(`Key ${kid}`), { kid }) });
    log.fatal(`Key ${kid}`);
  });
  assert.equal(byField?.["msg"], `Key ${kid} was not opened with [token].`);
  assert.equal(byField["because"], `sealed: ${kid}`);
  const told = byField["err"] as { message: string; cause: { message: string } };
  assert.deepEqual(
    [told.message, told.cause.message],
    [`Key ${kid} was not opened with [token].`, `no ${kid}`],
  );
  assert.equal(byError?.["msg"], `Key ${kid}`);
  assert.equal(alone?.["msg"], "Key [token]");
  assert.ok(!JSON.stringify([byField, byError, alone]).includes(other));
});

test("a path is told without what may be a secret in it, and never at length", () => {
  for (const [path, told] of [
    ["/auth", "/auth"],
    ["/.well-known/x-y_z", "/.well-known/x-y_z"],
    ["/interaction/2fZk1yQm0aBcDeFgHiJkLmNo", "/interaction/2fZk1yQm0aBcDeFgHiJkLmNo"],
    ["/interaction/2fZk1yQm0aBcDeFgHiJkLmNoP", "/interaction/…"],
    ["/v1/users/mallory%40ext.example", "/v1/users/…"],
    ["/v1/users/mallory@ext.example/x", "/v1/users/…/x"],
    ["/a;b=c/é", "/…/…"],
  ] as const) {
    assert.equal(cleanPath(path), told);
  }
  assert.ok(cleanPath("/abc".repeat(5_000)).length <= 81);
});

test("a long line is cut, and one that refers to itself ends", () => {
  const loop: Record<string, unknown> = { text: "x".repeat(100_000) };
  loop["self"] = loop;
  const [line] = logged((log) => log.info(loop, "loop"));
  assert.ok(JSON.stringify(line).length < 60_000);
});

test("whatever is handed over, a line is one JSON object with each name once, and nothing throws", () => {
  const wide = (depth: number): unknown =>
    depth === 0 ? "leaf" : Array.from({ length: 90 }, () => wide(depth - 1));
  const shared = wide(2);
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const noisy = new Error("x");
  for (const name of ["message", "stack", "cause", "code", "name", "constructor"])
    Object.defineProperty(noisy, name, {
      get() {
        throw new Error("of a getter");
      },
    });
  const odd: Record<string, unknown> = {
    "a bigint": { n: 2n ** 80n },
    "a symbol and a function": { s: Symbol("s"), f: () => 1 },
    "a getter that throws": Object.defineProperty({ kept: 1 }, "thrown", {
      enumerable: true,
      get() {
        throw new Error("of a getter");
      },
    }),
    "a proxy that is gone": { p: revoked.proxy },
    "nothing but a proxy that is gone": revoked.proxy,
    "an error that throws": noisy,
    "an error without a class": Object.create(Error.prototype),
    "an error that is its own cause": Object.assign(new Error("loop"), { cause: noisy }),
    "many errors": new AggregateError([noisy, new Error("two")], "many"),
    "a date that is none": { at: new Date(Number.NaN) },
    "half a character": { text: "\uD83D", "\uDE00": "\uDE00".repeat(200) },
    "control characters": { text: "\u0000\u001F\n\r\u2028", 'na"me\n': 1 },
    "numbers that are none": { n: Number.NaN, i: Number.POSITIVE_INFINITY },
    "names of the log's own": { level: 99, time: "never", msg: "other", requestId: "mine" },
    "a member called __proto__": JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
    "a request": { method: "GET", headers: { authorization: "Basic x" }, socket: {} },
    "something that serializes itself": {
      toJSON() {
        throw new Error("of toJSON");
      },
    },
    "all of a large table": Array.from({ length: 90 }, () => shared),
    "bytes of several kinds": {
      a: new Uint16Array(4),
      b: new DataView(new ArrayBuffer(3)),
      c: Buffer.from("x"),
    },
  };
  for (const [what, value] of Object.entries(odd)) {
    const lines: string[] = [];
    const log = openLog({ level: "trace", stream: { write: (line: string) => lines.push(line) } });
    log.info(value as object, "a message");
    log.info({ of: value, err: value }, "a message with %s and %j", value as object, value as object);
    log.error(value as object);
    assert.equal(lines.length, 3, what);
    for (const line of lines) {
      assert.ok(line.endsWith("}\n") && line.indexOf("\n") === line.length - 1, what);
      assert.ok(line.length < 120_000, `${what}: ${line.length}`);
      const { level } = JSON.parse(line) as { level: string };
      assert.ok(level === "info" || level === "error", `${what}: of two names the last is read`);
      assert.doesNotMatch(line, /Basic x|polluted":true}}/);
    }
  }
});

test("a name of a member is cleaned as a value is, and a cut never leaves half a token", () => {
  const token = createHash("sha256").update("token").digest("base64url");
  const [byName, cut] = logged((log) => {
    log.info({ people: { "mallory@ext.example": 1, [token]: 2 } });
    log.info({ text: `${"word ".repeat(1_634)}and ${token}${token}` }, "long");
  });
  assert.doesNotMatch(JSON.stringify(byName), new RegExp(`mallory|${token}`));
  assert.ok(!JSON.stringify(cut).includes(token.slice(0, 8)));
  assert.match(String(cut?.["text"]), /word and {2}\[cut\]$/);
});

test("each line of a request carries its id", () => {
  const [inside, outside] = logged((log) => {
    runInRequest({ requestId: "r-1", address: "192.0.2.1" }, () => log.info("inside"));
    log.info("outside");
  });
  assert.equal(inside?.["requestId"], "r-1");
  assert.equal(outside?.["requestId"], undefined);
});

test("what libraries print, and Node.js's warnings, become lines of the log", async () => {
  const lines: string[] = [];
  const log = openLog({ level: "info", stream: { write: (line: string) => lines.push(line) } });
  const capture = captureConsole(log);
  try {
    console.warn(
      "\u001B[33moidc-provider WARNING: something\u001B[39m",
      new Error("with mallory@ext.example"),
    );
    process.emitWarning("soon gone", { type: "DeprecationWarning", code: "DEP9999" });
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    capture.release();
  }
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(first?.["level"], "warn");
  assert.equal(first?.["msg"], "oidc-provider WARNING: something with [address]");
  assert.equal(second?.["code"], "DEP9999");
});
