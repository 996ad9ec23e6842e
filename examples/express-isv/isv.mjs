// A sample ISV: its own users, login page, sessions and logout. What it does with tti-provider is in tti.mjs,
// its pages are in pages.mjs.
import { randomBytes } from "node:crypto";
import express from "express";
import { errorPage, homePage, loginPage, overPage, stylesheet } from "./pages.mjs";
import { acceptChallenge, issuer, mint, readChallenge, rejectChallenge, search } from "./tti.mjs";

// Yours are in your database, with hashed passwords. An id must never change: it becomes the token's `sub`.
const users = [
  { id: "isv-ada", email: "ada@acme.example", name: "Ada Byron", tenant: "acme", password: "engine" },
  { id: "isv-ben", email: "ben@acme.example", name: "Ben Okafor", tenant: "acme", password: "kettle" },
  { id: "isv-dana", email: "dana@globex.example", name: "Dana Ruiz", tenant: "globex", password: "harbour" },
];

// Where a logout may continue: the provider, and the applications. Followed blindly, `return_to` would make
// this page an open redirect.
const known = (process.env.ISV_KNOWN_URLS ?? "http://localhost:3000,http://localhost:3002").split(",");

const sessions = new Map();
const sessionId = (request) => /(?:^|; )isv=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
const sessionOf = (request) => sessions.get(sessionId(request));
const one = (value) => (typeof value === "string" && value !== "" ? value : undefined);

const app = express();
app.disable("x-powered-by");
app.use(express.urlencoded({ extended: false, limit: "8kb" }));
app.use((request, response, next) => {
  response.set("Cache-Control", "no-store");
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'");
  // A form of another site must neither log anybody in nor use anybody's session.
  const own = URL.parse(request.get("origin") ?? "")?.host === request.get("host");
  if (request.method !== "POST" || own) return next();
  response.status(403).send(errorPage("Sent from another site."));
});

app.get("/", (request, response) => {
  const session = sessionOf(request);
  response.send(session ? homePage(session) : loginPage({}));
  if (session) session.problem = undefined;
});

// TTI_LOGIN_URL. Without a challenge it is the ISV's own login, as it was before.
app.get("/login", async (request, response) => {
  const challenge = one(request.query.login_challenge);
  const asked = challenge && (await readChallenge(challenge));
  const { user, loggedInFor } = sessionOf(request) ?? {};
  if (request.query.wrong !== undefined) {
    return response.send(loginPage({ challenge, asked, problem: "E-mail address or password is wrong." }));
  }
  // Who logged in for this, or before, goes on, unless the application asks for somebody else or a fresh login.
  if (!asked || !user || (loggedInFor !== challenge && !suits(user, asked))) {
    return response.send(loginPage({ challenge, asked }));
  }
  try {
    response.redirect(303, (await acceptChallenge(challenge, user)).redirect_to);
  } catch (error) {
    // The challenge stays open: another person may log in, or this one cancel, or log in at the provider.
    if (!isRefusal(error)) throw error;
    response.status(error.status).send(loginPage({ challenge, asked, user, problem: inWords(error) }));
  }
});

// Logs in and nothing more. Every form is answered by a redirect: reloading its page sends nothing twice.
app.post("/login", (request, response) => {
  const challenge = one(request.body.login_challenge);
  const found = users.find(({ email }) => email === request.body.email);
  if (found === undefined || found.password !== request.body.password) {
    return response.redirect(303, loginAddress(challenge, { wrong: "" }));
  }
  const { password, ...user } = { ...found, auth_time: Math.floor(Date.now() / 1000) };
  const id = randomBytes(24).toString("base64url");
  sessions.delete(sessionId(request));
  sessions.set(id, { user, loggedInFor: challenge });
  response.cookie("isv", id, { httpOnly: true, sameSite: "lax" });
  response.redirect(303, challenge ? loginAddress(challenge) : "/");
});

app.post("/cancel", async (request, response) => {
  const challenge = one(request.body.login_challenge);
  response.redirect(303, challenge ? (await rejectChallenge(challenge)).redirect_to : "/");
});

const loginAddress = (challenge, more = {}) =>
  `/login?${new URLSearchParams({ ...(challenge && { login_challenge: challenge }), ...more })}`;

// TTI_LOGOUT_URL. The provider has ended its session; this ends ours, and the browser goes on.
app.get("/logout", (request, response) => {
  sessions.delete(sessionId(request));
  response.clearCookie("isv");
  const next = URL.parse(one(request.query.return_to) ?? "");
  response.redirect(303, next && known.includes(next.origin) ? next.href : "/");
});

app.post("/mint", async (request, response) => {
  const session = sessionOf(request);
  if (session) session.idToken = await mint(session.user);
  response.redirect(303, "/");
});

app.post("/search", async (request, response) => {
  const session = sessionOf(request);
  const query = one(request.body.query);
  if (session && query) {
    // The provider knows a user once they came: by handoff, or by a mint.
    session.idToken ??= await mint(session.user);
    session.found = { query, ...(await search(session.user, query)) };
  }
  response.redirect(303, "/");
});

app.get("/style.css", (_request, response) => response.type("css").send(stylesheet));

app.use((error, request, response, _next) => {
  if (!isRefusal(error)) console.error(error);
  const session = sessionOf(request);
  const mints = session && ["/mint", "/search"].includes(request.path);
  if (mints) session.problem = inWords(error);
  if (mints) return response.redirect(303, "/");
  // Reached by Back after a sign-in, or too late. The application begins another.
  if (error.code === "login_challenge_not_found") {
    return response.status(404).send(overPage(known.filter((origin) => origin !== issuer)));
  }
  response.status(error.status ?? 500).send(errorPage(inWords(error)));
});

// What tti-provider refuses has a code, and words that say what is wrong and what to do; they hold no secret.
const isRefusal = ({ code, status }) => code !== undefined && status < 500;
const inWords = (error) =>
  isRefusal(error) ? `${error.code}: ${error.message}` : "That failed; the log says more.";

function suits(user, asked) {
  const fresh = user.auth_time >= (asked.auth_time_after ?? 0);
  const samePerson = asked.login_hint === undefined || asked.login_hint === user.email;
  return fresh && samePerson && (asked.tenant === undefined || asked.tenant === user.tenant);
}

const server = app.listen(Number(process.env.PORT ?? 4000), "127.0.0.1", () => {
  console.log(`The sample ISV serves http://127.0.0.1:${server.address().port}`);
});
