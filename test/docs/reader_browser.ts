// Owns what a reader does in a browser: open an address wherever it leads, and sign in where the provider asks.
import assert from "node:assert/strict";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

/** A reader's browser. */
export interface ReaderBrowser {
  agent: UserAgent;
  /** Opens an address and goes wherever it leads, to other origins, too. */
  open(url: string): Promise<Visit>;
  /** Where an address leads that ends on another origin; that one is not opened. */
  leadsTo(url: string): Promise<string>;
  /** Signs in on the provider's page that stands open, and goes on. */
  signIn(page: Visit, email: string, password: string): Promise<Visit>;
}

/**
 * Opens a browser.
 * @param provider where the provider listens that is known under another name
 */
export function openReaderBrowser(provider?: { issuer: string; localUrl: string }): ReaderBrowser {
  // The proxy in front says where a browser is; this one comes from nowhere.
  const headers: Record<string, string> = provider === undefined ? {} : { "x-forwarded-for": "192.0.2.7" };
  const agent = new UserAgent(headers, provider);
  const goOn = async (visit: Visit): Promise<Visit> => {
    let page = visit;
    for (let hops = 0; page.status >= 300 && page.status < 400; hops += 1) {
      assert.ok(hops < 10, `too many redirects, the last to ${page.url}`);
      page = await agent.follow(page.url);
    }
    return page;
  };
  return {
    agent,
    open: async (url) => goOn(await agent.follow(url)),
    leadsTo: async (url) => (await agent.follow(url)).url.href,
    async signIn(page, email, password) {
      assert.match(page.text, /name="password"/, `no sign-in page at ${page.url}`);
      const after = await goOn(await agent.submit(page, { email, password }, "/login"));
      assert.ok(after.status < 400, `${after.url} answers ${after.status}: ${after.text}`);
      assert.doesNotMatch(after.text, /name="password"/);
      return after;
    },
  };
}
