// Owns a browser without a screen: cookies by host and path, redirects one by one, forms by their markup.
// Real enough to sign in with; what only a real browser does is tested with one.

/** Where an instance is asked for, and where it listens: several share the first. */
export interface RunningAddresses {
  issuer: string;
  localUrl: string;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** A page or redirect as the user agent received it. */
export interface Visit {
  url: URL;
  status: number;
  headers: Headers;
  text: string;
}

/** A form of a page. */
export interface PageForm {
  action: string;
  fields: Map<string, string>;
}

/** A person's browser. */
export class UserAgent {
  readonly #cookies = new Map<string, Cookie>();
  readonly #extraHeaders: Record<string, string>;
  readonly #routed: RunningAddresses | undefined;

  /**
   * @param extraHeaders sent with every request, as an attacker in front might
   * @param routed the instance that answers requests to the issuer, as a load balancer chooses one; absent: the first
   */
  constructor(extraHeaders: Record<string, string> = {}, routed?: RunningAddresses) {
    this.#extraHeaders = extraHeaders;
    this.#routed = routed;
  }

  /** The same browser, with the cookies of now, as another instance answers it. */
  at(instance: RunningAddresses): UserAgent {
    const there = new UserAgent(this.#extraHeaders, instance);
    for (const [key, cookie] of this.#cookies) there.#cookies.set(key, cookie);
    return there;
  }

  /** The cookies held now, `host path name` → value. */
  get cookies(): ReadonlyMap<string, string> {
    return new Map([...this.#cookies].map(([key, cookie]) => [key, cookie.value]));
  }

  /** Puts a cookie in place, as an attacker might plant one. */
  plant(url: string, name: string, value: string, path = "/"): void {
    this.#cookies.set(`${new URL(url).host} ${path} ${name}`, { name, value, path });
  }

  /** Sends one request; redirects are not followed. */
  async visit(url: string | URL, init: RequestInit = {}): Promise<Visit> {
    const target = new URL(url);
    const response = await fetch(this.#route(target), {
      ...init,
      redirect: "manual",
      headers: {
        accept: "text/html",
        cookie: this.#cookieHeader(target),
        ...this.#extraHeaders,
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    this.#remember(target, response.headers.getSetCookie());
    return { url: target, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Follows redirects until a page, or until one leads to another origin; that one is not visited. */
  async follow(url: string | URL, init: RequestInit = {}): Promise<Visit> {
    let visit = await this.visit(url, init);
    const { origin } = visit.url;
    for (let hops = 0; visit.status >= 300 && visit.status < 400; hops += 1) {
      if (hops > 10) throw new Error(`too many redirects at ${visit.url}`);
      const next = new URL(visit.headers.get("location") ?? "", visit.url);
      if (next.origin !== origin) return { ...visit, url: next };
      visit = await this.visit(next);
    }
    return visit;
  }

  /** Posts a form of a page, with some fields filled in, and follows. */
  submit(page: Visit, fields: Record<string, string>, actionEndsWith = ""): Promise<Visit> {
    const form = formsOf(page).find((one) => one.action.endsWith(actionEndsWith));
    if (!form) throw new Error(`no form ending in ${actionEndsWith} on ${page.url}: ${page.text}`);
    const body = new URLSearchParams([...form.fields, ...Object.entries(fields)]);
    return this.follow(new URL(form.action, page.url), { method: "POST", body });
  }

  #route(url: URL): URL {
    const { issuer, localUrl } = this.#routed ?? {};
    const isIssuers = issuer !== undefined && url.origin === new URL(issuer).origin;
    return isIssuers ? new URL(`${url.pathname}${url.search}`, localUrl) : url;
  }

  #cookieHeader(url: URL): string {
    return [...this.#cookies]
      .filter(([key, { path }]) => key.startsWith(`${url.host} `) && covers(path, url.pathname))
      .map(([, { name, value }]) => `${name}=${value}`)
      .join("; ");
  }

  #remember(url: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(pair.indexOf("=") + 1);
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? "/";
      const key = `${url.host} ${path} ${name}`;
      const ended = attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one)) || value === "";
      if (ended) this.#cookies.delete(key);
      else this.#cookies.set(key, { name, value, path });
    }
  }
}

/** The forms of a page. */
export function formsOf(page: Visit): PageForm[] {
  return [...page.text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action, inner]) => ({
      action: unescapeHtml(action ?? ""),
      fields: new Map(
        [...(inner ?? "").matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
          unescapeHtml(/name="([^"]*)"/.exec(tag)?.[1] ?? ""),
          unescapeHtml(/value="([^"]*)"/.exec(tag)?.[1] ?? ""),
        ]),
      ),
    }),
  );
}

function covers(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}

/** Text as a page means it. */
export function unescapeHtml(text: string): string {
  return text
    .replace(/&#34;|&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
