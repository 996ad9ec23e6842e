// Owns what tests of mailed links share: a provider that sends to a real mail server, asking for a link, and using one.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { MailContext } from "../../../src/admin/operations/mail.ts";
import { mailPolicy } from "../../../src/mail/attempts.ts";
import { cliContext } from "../../support/cli_context.ts";
import type { StoreKind } from "../../support/databases.ts";
import { linkOf, type MailServer, useMailServer } from "../../support/mail_server.ts";
import { standIn } from "../../support/stand_in.ts";
import { type FixtureOptions, type ProviderFixture, startProvider } from "../support/provider_fixture.ts";
import { UserAgent, type Visit } from "../support/user_agent.ts";

/** A new password that is not easily guessed. */
export const newPassword = "nine purple otters juggle lanterns";

/** A provider that sends mail. */
export interface LinksWorld {
  fixture: ProviderFixture;
  mails: MailServer;
  /** The moment, by the provider's clock. */
  advance(ms: number): void;
  now(): Date;
}

/**
 * Gives the tests that follow a provider that sends mail.
 * @param more what else it is started with
 */
export function useLinks(
  kind: StoreKind,
  furnish?: () => Promise<void>,
  { environment, ...more }: FixtureOptions = {},
): LinksWorld {
  const mails = useMailServer();
  let fixture: ProviderFixture | undefined;
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  before(async () => {
    // Looked through often, for mail that was put in by other hands than a page's.
    const policy = { ...mailPolicy, intervalMs: 50 };
    fixture = await startProvider({
      ...more,
      kind,
      environment: { ...mails.environment, TTI_TRUSTED_PROXIES: "1", ...environment },
      clock: now,
      mailPolicy: policy,
      // The outbox writes while a request is refused.
      writesMeanwhile: true,
    });
    await furnish?.();
  });
  after(() => fixture?.close());
  return {
    fixture: standIn("the provider", () => fixture),
    mails,
    now,
    advance(ms) {
      aheadMs += ms;
    },
  };
}

/** An operator at the command line. */
export function operatorOf({ fixture, now }: LinksWorld): MailContext {
  return { ...cliContext(fixture.db), clock: now };
}

let people = 0;

/** A browser at an address of its own. */
export function browserElsewhere(more: Record<string, string> = {}): UserAgent {
  people += 1;
  return new UserAgent({
    "x-forwarded-for": `198.51.${Math.floor(people / 250)}.${(people % 250) + 1}`,
    ...more,
  });
}

/** Asks for a new password on the page. */
export async function askForPassword(
  { fixture }: LinksWorld,
  email: string,
  agent = browserElsewhere(),
): Promise<Visit> {
  const page = await agent.follow(`${fixture.issuer}/account/forgot`);
  return agent.submit(page, { email }, "/account/forgot");
}

/** The link that comes to an address when somebody asks. */
export async function linkFor(world: LinksWorld, email: string): Promise<URL> {
  assert.equal((await askForPassword(world, email)).status, 200);
  return linkOf(await world.mails.next(email));
}

/** Opens a link and sends its form. */
export async function useLink(url: URL, password = newPassword, agent = new UserAgent()): Promise<Visit> {
  const page = await agent.follow(url);
  if (page.status !== 200) return page;
  return agent.submit(page, { password }, "/account/password");
}
