// The ISV's pages: plain HTML, everything shown is escaped.
import { decodeJwt, decodeProtectedHeader } from "jose";

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (value) => String(value ?? "").replace(/[&<>"']/g, (character) => entities[character]);

const page = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)} – Orchard, a sample ISV</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>${text(title)}</h1>${body}</main></body></html>`;

/**
 * The ISV's own login page; `asked` is what the login is for, when an application waits for it. `user` is who is logged
 * in here, and was refused.
 */
export function loginPage({ challenge, asked, user, problem }) {
  const kept = challenge ? `<input type="hidden" name="login_challenge" value="${text(challenge)}">` : "";
  const goOn = asked ? `<p>to go on to <strong>${text(asked.client_name)}</strong></p>` : "";
  const instead = `<form method="post" action="/cancel">${kept}<button>Cancel</button></form>
<p><a href="${text(asked?.local_login_url)}">Log in at the provider instead</a></p>`;
  return page(
    "Log in to Orchard",
    `${goOn}${problem ? `<p role="alert">${text(problem)}</p>` : ""}
${user ? `<p>You are logged in here as ${text(user.email)}. You may log in as somebody else:</p>` : ""}
<form method="post" action="/login">${kept}
<label>E-mail address <input name="email" type="email" required value="${text(asked?.login_hint)}"></label>
<label>Password <input name="password" type="password" required></label>
<button>Log in</button></form>${asked ? instead : ""}`,
  );
}

/** What somebody who is logged in sees: themselves, a minted token, a search. */
export function homePage({ user, idToken, found, problem }) {
  const token = idToken && { header: decodeProtectedHeader(idToken), payload: decodeJwt(idToken) };
  const results = found?.results.map(
    ({ documentTitle, content }) => `<li><h3>${text(documentTitle)}</h3><p>${text(content)}</p></li>`,
  );
  return page(
    `Hello, ${user.name}`,
    `${problem ? `<p role="alert">${text(problem)}</p>` : ""}
<p>You are ${text(user.email)} of ${text(user.tenant)}. <a href="/logout">Log out</a></p>
<form method="post" action="/mint"><button>Mint an ID token</button></form>
${token ? `<pre id="token">${text(JSON.stringify(token, undefined, 2))}</pre>` : ""}
<form method="post" action="/search"><label>Query <input name="query" required value="${text(found?.query)}"></label>
<button>Search as me</button></form>
${results ? `<ol id="results">${results.join("")}</ol>` : ""}`,
  );
}

/** A sign-in that is finished, or waited too long: the applications lead on. */
export const overPage = (applications) =>
  page(
    "This sign-in is over",
    `<p>It was finished, or it waited too long. Go on to the application; where you must, sign in again there.</p>
<ul>${applications.map((url) => `<li><a href="${text(url)}">${text(url)}</a></li>`).join("")}</ul>`,
  );

/** Something was refused or went wrong. */
export const errorPage = (told) =>
  page("Not done", `<p role="alert">${text(told)}</p><p><a href="/">Back</a></p>`);

export const stylesheet = `body { font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #f6f4ee; }
main { max-width: 40rem; margin: 3rem auto; padding: 2rem; background: #fff; border-radius: 0.5rem; }
label { display: block; margin: 0.5rem 0; }
pre { overflow-x: auto; background: #f6f4ee; padding: 1rem; }
[role="alert"] { color: #9b1c1c; }`;
