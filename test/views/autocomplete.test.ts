// Whether browsers and password managers know what each field takes: the rule of markup.ts holds for the forms that take a
// password, and refuses those that would be filled wrongly.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { firstStartPage } from "../../src/console/first_start/first_start_page.ts";
import { OperationError } from "../../src/errors.ts";
import { renderPage } from "../../src/views/render.ts";
import { faultsOfMarkup } from "./markup.ts";
import { fixtures } from "./page_fixtures.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

const login = renderPage("login", fixtures.login);
const firstStart = () =>
  renderPage("console/page", { ...fixtures["console/page"], ...firstStartPage("secret") });

test("the sign-in form takes who one is and their password, the first start a new one", () => {
  assert.match(login, /name="email"[^>]*autocomplete="username"/);
  assert.match(login, /name="password"[^>]*autocomplete="current-password"/);
  const html = firstStart();
  assert.match(html, /name="email"[^>]*autocomplete="username"/);
  assert.match(html, /name="password"[^>]*autocomplete="new-password"/);
  assert.deepEqual(faultsOfMarkup(html), []);
});

test("a refused password is told beside its field, and typed again", () => {
  const error = new OperationError("invalid_input", "password is easily guessed.", {
    field: "password",
    fix: "Choose several words.",
  });
  const form = new Map([
    ["email", "fay@isv.example"],
    ["password", "typed-by-fay"],
  ]);
  const html = renderPage("console/page", {
    ...fixtures["console/page"],
    ...firstStartPage("secret", { form, error }),
  });
  assert.match(html, /id="password-error">Password is easily guessed\. Choose several words\.</);
  assert.match(html, /name="password" type="password" value=""[^>]*aria-invalid="true"/);
  assert.ok(!html.includes("typed-by-fay") && html.includes("fay@isv.example"));
});

for (const [wrong, from, to] of [
  ["without a purpose", ' autocomplete="current-password"', ""],
  ["switched off", 'autocomplete="current-password"', 'autocomplete="off"'],
  ["whose person is not named", 'autocomplete="username"', 'autocomplete="email"'],
  ["of a purpose there is none of", 'autocomplete="username"', 'autocomplete="user"'],
  ["shown again", 'type="password"', 'type="password" value="x"'],
] as const) {
  test(`a password ${wrong} is noticed`, () => {
    assert.ok(login.includes(from));
    assert.notDeepEqual(faultsOfMarkup(login.replace(from, to)), []);
  });
}

test("wherever a page of ours asks for a password, it says which", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  let asking = 0;
  for (const file of files.filter((name) => /\.(?:ts|ejs)$/.test(name))) {
    const text = readFileSync(`${source}${file}`, "utf8");
    for (const { index } of text.matchAll(/type: "password"|type="password"/g)) {
      asking += 1;
      assert.match(text.slice(index, index + 200), /autocomplete(?:: |=)"(?:current|new)-password"/, file);
    }
  }
  assert.ok(asking >= 3, "the search finds them");
});
