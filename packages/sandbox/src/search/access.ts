// Decides whether one user may see one document, from BatchPutDocument's access configuration. Pure.
// Every answer comes with its reason, because "why do I see nothing" is the question people bring.

import type { AccessConfiguration } from "./document.ts";

/** The signed-in user of the identity store, by every name an access list may use. */
export interface SearchUser {
  readonly userId: string;
  readonly email?: string | undefined;
  readonly userName?: string | undefined;
  /** Further names, those of a data source for example. */
  readonly aliases?: readonly string[] | undefined;
}

/** Names and groups a user has for the documents of one data source, or of all. */
export interface LocalPrincipals {
  /** Null: for every document. */
  readonly dataSourceId: string | null;
  readonly names: readonly string[];
  readonly groups: readonly string[];
}

export interface AccessDecision {
  readonly allowed: boolean;
  /** In plain words, for the request log; never sent on the AWS wire. */
  readonly reason: string;
}

/** How access lists are read where AWS does not say. */
export interface AccessListSettings {
  /** Whether ALLOW matches names regardless of case. */
  readonly ignoreCase: boolean;
  /** Joins access controls when the configuration names no `memberRelation`. */
  readonly controlRelation: "AND" | "OR";
}

/** The stricter reading. */
export const STRICT_ACCESS_LISTS: AccessListSettings = { ignoreCase: false, controlRelation: "AND" };

/** Who a user is to the documents of a data source: with the names and groups they have there. */
export function localUser(
  user: SearchUser,
  groups: readonly string[],
  locals: readonly LocalPrincipals[],
  dataSourceId: string | undefined,
): { user: SearchUser; groups: readonly string[] } {
  const here = locals.filter((each) => each.dataSourceId === null || each.dataSourceId === dataSourceId);
  if (here.length === 0) return { user, groups };
  return {
    user: { ...user, aliases: [...(user.aliases ?? []), ...here.flatMap(({ names }) => names)] },
    groups: [...groups, ...here.flatMap((each) => each.groups)],
  };
}

type Principal = AccessConfiguration["accessControls"][number]["principals"][number];

/**
 * Decides by these rules, in this order:
 *
 * 1. No access configuration: the document is public to all users of the application.
 * 2. Any matching DENY principal denies, whatever else allows (API_DocumentAcl: the deny list overrides).
 *    AWS can also demand that several deny conditions hold together; one is enough here, which is stricter.
 * 3. The ALLOW principals of one access control form a condition, joined by its `memberRelation`
 *    (OR when absent); the conditions are joined by the configuration's `memberRelation` (by the settings when
 *    absent).
 * 4. No ALLOW principal at all: nobody gets in.
 *
 * Names: a user is matched by user id, user name or e-mail; a group by name or id. ALLOW compares exactly unless
 * the settings say otherwise, DENY ignores case, so that a difference in case never opens a document.
 *
 * @param groups names and ids of the groups the user belongs to.
 */
export function decideAccess(
  configuration: AccessConfiguration | undefined,
  user: SearchUser,
  groups: readonly string[],
  settings: AccessListSettings = STRICT_ACCESS_LISTS,
): AccessDecision {
  if (configuration === undefined) {
    return {
      allowed: true,
      reason: "the document has no access list, so every user of the application sees it",
    };
  }
  const names = [user.userId, user.email, user.userName, ...(user.aliases ?? [])].filter(
    (name) => name !== undefined,
  );
  const controls = configuration.accessControls;

  const denying = controls
    .flatMap((control) => control.principals)
    .find((principal) => accessOf(principal) === "DENY" && matches(principal, names, groups, foldCase));
  if (denying !== undefined) return { allowed: false, reason: `${describe(denying)} is denied` };

  const conditions = controls
    .map((control) => ({
      allow: control.principals.filter((principal) => accessOf(principal) === "ALLOW"),
      relation: control.memberRelation ?? "OR",
    }))
    .filter((condition) => condition.allow.length > 0);
  if (conditions.length === 0) return { allowed: false, reason: "the access list allows nobody" };

  const relation = configuration.memberRelation ?? settings.controlRelation;
  const fold = settings.ignoreCase ? foldCase : exact;
  const allowed = holds(conditions, relation, (condition) =>
    holds(condition.allow, condition.relation, (principal) => matches(principal, names, groups, fold)),
  );
  const wanted = conditions
    .map((condition) => condition.allow.map(describe).join(` ${condition.relation.toLowerCase()} `))
    .join(` ${relation.toLowerCase()} `);
  return allowed
    ? { allowed, reason: `the access list allows ${wanted}` }
    : { allowed, reason: `the access list asks for ${wanted}` };
}

function holds<T>(items: readonly T[], relation: "AND" | "OR", test: (item: T) => boolean): boolean {
  return relation === "AND" ? items.every(test) : items.some(test);
}

function accessOf(principal: Principal): "ALLOW" | "DENY" {
  return "user" in principal ? principal.user.access : principal.group.access;
}

const exact = (text: string): string => text;
const foldCase = (text: string): string => text.normalize("NFKC").toLowerCase();

function matches(
  principal: Principal,
  names: readonly string[],
  groups: readonly string[],
  fold: (text: string) => string,
): boolean {
  if ("user" in principal) {
    const id = fold(principal.user.id);
    return names.some((name) => fold(name) === id);
  }
  const group = fold(principal.group.name);
  return groups.some((name) => fold(name) === group);
}

function describe(principal: Principal): string {
  return "user" in principal ? `user ${principal.user.id}` : `group ${principal.group.name}`;
}
