// The parsers at the edge: what each takes, what it refuses, and in which one form it comes out.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseClientAddress } from "../../src/input/client_address.ts";
import { assertTextTarget, onceEach, parseFormText } from "../../src/input/form_text.ts";
import { parseJson } from "../../src/input/json_text.ts";
import { clockToleranceSeconds, readMoment } from "../../src/input/moment.ts";
import { nameRule, readText, type TextRule } from "../../src/input/text.ts";
import { parseWebUrl } from "../../src/input/web_address.ts";

const refused = { code: "invalid_input" };

/** The text as it is read; undefined: it is refused. */
function textOf(value: unknown, rule: TextRule): string | undefined {
  const read = readText(value, rule);
  return "text" in read ? read.text : undefined;
}

describe("a text that people read", () => {
  for (const [what, text] of [
    ["a plain name", "Ada Lovelace"],
    ["accents", "Zoë Ångström"],
    ["an Arabic name", "علي"],
    ["a Persian name with its joiner", "علی\u200cرضا"],
    ["a Hindi name with its joiner", "क्\u200dष"],
    ["a picture of several", "Team 👩‍💻"],
    ["a letter beyond the first plane", "𠮷野家"],
    ["punctuation", "O'Neil & Söhne <GmbH>"],
  ] as const) {
    it(`may be ${what}`, () => assert.equal(textOf(text, nameRule), text));
  }

  for (const [what, text] of [
    ["a line break", "Ada\nAdmin"],
    ["a carriage return", "Ada\rAdmin"],
    ["a line separator", "Ada\u2028Admin"],
    ["U+0000", "Ada\0"],
    ["an escape", "\u001b[31mAda"],
    ["reversed writing", "Ada\u202egpj.exe"],
    ["an isolate", "Ada\u2066x\u2069"],
    ["a zero-width space", "Ad\u200ba"],
    ["a joiner between Latin letters", "Ad\u200da"],
    ["a soft hyphen", "Ad\u00ada"],
    ["a tag character", "Ada\u{e0041}"],
    ["a filler", "\u3164"],
    ["half a character", "Ada\ud83d"],
    ["what is no character", "Ada\uffff"],
    ["nothing but space", " \u3000 "],
    ["too much", "x".repeat(201)],
  ] as const) {
    it(`holds no ${what}`, () => assert.equal(textOf(text, nameRule), undefined));
  }

  it("comes out composed and without surrounding space", () => {
    assert.equal(textOf("  Zoe\u0308 ", nameRule), "Zo\u00eb");
  });

  it("is measured in characters, not in halves of them", () => {
    assert.equal(textOf("😀".repeat(200), nameRule)?.length, 400);
    assert.equal(textOf("😀".repeat(201), nameRule), undefined);
  });

  it("keeps its lines where lines are meant", () => {
    assert.equal(textOf("a\nb", { most: 9, lines: true }), "a\nb");
    assert.equal(textOf("a\tb", { most: 9, lines: true }), undefined);
  });
});

describe("a moment", () => {
  it("is epoch seconds, a fraction dropped", () => {
    assert.deepEqual(readMoment(1_764_106_000), { seconds: 1_764_106_000 });
    assert.deepEqual(readMoment(1_764_106_000.9), { seconds: 1_764_106_000 });
  });
  for (const value of [
    0,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    1_764_106_000_000,
    1e300,
    "1764106000",
    null,
    [1],
    true,
  ]) {
    it(`is not ${String(value)} (${typeof value})`, () => assert.ok("fault" in readMoment(value)));
  }
  it("may be ahead by the tolerance, and no further", () => {
    const notAfterSeconds = 1_764_106_000;
    assert.ok("seconds" in readMoment(notAfterSeconds + clockToleranceSeconds, { notAfterSeconds }));
    assert.ok("fault" in readMoment(notAfterSeconds + clockToleranceSeconds + 1, { notAfterSeconds }));
  });
});

