// What a person reads when something fails: their words, a reason, something to do, and a way on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errorCatalogue, OperationError } from "../../src/errors.ts";
import { answerOf, errorPage } from "../../src/http_errors.ts";
import { faultWords, refusalWords, signInFault, withoutAccount } from "../../src/views/fault_words.ts";
import { withFrame } from "../../src/views/frame.ts";
import { languages, nameOfLanguage, wordsIn } from "../../src/views/words/languages.ts";

const codes = [
  ...(Object.keys(errorCatalogue) as ErrorCode[]),
  ...[
    "invalid_request",
    "invalid_client",
    "invalid_redirect_uri",
    "access_denied",
    "server_error",
    "whatever",
  ],
];
/** What stands above the small print. */
const largePrint = (html: string) =>
  html.slice(html.indexOf("<h1"), html.indexOf('<div class="small-print"'));

test("no fault speaks to a person of clients, tenants, verifiers, operators, our files or raw code marks", async () => {
  for (const code of codes) {
    const catalogued = Object.hasOwn(errorCatalogue, code)
      ? answerOf(new OperationError(code as ErrorCode, "the client of tenant `acme` sent a verifier"))
      : { code, message: "the client of tenant `acme` sent a verifier" };
    const html = await errorPage(catalogued, "request-1");
    assert.doesNotMatch(
      largePrint(html),
      /\bclients?\b|\btenants?\b|verifier|operator|redirect URI|docs\/|`|oops|tti /i,
      code,
    );
    assert.doesNotMatch(html, /`/, `${code}: code is marked up, not written with backticks`);
  }
});

test("what a page of the sign-in says speaks to a person, too", () => {
  for (const code of Object.keys(errorCatalogue)) {
    const said = signInFault(code);
    assert.doesNotMatch(said, /\bclients?\b|\btenants?\b|operator|docs\/|`|tti /i, code);
    assert.match(said, /^[A-Z][^.]+\. .+\.$/, `${code}: what is so, and what to do`);
  }
  assert.equal(signInFault("too_many_attempts", 7), "Too many attempts. Wait 7 seconds, then try again.");
  assert.equal(signInFault("too_many_attempts", 1), "Too many attempts. Wait 1 second, then try again.");
  assert.match(signInFault("invalid_credentials"), /do not belong together\. Check both/);
});

test("every fault has a title of its own kind, something to do, and a way on", async () => {
  const titles = new Set(codes.map((code) => faultWords(code).title));
  assert.ok(titles.size >= 15, `${titles.size} titles`);
  for (const code of codes) {
    const html = await errorPage({ code, message: "" }, "request-1");
    const title = faultWords(code).title;
    assert.ok(html.includes(`<title>${title} – `), code);
    // Who need have no account here is told what to do, and led nowhere.
    if (withoutAccount.includes(code)) assert.doesNotMatch(html, /href="\/account"/, code);
    else assert.match(largePrint(html), /<a class="btn primary" href="[^"]+">[^<]+<\/a>/, code);
    assert.ok(faultWords(code).todo.length > 10);
    assert.match(html, /Request id<\/dt><dd><code>request-1</);
  }
});

test("the way back to the application comes first, where the browser knows one", async () => {
  const application = { name: "Report Builder", url: "https://reports.example/" };
  const findApplication = async () => application;
  const html = await withFrame({ name: "Orchard", host: "login.orchard.example", findApplication }, () =>
    errorPage({ code: "sign_in_expired" }, "request-1"),
  );
  assert.match(html, /<a class="btn primary" href="https:\/\/reports\.example\/">Go back to Report Builder</);
  assert.match(html, /<span>Orchard<\/span>/);
  assert.match(html, /<span>login\.orchard\.example<\/span>/);
});

test("a developer finds below what exactly was wrong, a person's fault shows nothing of it", async () => {
  const message = "redirect_uri did not match any of the client's registered `redirect_uris`";
  const html = await errorPage({ code: "invalid_redirect_uri", message }, "request-1");
  assert.match(
    html,
    /For the application’s developer<\/summary>[\s\S]+registered <code>redirect_uris<\/code>/,
  );
  const person = await errorPage(
    { code: "not_a_member", message: "no member of the tenant globex" },
    "request-1",
  );
  assert.doesNotMatch(person, /globex/);
});

for (const language of languages) {
  test(`every fault is told in ${nameOfLanguage(language)}, says what to do next, and links there`, async () => {
    for (const code of codes) {
      const application = { name: "Report Builder", url: "https://reports.example/" };
      const findApplication = async () => application;
      const frame = { name: "Obsthof", host: "login.obsthof.example", language, findApplication };
      const html = await withFrame(frame, () =>
        errorPage({ code, message: "the client of tenant acme" }, "request-1"),
      );
      assert.ok(html.includes(`<html lang="${language}">`), code);
      const { title, todo } = faultWords(code, wordsIn(language));
      const print = largePrint(html).replaceAll("&#39;", "'");
      assert.ok(print.includes(`<h1>${title}</h1>`) && print.includes(todo), code);
      if (withoutAccount.includes(code)) continue;
      const [first = "", second = ""] = [...print.matchAll(/<a class="btn[^"]*" href="([^"]+)">[^<]+</g)].map(
        ([, url = ""]) => url,
      );
      // What mends it comes first.
      const wanted =
        code === "email_not_verified" ? ["/account/email", application.url] : [application.url, "/account"];
      assert.deepEqual([first, second], wanted, code);
    }
  });
}

test("a refused field is told by its reason, in the language of the page, and never in the words of programs", () => {
  const refused = (name: string, values = {}) =>
    new OperationError("invalid_input", "password is for programs", { reason: { name, values } });
  const said = (language: "en" | "de", error: OperationError) =>
    withFrame({ name: "Obsthof", language }, () => refusalWords(error));
  const length = refused("password_length", { length: 3, least: 10, most: 256 });
  assert.match(said("en", length), /^The password has 3 characters; it needs 10 to 256\. Choose /);
  assert.match(said("de", length), /^Das Passwort hat 3 Zeichen; es braucht 10 bis 256\. Wählen Sie /);
  for (const name of ["nobody_knows", "__proto__", "constructor"]) {
    assert.equal(said("de", refused(name)), said("de", new OperationError("invalid_input", "for programs")));
  }
  const wait = new OperationError("too_many_attempts", "for programs", { retryAfterSeconds: 1 });
  assert.equal(
    said("de", wait),
    "Zu viele Versuche. Warten Sie 1 Sekunde und versuchen Sie es dann noch einmal.",
  );
});
