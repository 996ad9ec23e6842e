// How a person signs in at a provider nobody wrote this for: whatever page with a form comes is filled in and sent, whatever redirect
// comes is followed, until the browser is sent to the client with a code. Ory Hydra has no pages; its login and consent are accepted
// by its own API, which is what a login application does.
import type { Answer } from "../support/answer_text.ts";
import { type Connection, formRequest, getRequest, openConnection } from "../support/http_load.ts";

/** Who signs in, and how. */
export interface PeerPerson {
  user: string;
  password: string;
  /** Address of Hydra's administration, if it is one; empty: pages with forms. */
  hydraAdmin: string;
}

/** A browser: its cookies, and a connection to each origin it was sent to. */
export class Browser {
  readonly #jar = new Map<string, string>();
  readonly #connections = new Map<string, Connection>();

  /** @param cookies as a Cookie header has them, of a browser that has signed in already */
  constructor(cookies = "") {
    for (const [, name = "", value = ""] of cookies.matchAll(/([^=;\s]+)=([^;]*)/g))
      this.#jar.set(name, value);
  }

  /** Asks, and keeps the cookies of the answer. */
  async send(url: URL, form?: Readonly<Record<string, string>>): Promise<Answer> {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = cookie === "" ? {} : { cookie };
    const request = form === undefined ? getRequest(url, headers) : formRequest(url.href, form, headers);
    const answer = await (await this.#connection(url)).send(request);
    for (const [, name = "", value = ""] of answer.head.matchAll(/^set-cookie: *([^=\s]+)=([^;\r]*)/gim)) {
      if (value === "") this.#jar.delete(name);
      else this.#jar.set(name, value);
    }
    return answer;
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #connection({ origin }: URL): Promise<Connection> {
    const known = this.#connections.get(origin);
    if (known !== undefined && !known.isClosed()) return known;
    const opened = await openConnection(origin);
    this.#connections.set(origin, opened);
    return opened;
  }
}

const mostSteps = 20;

/**
 * Goes from an authorization request to the code.
 * @throws Error if it leads elsewhere, or nowhere
 */
export async function walkToCode(
  browser: Browser,
  start: string,
  redirectUri: string,
  person: PeerPerson,
): Promise<string> {
  let url = new URL(start);
  let form: Record<string, string> | undefined;
  for (let step = 0; step < mostSteps; step += 1) {
    const accepted = await acceptAtHydra(url, person);
    if (accepted !== undefined) {
      url = accepted;
      continue;
    }
    const answer = await browser.send(url, form);
    form = undefined;
    const location = locationOf(answer);
    if (location?.startsWith(redirectUri)) return codeOf(new URL(location));
    if (location !== undefined) {
      url = new URL(location, url);
      continue;
    }
    const filled = fillForm(answer.body, person);
    if (answer.status !== 200 || filled === undefined)
      throw new Error(
        `${url.origin}${url.pathname} answered ${answer.status} without a form: ${answer.body.slice(0, 300)}`,
      );
    url = new URL(filled.action, url);
    form = filled.fields;
  }
  throw new Error(`no code after ${mostSteps} steps; the last was ${url.origin}${url.pathname}`);
}

function codeOf(location: URL): string {
  const code = location.searchParams.get("code");
  if (code === null) {
    const said = ["error", "error_description"].map((name) => location.searchParams.get(name)).join(": ");
    throw new Error(`the provider sent no code but ${said}`);
  }
  return code;
}

const locationOf = ({ status, head }: Answer): string | undefined =>
  status >= 300 && status < 400 ? /^location: *(\S+)/im.exec(head)?.[1] : undefined;

/** A form to be sent. */
export interface FilledForm {
  action: string;
  fields: Record<string, string>;
}

/**
 * Fills in the form of a page: the one that asks for a password, else the first. What is hidden in it goes with it, and the name of
 * its first button, which a page of consent may want.
 * @returns undefined if the page has none
 */
export function fillForm(
  page: string,
  { user, password }: Pick<PeerPerson, "user" | "password">,
): FilledForm | undefined {
  const forms = [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(
    ([, attributes = "", body = ""]) => ({
      attributes,
      body,
    }),
  );
  const form = forms.find(({ body }) => /type=["']?password/i.test(body)) ?? forms[0];
  if (form === undefined) return undefined;
  const fields: Record<string, string> = {};
  let hasButton = false;
  for (const [, tag = "", attributes = ""] of form.body.matchAll(/<(input|button)\b([^>]*)>/gi)) {
    const of = (name: string) => attributeOf(attributes, name);
    const type = (of("type") ?? (tag.toLowerCase() === "button" ? "submit" : "text")).toLowerCase();
    const name = of("name");
    if (name === undefined || type === "checkbox") continue;
    if (type === "submit" || type === "image") {
      if (!hasButton) fields[name] = of("value") ?? "";
      hasButton = true;
    } else if (type === "password") fields[name] = password;
    else if (type === "hidden") fields[name] = of("value") ?? "";
    else fields[name] = user;
  }
  return { action: attributeOf(form.attributes, "action") ?? "", fields };
}

function attributeOf(attributes: string, name: string): string | undefined {
  const [, double, single, bare] =
    new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(attributes) ?? [];
  const value = double ?? single ?? bare;
  return value
    ?.replaceAll("&amp;", "&")
    .replaceAll("&#43;", "+")
    .replaceAll("&#x2F;", "/")
    .replaceAll("&quot;", '"');
}

// The two questions Hydra asks of a login application, and the answers of one that lets everybody in.
async function acceptAtHydra(url: URL, { user, hydraAdmin }: PeerPerson): Promise<URL | undefined> {
  if (hydraAdmin === "") return undefined;
  for (const kind of ["login", "consent"] as const) {
    const challenge = url.searchParams.get(`${kind}_challenge`);
    if (challenge === null) continue;
    const requests = `${hydraAdmin}/admin/oauth2/auth/requests/${kind}`;
    const query = `${kind}_challenge=${encodeURIComponent(challenge)}`;
    const remembered = { remember: true, remember_for: 3600 };
    const asked = kind === "consent" ? await json(`${requests}?${query}`) : {};
    const body =
      kind === "login"
        ? { subject: user, ...remembered }
        : { grant_scope: asked["requested_scope"], grant_access_token_audience: [], ...remembered };
    const accepted = await json(`${requests}/accept?${query}`, body);
    return new URL(String(accepted["redirect_to"]));
  }
  return undefined;
}

async function json(url: string, body?: object): Promise<Record<string, unknown>> {
  const options = body && {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, options);
  if (!response.ok)
    throw new Error(`${new URL(url).pathname} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}
