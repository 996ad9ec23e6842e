// Owns the portal's people for tests: an administrator of acme, one of globex, one of both, and members.
import Router from "@koa/router";
import { addPortalRoutes } from "../../src/portal/portal_routes.ts";
import { createDomain, saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { saveRole } from "../../src/provider/tenants/membership_store.ts";
import { addPerson, type ProviderFixture, password } from "../provider/support/provider_fixture.ts";
import { UserAgent, type Visit } from "../provider/support/user_agent.ts";

/** Accounts by their first names. */
export type People = Record<"ann" | "bob" | "gus" | "eve" | "dana", string>;

/** Adds people and their tenants: ann and dana administer acme, eve and dana globex. */
export async function addPortalPeople({ db }: ProviderFixture): Promise<People> {
  const add = async (name: string, domain: string, tenants: string[], admin: boolean) => {
    const { id } = await addPerson(db, { email: `${name}@${domain}`, name: `${name} of ${domain}`, tenants });
    for (const tenantId of admin ? tenants : []) {
      await saveRole(db, { tenantId, accountId: id }, { was: "member", is: "admin" });
    }
    return id;
  };
  const people = {
    ann: await add("ann", "acme.example", ["acme"], true),
    bob: await add("bob", "acme.example", ["acme"], false),
    gus: await add("gus", "globex.example", ["globex"], false),
    eve: await add("eve", "globex.example", ["globex"], true),
    dana: await add("dana", "consulting.example", ["acme", "globex"], true),
  };
  const now = new Date();
  const claim = { tenantId: "acme", domain: "acme.example" };
  await createDomain(db, { ...claim, challenge: "one" }, now);
  await saveDomainVerified(db, { ...claim, shared: false }, now);
  return people;
}

/** Signs in at the portal; ends at its first page. */
export async function signInToPortal(
  issuer: string,
  email: string,
  agent = new UserAgent(),
): Promise<{ agent: UserAgent; page: Visit }> {
  const login = await agent.follow(`${issuer}/portal`);
  return { agent, page: await agent.submit(login, { email, password }, "/login") };
}

/** Every address of the portal below a tenant, as its router has it: method and path with parameters. */
export function portalAddresses(): { method: "GET" | "POST"; path: string }[] {
  const router = new Router();
  addPortalRoutes(router, {} as Parameters<typeof addPortalRoutes>[1]);
  return router.stack.flatMap(({ methods, path }) =>
    methods
      .filter((method) => method !== "HEAD")
      .map((method) => ({ method: method as "GET" | "POST", path: String(path) })),
  );
}