describe("an address of a client", () => {
  for (const [text, address, network = address] of [
    ["203.0.113.8", "203.0.113.8"],
    ["203.0.113.8:40000", "203.0.113.8"],
    ['"203.0.113.8:40000"', "203.0.113.8"],
    ["::ffff:203.0.113.8", "203.0.113.8"],
    ["::FFFF:cb00:7108", "203.0.113.8"],
    ["[::ffff:203.0.113.8]:443", "203.0.113.8"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["[2001:DB8::1]:443", "2001:db8::1", "2001:db8:0:0"],
    ["[2001:db8::1]", "2001:db8::1", "2001:db8:0:0"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::9", "2001:db8:1:2"],
    ["fe80::1%eth0", "fe80::1", "fe80:0:0:0"],
    ["::1", "::1", "0:0:0:0"],
    ["64:ff9b::192.0.2.7", "64:ff9b::c000:207", "64:ff9b:0:0"],
  ] as const) {
    it(`${text} is ${address} of ${network}`, () =>
      assert.deepEqual(parseClientAddress(text), { address, network }));
  }
  for (const text of [
    "",
    "unknown",
    "_hidden",
    "203.0.113",
    "203.0.113.8:x",
    "1.2.3.4.5",
    "[x]",
    "[::1",
    "::g",
    "a,b",
  ]) {
    it(`is not "${text}"`, () => assert.equal(parseClientAddress(text), undefined));
  }
});

describe("a web address", () => {
  it("is kept byte by byte", () => {
    for (const url of ["https://a.example/cb?x=1", "https://A.example:443/%7e", "http://127.0.0.1:5000/cb"])
      assert.equal(parseWebUrl(url, "url", { http: "loopback" }), url);
  });
  for (const url of [
    "",
    "example.com",
    "javascript:alert(1)",
    "https:example.com",
    "https://a.example/#x",
    "https://u:p@a.example/",
    "https://a.exa\nmple/",
    " https://a.example/",
    "https://a.example/\\x",
    "https://аpple.example/",
    "http://a.example/",
    `https://a.example/${"x".repeat(2048)}`,
  ]) {
    it(`is not ${JSON.stringify(url.slice(0, 40))}`, () =>
      assert.throws(() => parseWebUrl(url, "url", { http: "loopback" }), { ...refused, field: "url" }));
  }
});

describe("form-encoded text", () => {
  it("is decoded as browsers encode it", () => {
    assert.deepEqual(parseFormText("a=1+2&b=%C3%A9&c&=x&%"), [
      ["a", "1 2"],
      ["b", "é"],
      ["c", ""],
      ["", "x"],
      ["%", ""],
    ]);
  });
  for (const raw of ["a=%ff", "a=%00", "%c3=1", "a=\xe9", "a=%ed%a0%80", "a=%c0%80"]) {
    it(`is refused for ${JSON.stringify(raw)}`, () => assert.throws(() => parseFormText(raw), refused));
  }
  it("is refused for a name sent twice, however it is written", () => {
    assert.throws(() => onceEach(parseFormText("a=1&%61=1")), { ...refused, field: "a" });
  });
  it("is checked in a whole target, path and query", () => {
    assertTextTarget("/v1/users/a%40b?x=%C3%A9");
    for (const target of ["/v1/%00", "/v1/%ff", "/v1?x=%00", "/v1/\xff"])
      assert.throws(() => assertTextTarget(target), refused);
  });
});

describe("JSON", () => {
  const parse = (text: string) => parseJson(Buffer.from(text));
  it("is read with or without a byte order mark", () => {
    assert.deepEqual(parse('\ufeff{"a":[1,"é"]}'), { a: [1, "é"] });
  });
  for (const text of [
    "{",
    '{"a":1e400}',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '{"\\ud800":1}',
    '{"__proto__":{"x":1}}',
    `${"[".repeat(40)}${"]".repeat(40)}`,
  ]) {
    it(`is refused for ${text.slice(0, 30)}`, () => assert.throws(() => parse(text), refused));
  }
  it("is refused for bytes that are no UTF-8", () => {
    assert.throws(() => parseJson(Buffer.from([0x22, 0xff, 0x22])), refused);
  });
});
