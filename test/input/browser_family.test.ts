// A browser is told by names of a closed list: whatever a request says of itself, none of its own words come out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browserFamily, isBrowserFamily } from "../../src/input/browser_family.ts";

const known: readonly (readonly [string, string])[] = [
  ["Firefox, Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"],
  [
    "Chrome, Mac",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  ],
  [
    "Edge, Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
  ],
  [
    "Safari, iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
  ],
  [
    "Chrome, Android",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  ],
  ["Firefox, Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"],
];

test("tells the families people have", () => {
  for (const [family, userAgent] of known) {
    assert.equal(browserFamily(userAgent), family);
    assert.equal(isBrowserFamily(family), true);
  }
  assert.equal(browserFamily("Firefox/1"), "Firefox");
});

test("repeats nothing of what it is told, and reads no more than the beginning", () => {
  for (const text of [undefined, "", "curl/8", "call +49 30 1234 now", `${" ".repeat(600)}Firefox/1`]) {
    assert.equal(browserFamily(text), undefined);
  }
  assert.equal(browserFamily("call me at evil.example Firefox/1 Windows"), "Firefox, Windows");
  for (const text of [
    "",
    "Firefox, call evil.example",
    "Firefox, Windows, Mac",
    "Windows",
    "Firefox,Windows",
  ]) {
    assert.equal(isBrowserFamily(text), false, text);
  }
});
