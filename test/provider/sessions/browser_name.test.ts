// What is kept of a browser: words of ours, whatever it says of itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readBrowserName } from "../../../src/provider/sessions/browser_name.ts";

const mozilla = "Mozilla/5.0";
const said: readonly [string, string | undefined][] = [
  [`${mozilla} (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0`, "Firefox, Windows"],
  [
    `${mozilla} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15`,
    "Safari, macOS",
  ],
  [
    `${mozilla} (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36`,
    "Chrome, Linux",
  ],
  [
    `${mozilla} (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0`,
    "Edge, Windows",
  ],
  [
    `${mozilla} (Linux; Android 16; Pixel) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36`,
    "Chrome, Android",
  ],
  [
    `${mozilla} (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) CriOS/142 Mobile Safari/604.1`,
    "Chrome, iOS",
  ],
  ["curl/8.5.0", undefined],
  ["", undefined],
  [`<script>alert(1)</script> Firefox/1`, "Firefox"],
  [`${"x".repeat(600)} Firefox/1`, undefined],
];

for (const [userAgent, name] of said) {
  test(`${userAgent.slice(0, 60)} is ${name ?? "not known"}`, () => {
    assert.equal(readBrowserName(userAgent), name);
  });
}
test("no header at all", () => assert.equal(readBrowserName(undefined), undefined));
