// The way back on a page that cannot go on: to the application this browser came from, at an address it registered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizationUrl } from "../support/authorization.ts";
import { addClient, useProvider } from "../support/provider_fixture.ts";
import { UserAgent } from "../support/user_agent.ts";

const fixture = useProvider({}, async () => {
  await addClient(fixture.db, { client_id: "app", client_name: "The app" });
  await addClient(fixture.db, {
    client_id: "with home",
    client_name: "Home & Co",
    client_uri: "https://home.example/start",
  });
});

const nowhere = () => new URL("/interaction/none", fixture.issuer);
const linksOf = (text: string) =>
  [...text.matchAll(/<a class="btn[^"]*" href="([^"]+)">/g)].map(([, url]) => url);

async function pageWith(cookie: string): Promise<string[]> {
  const answer = await fetch(nowhere(), { headers: { accept: "text/html", cookie } });
  return linksOf(await answer.text()).map((url) => url ?? "");
}

test("a browser that came from an application is led back to the root of the host it registered", async () => {
  const agent = new UserAgent();
  await agent.follow(authorizationUrl(fixture));
  const page = await agent.follow(nowhere());
  assert.deepEqual(linksOf(page.text), ["https://rp.example/", "/account"]);
  assert.match(page.text, /Go back to The app</);
});

test("the home page an application registered comes before a guess", async () => {
  assert.deepEqual(await pageWith(`tti_application=${encodeURIComponent(encodeURIComponent("with home"))}`), [
    "/account",
  ]);
  assert.deepEqual(await pageWith(`tti_application=${encodeURIComponent("with home")}`), [
    "https://home.example/start",
    "/account",
  ]);
});

test("a cookie that names no client, or is no text at all, costs only the link", async () => {
  for (const value of [
    "https%3A%2F%2Fevil.example%2F",
    "%00",
    "%E0%A4%A",
    "tti-account",
    "%F0%9F%98%80",
    "",
  ]) {
    const links = await pageWith(`tti_application=${value}`);
    assert.ok(!links.some((url) => url.includes("evil")), `${value}: ${links.join()}`);
    assert.ok(links.includes("/account"));
  }
});

test("the cookie is the browser's own: no script reads it, no other site sends it, nothing is told by it", async () => {
  const answer = await fetch(authorizationUrl(fixture), { redirect: "manual" });
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith("tti_application="));
  assert.match(cookie ?? "", /^tti_application=app; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  const unknown = new URL(authorizationUrl(fixture));
  unknown.searchParams.set("client_id", "a\r\nSet-Cookie: x=y");
  const refused = await fetch(unknown, { redirect: "manual" });
  assert.deepEqual(
    refused.headers
      .getSetCookie()
      .filter((one) => one.startsWith("tti_application=") || one.startsWith("x=")),
    [],
  );
});
