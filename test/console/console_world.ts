// Owns a provider with a console for tests: administrators of each role, people, and a browser that goes through the provider's
// login page and back.
import { createAdministrator } from "../../src/admin/administrators/administrator_store.ts";
import type { AdministratorRole } from "../../src/admin/administrators/roles.ts";
import {
  addPerson,
  type FixtureOptions,
  type ProviderFixture,
  password,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { formsOf, type UserAgent, unescapeHtml, type Visit } from "../provider/support/user_agent.ts";

/** The administrators that every console of the tests has; the last is none. */
export const emails = {
  owner: "olga@isv.example",
  operator: "otto@isv.example",
  auditor: "ada@isv.example",
  nobody: "nora@acme.example",
} as const;

/** A provider with a console. */
export interface ConsoleWorld extends ProviderFixture {
  /** The console's origin. */
  origin: string;
}

/** Gives the tests that follow a provider with a console, and its administrators. */
export function useConsole(
  options: FixtureOptions = {},
  furnish?: (world: ConsoleWorld) => Promise<void>,
): ConsoleWorld {
  const fixture: ProviderFixture = useProvider(options, async () => {
    for (const [role, email] of Object.entries(emails)) {
      const account = await addPerson(fixture.db, {
        email,
        name: `The ${role}`,
        ...(role === "nobody" ? { tenants: ["acme"] } : {}),
      });
      if (role === "nobody") continue;
      await createAdministrator(
        fixture.db,
        { accountId: account.id, role: role as AdministratorRole },
        new Date(),
      );
    }
    await furnish?.(world);
  });
  const world: ConsoleWorld = new Proxy(fixture as ConsoleWorld, {
    get: (target, name) => (name === "origin" ? fixture.server.adminUrl : Reflect.get(target, name)),
  });
  return world;
}

/** Goes wherever a visit leads, from one of the two origins to the other and back. */
export async function goOn(agent: UserAgent, visit: Visit): Promise<Visit> {
  let at = visit;
  for (let hops = 0; hops < 10 && at.status >= 300 && at.status < 400; hops += 1)
    at = await agent.follow(at.url);
  return at;
}

/** Opens a page of the console, wherever that leads. */
export async function open(agent: UserAgent, url: string): Promise<Visit> {
  return goOn(agent, await agent.follow(url));
}

/** Signs in to the console. @returns the page that was asked for, or the refusal */
export async function signInToConsole(
  world: Pick<ConsoleWorld, "origin">,
  agent: UserAgent,
  email: string,
  path = "/console",
): Promise<Visit> {
  const login = await open(agent, `${world.origin}${path}`);
  return goOn(agent, await agent.submit(login, { email, password }, "/login"));
}

/**
 * Posts to the console with the token of the page's forms, as a browser does from the console's own page. Whoever answers a
 * question has read it: what the form of that page carries goes with it.
 */
export async function postForm(
  world: Pick<ConsoleWorld, "origin">,
  agent: UserAgent,
  path: string,
  fields: Record<string, string>,
  token?: string,
): Promise<Visit> {
  const csrf = token ?? (await csrfOf(world, agent));
  const read = "confirm" in fields && !("said" in fields) ? await saidBy(world, agent, path) : {};
  return agent.visit(`${world.origin}${path}`, {
    method: "POST",
    headers: { origin: world.origin, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ ...read, ...fields, csrf }),
  });
}

async function saidBy(
  { origin }: Pick<ConsoleWorld, "origin">,
  agent: UserAgent,
  path: string,
): Promise<Record<string, string>> {
  const page = await agent.visit(`${origin}${path}`);
  const form = formsOf(page).find(({ action, fields }) => action === path && fields.has("said"));
  const carried = [...(form?.fields ?? [])].filter(([name]) => name === "said" || name === "revision");
  return Object.fromEntries(carried);
}

/**
 * What a browser sends of a form as the page shows it, with what somebody types and ticks.
 * @param typed by the fields' names; undefined: the box is not ticked
 */
export function filledForm(
  page: Visit,
  action: string,
  typed: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const form = [...page.text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].find(
    ([, leads]) => leads === action.replaceAll("&", "&amp;"),
  );
  if (form === undefined) throw new Error(`no form to ${action} on ${page.url}: ${page.text}`);
  const fields: Record<string, string> = {};
  for (const [control, attributes = "", text = ""] of form[2]?.matchAll(
    /<(?:input|select|textarea|button) ([^>]*)>(?:([^<]*)<\/textarea>|(?:<option.*?)<\/select>)?/gs,
  ) ?? []) {
    const read = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1];
    const name = read("name");
    if (name === undefined || control.startsWith("<button")) continue;
    if (read("type") === "checkbox" && !/ checked\b/.test(attributes)) continue;
    const chosen =
      /<option value="([^"]*)" selected/.exec(control)?.[1] ??
      /<option value="([^"]*)"/.exec(control)?.[1] ??
      "";
    const value = control.startsWith("<select")
      ? chosen
      : control.startsWith("<textarea")
        ? text
        : read("value");
    fields[name] = unescapeHtml(value ?? "")
      .replace(/^\n/, "")
      .replace(/\r?\n/g, "\r\n");
  }
  const given = { ...fields, ...typed };
  return Object.fromEntries(
    Object.entries(given).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== "csrf",
    ),
  );
}

/** The anti-forgery token of who is signed in; empty if nobody is. */
export async function csrfOf({ origin }: Pick<ConsoleWorld, "origin">, agent: UserAgent): Promise<string> {
  const page = await agent.visit(`${origin}/console/keys`);
  return (
    formsOf(page)
      .find(({ action }) => action === "/console/sign-out")
      ?.fields.get("csrf") ?? ""
  );
}
