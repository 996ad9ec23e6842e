// The defences of what operators end of one person: a session, a grant, a membership.
import type { Defence } from "./defence.ts";

const inFlight = "test/security/ended_in_flight.test.ts";
const takenAway = "test/security/taken_away.test.ts";
const presence = "test/provider/sessions/ended_presence.test.ts";

export const defences: readonly Defence[] = [
  {
    id: "ended-session-is-remembered",
    promise:
      "What a request under way writes of a browser session that an operator ended meanwhile opens nothing.",
    file: "src/provider/storage/record_reader_store.ts",
    find: "where e.session_uid_hash = coalesce(r.session_uid_hash, r.uid_hash))",
    replace: "where e.session_uid_hash = coalesce(r.session_uid_hash, r.uid_hash) and 1 = 0)",
    test: inFlight,
    name: "each browser session",
  },
  {
    id: "ended-session-is-no-presence",
    promise:
      "A browser session that an operator ended counts as nobody's presence, also if it is written once more.",
    file: "src/provider/subjects/subject_store.ts",
    find: "and (select 1 from ended_sessions e where e.session_uid_hash = v.session_uid_hash limit 1) is null",
    replace: "",
    test: presence,
  },
  {
    id: "earlier-login-not-for-later-membership",
    promise: "A password that was typed before a membership ended does not open one that began later.",
    file: "src/provider/sessions/voucher.ts",
    find: "vouched.memberSinceMs === null && vouched.membershipEndings < tenant.formerEnding",
    replace: "vouched.membershipEndings < 0",
    test: takenAway,
    name: "removing",
  },
  {
    id: "earlier-login-no-presence-in-later-membership",
    promise: "A session of before a membership ended is nobody's presence in one that began later.",
    file: "src/provider/subjects/subject_store.ts",
    find: " and v.membership_endings >= coalesce(f.ending, 0)",
    replace: "",
    test: presence,
  },
  {
    id: "session-of-the-user-named",
    promise: "A session that is ended by the name of a user is that user's.",
    file: "src/provider/sessions/session_store.ts",
    find: "(accountId !== undefined && row.account_id !== accountId)",
    replace: "accountId === null",
    test: takenAway,
    name: "another's",
  },
  {
    id: "grant-of-the-user-named",
    promise: "A grant that is revoked by the name of a user is that user's.",
    file: "src/provider/sessions/grant_store.ts",
    find: "  if (row === undefined) return undefined;\n",
    replace: '  if (row === undefined) return { clientId: "", tenantId: null, tokens: 0 };\n',
    test: takenAway,
    name: "another's",
  },
  {
    id: "search-shows-what-the-tenant-knows",
    promise:
      "A search in one tenant finds and tells a person by what that tenant knows, not by another customer's word.",
    file: "src/provider/accounts/people_search_store.ts",
    find: "and a.external_at_ms is null` };",
    replace: "` };",
    test: "test/provider/accounts/people_search.test.ts",
  },
  {
    id: "look-alike-ids-refused",
    promise: "No tenant gets an id that reads like the one another has, or had.",
    file: "src/provider/tenants/tenant_store.ts",
    find: "    if (owner?.tenant_id === id) continue;\n",
    replace: "    if (owner !== undefined) continue;\n",
    test: "test/provider/tenants/look_alike.test.ts",
  },
  {
    id: "deleted-tenant-is-gone-once",
    promise: "A deleted tenant is deleted once, and cannot be enabled again.",
    file: "src/provider/tenants/tenant_store.ts",
    find: 'db("tenants").where("id", tenantId).whereNull("deleted_at_ms");',
    replace: 'db("tenants").where("id", tenantId);',
    test: "test/security/taken_from_whole.test.ts",
    name: "deleted tenant",
  },
];
