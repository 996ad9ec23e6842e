// Owns what is recorded of administration: tenants, domains, clients, accessors, keys.
import type { EventTypeEntry } from "./event_type.ts";
import { tenantBranded } from "./tenant_branded.ts";

const endedDetails = {
  grants: "how many applications' grants ended with it",
  tokens: "how many codes and tokens",
  vouchers: "how many logins the ISV had vouched for",
  consents: "how many agreements to act for people who are away",
} as const;

export const administrationEvents = {
  "tenant.created": { meaning: "A tenant was created.", always: ["tenant"], details: { name: "its name" } },
  "tenant.updated": {
    meaning: "A tenant's settings changed. Each changed setting stands with its old value beside it.",
    always: ["tenant"],
    details: {
      name: "its name",
      nameWas: "the name before",
      loginMethod: "where its users log in",
      loginMethodWas: "where they did before",
      presence: "when a back end may act for its users",
      presenceWas: "when it might before",
      requiredFactor: "what a sign-in of its users must have proven",
      requiredFactorWas: "what it had to before",
      discoverable: "whether strangers may learn that it exists",
      discoverableWas: "whether they might before",
      selfClose: "whether its users may close their accounts themselves",
      selfCloseWas: "whether they might before",
    },
  },
  "tenant.branded": tenantBranded,
  "tenant.disabled": {
    meaning: "A tenant was disabled: nothing is issued for it, and what stood has ended.",
    always: ["tenant"],
    details: endedDetails,
  },
  "tenant.enabled": {
    meaning: "A disabled tenant was enabled again. Its people sign in anew.",
    always: ["tenant"],
    details: {},
  },
  "tenant.offboarded": {
    meaning:
      "A customer was ended: its data accessors are forgotten, nobody makes a token while its people are away, and what stood has ended.",
    always: ["tenant"],
    details: {
      ...endedDetails,
      accessors: "how many data accessors",
      state: "whether the tenant is `disabled` now, or stays `enabled`",
      presenceWas: "when a back end might act for its users before",
    },
  },
  "tenant.deleted": {
    meaning:
      "A tenant was deleted with all that was its own. Its id is given to nobody again; accounts of its people stay.",
    always: ["tenant"],
    details: {
      ...endedDetails,
      members: "how many memberships",
      leftAlone: "how many of the members belonged to no other tenant",
      domains: "how many domains",
      accessors: "how many data accessors",
    },
  },
  "onboarding.link_made": {
    meaning: "A link to the page of a customer's onboarding was made; the one before has ended.",
    always: ["tenant"],
    details: { link: "its id", expiresAt: "when it ends, ISO 8601" },
  },
  "onboarding.link_opened": {
    meaning: "A browser used the link: it holds the page from now on, and no other can use the link.",
    always: ["tenant"],
    details: { link: "its id" },
  },
  "onboarding.link_revoked": {
    meaning: "The link was revoked: it opens nothing, nor does the browser that used it.",
    always: ["tenant"],
    details: {},
  },
  "onboarding.downloaded": {
    meaning: "Something of a customer's pack was downloaded for the first time.",
    always: ["tenant"],
    details: {},
  },
  "onboarding.tested": {
    meaning:
      "What a customer handed over was tested by a real exchange and search as one of its people. Results are counted, not read.",
    always: ["tenant"],
    details: {
      accessor: "which data accessor",
      passed: "how many of the five steps passed",
      step: "the step that failed",
      refused: "the code of what failed",
      awsRequestId: "of the call that AWS refused",
    },
  },
  "domain.added": {
    meaning: "A domain was claimed for a tenant.",
    always: ["tenant"],
    details: { domain: "its name" },
  },
  "domain.verified": {
    meaning: "A claimed domain was proven.",
    always: ["tenant"],
    details: { domain: "its name", shared: "true: an operator let it be used beside its owner" },
  },
  "domain.removed": {
    meaning: "A domain was taken from a tenant; its addresses get no tokens any more.",
    always: ["tenant"],
    details: { domain: "its name" },
  },
  "client.created": {
    meaning: "A client was registered.",
    always: ["client"],
    details: {
      authMethod: "how it authenticates",
      purposes: "what it may do",
      mintFor: "tenants it may mint for",
      handoffFor: "tenants it may answer logins for",
      searchFor: "tenants it may search",
    },
  },
  "client.updated": {
    meaning: "A client's registration changed, and what was taken from it has ended.",
    always: ["client"],
    details: { changed: "the members that are others now, as OpenID Connect names them", ...endedDetails },
  },
  "client.disabled": {
    meaning: "A client was disabled: it proves itself nowhere, and what it was given has ended.",
    always: ["client"],
    details: endedDetails,
  },
  "client.enabled": {
    meaning: "A disabled client was enabled again. What had ended does not come back.",
    always: ["client"],
    details: {},
  },
  "client.deleted": {
    meaning: "A client was deleted, with what it was given.",
    always: ["client"],
    details: endedDetails,
  },
  "client.secret_rotated": {
    meaning: "A client got another secret; the old one counts no more, or only for a while.",
    always: ["client"],
    details: {
      tokens: "how many of its own access tokens ended",
      oldUntil: "until when the old one counts, ISO 8601; absent: it ended",
    },
  },
  "client.old_secret_ended": {
    meaning: "A client's secret before, which counted beside the new one, was ended ahead of its time.",
    always: ["client"],
    details: { tokens: "how many of its own access tokens ended" },
  },
  "resource.created": {
    meaning: "An API of yours was registered as a resource.",
    details: { resource: "its identifier", name: "its name", scopes: "its scopes" },
  },
  "resource.updated": {
    meaning: "A resource changed. Each changed setting stands with its old value beside it.",
    details: {
      resource: "its identifier",
      name: "its name",
      nameWas: "the name before",
      scopes: "its scopes",
      scopesWere: "the scopes before",
      tokenFormat: "how its tokens are made",
      tokenFormatWas: "how they were before",
      tokenTtlSeconds: "how long its tokens live",
      tokenTtlSecondsWas: "how long they did before",
    },
  },
  "resource.deleted": {
    meaning: "A resource was deleted, with what clients might ask of it.",
    details: { resource: "its identifier", rights: "how many clients might ask for something" },
  },
  "resource.allowed": {
    meaning: "A client was given what it may ask of a resource, in place of what it had.",
    always: ["client"],
    details: {
      resource: "its identifier",
      scopes: "for people who sign in to it",
      ownScopes: "for itself",
      introspects: "whether it is the resource's own server, which may ask about its tokens",
    },
  },
  "resource.disallowed": {
    meaning: "A client may ask for nothing of a resource any more.",
    always: ["client"],
    details: { resource: "its identifier" },
  },
  "accessor.created": {
    meaning: "What a customer handed over at AWS was entered.",
    always: ["tenant"],
    details: { name: "its name", idcApplicationArn: "its IAM Identity Center application" },
  },
  "accessor.deleted": {
    meaning: "It was removed.",
    always: ["tenant"],
    details: { name: "its name" },
  },
  "accessor.tried": {
    meaning:
      "An administrator tried a data accessor: a real exchange and search as this person, of which nothing but the outcome was told.",
    always: ["tenant", "account"],
    sometimes: ["client"],
    details: {
      accessor: "which data accessor",
      passed: "whether all of it went well",
      refused: "the code of what was refused, the exchange's or ours",
      step: "the step of the exchange that failed",
      awsRequestId: "AWS's id of the request it refused",
    },
  },
  "installation.examined": {
    meaning: "An administrator had this installation, its issuer and its side of AWS checked.",
    details: { failed: "how many checks failed", warnings: "how many warned" },
  },
  "key.rotated": {
    meaning: "A new signing key was published, or took over.",
    details: {
      kid: "the new key",
      maySignAt: "when it may begin to sign, ISO 8601",
      emergency: "true: at once, because the former was lost or stolen",
    },
  },
  "key.resealed": {
    meaning: "Private signing keys, or authenticator apps' secrets, were sealed with another secret.",
    details: { keys: "how many keys", factors: "how many authenticator apps" },
  },
  "key.revoked": {
    meaning: "A key's signatures count no longer.",
    details: { kid: "the key", emergency: "true: as part of an emergency rotation" },
  },
  "key.destroyed": {
    meaning: "The private half of a key was destroyed in the store: it signs nothing again.",
    details: { kid: "the key" },
  },
  "audit.pruned": {
    meaning:
      "Retention removed old events from the trail: their blocks stay. It covers all that was removed before.",
    details: {
      throughBlock: "the last block whose events went",
      beforeMs: "only what was older than this, epoch milliseconds",
      blocks: "how many blocks lost their events now",
      events: "how many events went now",
    },
  },
  "admin.signed_in": {
    meaning: "An administrator signed in to the console.",
    always: ["account"],
    details: { role: "`owner`, `operator` or `auditor`" },
  },
  "admin.first_link_made": {
    meaning: "`tti serve` printed a one-time link by which the first owner is made.",
    details: { expiresAt: "when it ends, ISO 8601" },
  },
  "admin.created": {
    meaning: "An account became an administrator of the installation.",
    always: ["account"],
    details: { role: "`auditor`, `operator` or `owner`" },
  },
  "admin.updated": {
    meaning: "An administrator got another role.",
    always: ["account"],
    details: { role: "the role", roleWas: "the role before" },
  },
  "admin.removed": {
    meaning: "An account administers nothing any more.",
    always: ["account"],
    details: { role: "the role that ended" },
  },
  "credential.created": {
    meaning: "An API credential was made.",
    sometimes: ["tenant"],
    details: { id: "its id", name: "what it is for", role: "its role", expiresAt: "when it ends, ISO 8601" },
  },
  "credential.revoked": {
    meaning: "An API credential was revoked: its key opens nothing.",
    sometimes: ["tenant"],
    details: { id: "its id", name: "what it was for", role: "its role" },
  },
  "admin.refused": {
    outcome: "refused",
    meaning:
      "A request to the administration or back-end API was refused for want of a right. Equal refusals of a minute are one event with a count.",
    sometimes: ["client", "tenant"],
    details: { route: "method and path pattern", status: "401 or 403", reason: "the error code" },
  },
  "admin.read": {
    meaning:
      "An operator or an administrating client read accounts. Equal reads of a minute are one event with a count. Reading the trail itself leaves none, or whoever follows it would follow themselves; nor does a trial (`dryRun`, a command without `--yes`), which is taken back whole and tells what was named and how much would end.",
    sometimes: ["tenant", "account"],
    details: {
      what: "`user` for one of them, `users` for a list, `administrators` for who administers; `sessions` or `grants` of one of them",
    },
  },
} as const satisfies Record<string, EventTypeEntry>;
