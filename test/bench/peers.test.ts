// What drives another provider understands what such send: answers in chunks, and pages it has never seen. That it goes from discovery
// to refresh is run with the benchmarks (bench.test.ts).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readPeerOptions } from "../../bench/peers/options.ts";
import { Browser, fillForm, walkToCode } from "../../bench/peers/sign_in.ts";
import { readAnswer } from "../../bench/support/answer_text.ts";
import { answering } from "./answering.ts";

const person = { user: "somebody", password: "words", hydraAdmin: "" };

describe("an answer of another server", () => {
  it("is read when it is there in full, by its length or in chunks, and what follows is left", () => {
    const counted = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    assert.deepEqual(readAnswer(`${counted}HTTP`)?.answer.body, "abc");
    assert.equal(readAnswer(`${counted}HTTP`)?.rest, "HTTP");
    assert.equal(readAnswer(counted.slice(0, -1)), undefined);
    const chunked =
      "HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
    assert.deepEqual(readAnswer(chunked)?.answer.body, "abc0123456789");
    assert.equal(readAnswer(chunked)?.answer.status, 302);
    for (let length = 0; length < chunked.length; length += 1)
      assert.equal(readAnswer(chunked.slice(0, length)), undefined, `${length} bytes`);
  });
});

describe("a page of another provider", () => {
  it("has its form filled in: the one with the password, what is hidden, its first button", () => {
    const page = `<form action="/search"><input name="q"></form>
      <form id=kc action="http://a/login?code=1&amp;tab=2" method='post'>
        <input name="username" type="text"><input type='password' name=password><input type="checkbox" name="rememberMe">
        <input type="hidden" name="credentialId" value="x&amp;y"><button name="login" value="yes">in</button><button name="other">no</button>
      </form>`;
    assert.deepEqual(fillForm(page, person), {
      action: "http://a/login?code=1&tab=2",
      fields: { username: "somebody", password: "words", credentialId: "x&y", login: "yes" },
    });
    assert.equal(fillForm("<p>no form</p>", person), undefined);
  });

  it("is followed to the client's own address, with the cookies it sets", async (t) => {
    const seen: string[] = [];
    const { url } = await answering(t, (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.cookie ?? "-"}`);
      if (request.url === "/auth")
        response.writeHead(302, { location: "/login", "set-cookie": "a=1; Path=/" }).end();
      else if (request.method === "GET")
        response.end('<form method="post" action="/login?step=2"><input type="password" name="p"></form>');
      else response.writeHead(303, { location: "http://rp.example/cb?code=c0de" }).end();
    });
    const browser = new Browser("session=s");
    t.after(() => browser.close());
    assert.equal(await walkToCode(browser, `${url}/auth`, "http://rp.example/cb", person), "c0de");
    assert.deepEqual(seen, [
      "GET /auth session=s",
      "GET /login session=s; a=1",
      "POST /login?step=2 session=s; a=1",
    ]);
  });

  it("that refuses is told in its own words", async (t) => {
    const { url } = await answering(t, (_request, response) =>
      response
        .writeHead(302, { location: "http://rp.example/cb?error=access_denied&error_description=no" })
        .end(),
    );
    const browser = new Browser();
    t.after(() => browser.close());
    await assert.rejects(
      walkToCode(browser, `${url}/auth`, "http://rp.example/cb", person),
      /access_denied: no/,
    );
  });
});

describe("options of a peer", () => {
  it("say what is missing or wrong, by name", () => {
    assert.equal(readPeerOptions(["--quick"]), undefined);
    assert.throws(() => readPeerOptions(["--issuer", "here"]), /--issuer is here/);
    assert.throws(() => readPeerOptions(["--issuer", "http://a"]), /--client is missing/);
    const words = ["--issuer", "http://a", "--client", "c", "--secret", "s"];
    assert.throws(() => readPeerOptions([...words, "--pid", "1,x"]), /--pid holds x/);
    assert.deepEqual(readPeerOptions([...words, "--pid", "1,2"])?.pids, [1, 2]);
  });
});
