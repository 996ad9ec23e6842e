// Owns what may be said of a person for a tenant: their address and their name there. Pure. An account that the ISV's
// word made carries what the first of its tenants was told, which is that customer's and nobody else's; an account made
// here carries its own. Tokens, pages, lists and warnings ask here.

/** An account, as far as it says something of a person. */
export interface Person {
  email: string | null;
  name: string | null;
  /** When the ISV's word made it, epoch milliseconds; null: made here. */
  externalAtMs: number | null;
}

/** What a tenant was told of a person; null: nothing. */
export interface Said {
  email: string | null;
  name: string | null;
}

/** The address of a person in a tenant, proven or not; null: none is known for this tenant. */
export function addressIn(
  account: Pick<Person, "email" | "externalAtMs">,
  membership: Pick<Said, "email"> | undefined,
): string | null {
  return membership?.email ?? (account.externalAtMs === null ? account.email : null);
}

/** The name of a person in a tenant; null: none is known for this tenant. */
export function nameIn(
  account: Pick<Person, "name" | "externalAtMs">,
  membership: Pick<Said, "name"> | undefined,
): string | null {
  return membership?.name ?? (account.externalAtMs === null ? account.name : null);
}

/** A person as the pages of one browser session name them. */
export interface ShownPerson {
  /** Undefined: none is known, or the tenants know different ones, so no single one is theirs. */
  email: string | undefined;
  name: string | undefined;
}

/**
 * What a page says of a person whose session speaks for some tenants.
 * @param memberships those in the tenants the session speaks for, and no others
 */
export function shownPerson(account: Person, memberships: readonly Said[]): ShownPerson {
  return {
    email: only(memberships, account, addressIn),
    name: only(memberships, account, nameIn),
  };
}

function only(
  memberships: readonly Said[],
  account: Person,
  say: (account: Person, membership: Said | undefined) => string | null,
): string | undefined {
  const said =
    memberships.length === 0 ? [say(account, undefined)] : memberships.map((one) => say(account, one));
  const [first, ...others] = new Set(said);
  return others.length === 0 ? (first ?? undefined) : undefined;
}
