// The Dockerfile: nobody is root, the base has no shell, what is copied is there, nothing of a checkout's own goes to the
// builder, and the health check asks where the settings say. (That it builds and runs is tried by hand: docs/guides/deployment.md.)
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import { describe, it, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useProvider } from "../provider/support/provider_fixture.ts";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const text = readFileSync(path("Dockerfile"), "utf8");
const stages = text.split(/^(?=FROM )/m).slice(1);
const last = stages.at(-1) ?? "";

test("the image runs as a number that is not root's, from a base that has no shell", () => {
  assert.match(last, /^USER 65532:65532$/m);
  assert.match(text, /^ARG BASE=gcr\.io\/distroless\/cc-debian12:nonroot$/m);
  assert.match(text, /^ARG NODE=\S+:\d+\.\d+\.\d+-bookworm-slim$/m);
  assert.doesNotMatch(last, /^(RUN|ADD|SHELL)/m);
  // Without a shell each command is a list of words.
  for (const [, words = ""] of last.matchAll(/^(?:ENTRYPOINT|CMD|HEALTHCHECK .* CMD) (.*)$/gm))
    assert.ok(Array.isArray(JSON.parse(words)), words);
});

test("what is copied is there, the Node.js is new enough, and what is written goes to the volume", () => {
  const { engines } = JSON.parse(readFileSync(path("package.json"), "utf8")) as { engines: { node: string } };
  const [major = 0, minor = 0] = (/node:(\d+)\.(\d+)/.exec(text)?.slice(1) ?? []).map(Number);
  const [least = 0, from = 0] = (/(\d+)\.(\d+)/.exec(engines.node)?.slice(1) ?? []).map(Number);
  assert.ok(major > least || (major === least && minor >= from));
  const [, copied = ""] = /cp -a (.*) \/out\//.exec(text) ?? [];
  for (const one of copied.split(" ")) assert.ok(one === "dist" || existsSync(path(one)), one);
  const [, folder] = /TTI_DATA_DIR=(\S+)/.exec(last) ?? [];
  assert.match(last, new RegExp(`^VOLUME ${folder}$`, "m"));
});

test("no secret, no store and nothing built here goes to the builder, and all that it needs does", () => {
  const ignored = readFileSync(path(".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const goes = (name: string) =>
    !name
      .split("/")
      .some((_part, index, parts) =>
        ignored.some((one) => matchesGlob(parts.slice(0, index + 1).join("/"), one)),
      );
  for (const name of "tti.env .env.local data/tti.sqlite x/tti.sqlite-wal tls/key.pem node_modules/x .git/config packages/exchange/node_modules/x test/x.ts dist/x.js registration/role.tf".split(
    " ",
  ))
    assert.equal(goes(name), false, name);
  for (const name of "package.json package-lock.json .npmrc scripts/build.mjs src/server.ts src/views/render.ts migrations/index.ts bin/tti.mjs tsconfig.build.json packages/sandbox/src/index.ts deploy/container/healthcheck.mjs LICENSE".split(
    " ",
  )) {
    assert.ok(goes(name), name);
    assert.ok(existsSync(path(name)), name);
  }
});

describe("the health check", () => {
  const fixture = useProvider();
  const look = (environment: Record<string, string>) => {
    const child = spawn(process.execPath, [path("deploy/container/healthcheck.mjs")], { env: environment });
    return new Promise((resolve) => child.on("exit", resolve));
  };
  it("asks at the port and the address of the settings", async () => {
    const { port } = new URL(fixture.server.localUrl);
    assert.equal(await look({ PORT: port }), 0);
    assert.equal(await look({ PORT: port, TTI_HOST: "127.0.0.1" }), 0);
    assert.equal(await look({ PORT: port, TTI_HOST: "127.0.0.2" }), 1);
    assert.equal(await look({ PORT: "9" }), 1);
  });
});
