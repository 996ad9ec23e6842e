// Owns the proof that the parts of pages are complete, escaped and well-formed: whoever uses one gets labels, faults
// beside fields and an order of headings for nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOfMarkup, hostile } from "./markup.ts";
import { drawParts, everyPart } from "./parts_fixture.ts";

for (const kind of ["console", "portal"] as const) {
  test(`every part is well-formed in the frame of the ${kind}`, () => {
    assert.deepEqual(faultsOfMarkup(drawParts(kind)), []);
  });

  test(`markup in any text of any part is shown as text in the ${kind}`, () => {
    const html = drawParts(kind, {
      ...(hostile(everyPart) as typeof everyPart),
      // What decides how a part is drawn is ours, not a text from outside.
      steps: everyPart.steps,
      banners: everyPart.banners,
      fields: everyPart.fields,
    });
    assert.doesNotMatch(html, /<img/);
    assert.ok(html.includes("&lt;img src=x"));
    assert.doesNotMatch(html, /="[^"]*"'>/);
  });
}

test("a field's fault stands beside it, is read with it, and the summary leads to it", () => {
  const html = drawParts("console");
  assert.match(html, /<input id="email"[^>]* aria-describedby="email-error" aria-invalid="true">/);
  assert.match(html, /<input id="hours"[^>]* aria-describedby="hours-hint hours-error" aria-invalid="true">/);
  assert.match(html, /<p class="wrong" id="email-error">This address is taken\. Give another\.<\/p>/);
  assert.match(html, /<a href="#email">The address is taken\.<\/a>/);
  assert.match(html, /<input id="name"[^>]* aria-describedby="name-hint">/);
});

test("a password is never sent back, whatever a page gives", () => {
  const fields = [{ id: "secret", label: "Password", type: "password" as const, value: "hunter2" }];
  const html = drawParts("console", { ...everyPart, fields: fields as unknown as typeof everyPart.fields });
  assert.doesNotMatch(html, /hunter2/);
});

test("a link to anything but http, https or this server is left out", () => {
  const kv = { entries: [{ label: "Site", cell: { text: "site", url: "javascript:alert(1)" } }] };
  const html = drawParts("portal", { ...everyPart, kv: kv as unknown as typeof everyPart.kv });
  assert.doesNotMatch(html, /javascript:/);
  assert.match(html, /<dt>Site<\/dt><dd>\s*site/);
});

test("only two actions stand beside a title; the others fold away", () => {
  const html = drawParts("console");
  const folded = /<details class="more">[\s\S]*?<\/details>/.exec(html)?.[0] ?? "";
  assert.deepEqual(
    [...folded.matchAll(/<a href="([^"]+)"/g)].map(([, url]) => url),
    ["/end", "/delete"],
  );
});
