// The sign-in page of the authorization-code flow: whom do you want to be. The sandbox has no passwords.
import type { OutboundResponse } from "../../gateway/http/listener.ts";
import type { IdentityStoreUser } from "../../state/index.ts";
import { html } from "../html.ts";
import { renderPage } from "../layout.ts";
import type { AuthorizationRequest } from "./authorize_request.ts";
import { nameOf } from "./people.ts";
import { formActionFor } from "./redirect.ts";

/** Users shown as buttons; the others sign in by name. */
const LISTED_USERS = 20;

/** What the page shows. */
export type SignInModel = {
  request: AuthorizationRequest;
  users: readonly IdentityStoreUser[];
  /** Hidden fields of the form: the request's parameters and the form token. */
  fields: readonly (readonly [name: string, value: string])[];
};

/** @returns the page; its form posts to `/authorize` */
export function renderSignInPage({ request, users, fields }: SignInModel): OutboundResponse {
  const { application, instance, redirectUri } = request;
  const body = html`<div class="signin"><section>
<h1>Sign in to ${application.name}</h1>
<p class="muted">IAM Identity Center in ${instance.region}. Afterwards you go to ${hostOf(redirectUri)}.</p>
<form method="post" action="/authorize">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<ul class="people">${users.slice(0, LISTED_USERS).map(renderUser)}</ul>
</form>
<form method="post" action="/authorize" class="byname">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="field"><label for="user">User name or e-mail</label><input id="user" name="user" autocomplete="off" required></div>
<button class="btn primary">Sign in</button>
</form>
<form method="post" action="/authorize">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="btn quiet" name="cancel" value="1">Cancel</button>
</form>
</section></div>`;
  return renderPage({ title: "Sign in", body, formAction: formActionFor(redirectUri) });
}

function hostOf(uri: string): string {
  return (URL.canParse(uri) && new URL(uri).host) || uri;
}

function renderUser(user: IdentityStoreUser) {
  const mail = user.emails.find(({ primary }) => primary) ?? user.emails[0];
  return html`<li><button name="user" value="${user.userId}">
<span class="avatar" aria-hidden="true">${Array.from(nameOf(user))[0]?.toUpperCase()}</span>
<span>${nameOf(user)}<small>${mail?.value ?? user.userName}${user.status === "DISABLED" && " (disabled)"}</small></span>
</button></li>`;
}
