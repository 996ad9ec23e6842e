// CheckDocumentAccess: may this user see this document, and why: the aliases and groups it was asked with, and its access list.

import { family, type OperationContext } from "../../operation/operation.ts";
import { decideAccess, localUser } from "../../search/access.ts";
import type { AccessConfiguration, SearchDocument } from "../../search/document.ts";
import { readSearchSettings } from "../../search/settings.ts";
import type { QApplication } from "../../state/index.ts";
import { primaryEmailOf } from "../sso_oidc/user_match.ts";
import { applicationResource, getApplication, getIndex, type IndexInput } from "./lookup.ts";
import { type Principals, principalsOf, principalsOfName } from "./principals.ts";
import { refuseMissing } from "./refuse.ts";

type CheckInput = IndexInput & { userId: string; documentId: string; dataSourceId?: string };
type Principal = AccessConfiguration["accessControls"][number]["principals"][number];

/** The operations of this family. */
export const documentAccessOperations = family("qbusiness", {
  CheckDocumentAccess: {
    authorize: applicationResource,
    run(input: CheckInput, context) {
      const application = getApplication(context, input);
      getIndex(context, input);
      const document = getDocument(context, input);
      const { user, groups, locals } = principalsOfUser(context, application, input);
      const here = localUser(user, groups, locals, document.dataSourceId);
      const { accessList } = readSearchSettings(context.rules);
      const decision = decideAccess(document.accessControl, here.user, here.groups, accessList);
      context.passed("document.access", decision.reason);
      const aliases = here.user.aliases ?? [];
      return {
        userGroups: [...new Set(here.groups)].map((name) => ({ name, type: "INDEX" })),
        userAliases: [...new Set(aliases)].map((id) => ({ id, type: "INDEX" })),
        hasAccess: decision.allowed,
        ...(document.accessControl && { documentAcl: wireList(document.accessControl) }),
      };
    },
  },
});

/** A user of the application's Identity Center instance by id, user name or address; else the name alone. */
function principalsOfUser(
  context: OperationContext,
  application: QApplication,
  { userId, applicationId, indexId }: CheckInput,
): Principals {
  const { world } = context;
  const storeId = world.instances.get(application.identityCenterInstanceArn ?? "")?.identityStoreId;
  const found = [...world.users.values()].find(
    (user) =>
      user.identityStoreId === storeId && [user.userId, user.userName, primaryEmailOf(user)].includes(userId),
  );
  const place = { applicationId, indexId };
  return found ? principalsOf(context, found, place) : principalsOfName(context, userId, place);
}

function getDocument(context: OperationContext, input: CheckInput): SearchDocument {
  const found = context.search.find(input.applicationId, input.indexId, input.documentId);
  const isThere = (input.dataSourceId ?? found?.dataSourceId) === found?.dataSourceId;
  if (found !== undefined && isThere) return found;
  throw refuseMissing(
    { type: "DOCUMENT", id: input.documentId },
    {
      rule: "resource.exists",
      why: found
        ? `The document is of ${found.dataSourceId ?? "no data source"}, not of ${input.dataSourceId}.`
        : `The index ${input.indexId} has no document ${input.documentId}.`,
      fix: "Use an id that ListDocuments gives, and dataSourceId only for a document of a data source.",
    },
  );
}

/** API reference, DocumentAcl: what allows, and what denies whatever allows. */
function wireList({ accessControls, memberRelation }: AccessConfiguration) {
  const listOf = (access: "ALLOW" | "DENY") => ({
    ...(memberRelation !== undefined && { memberRelation }),
    conditions: accessControls.flatMap(({ principals, memberRelation: relation }) => {
      const named = principals.filter((each) => accessOf(each) === access);
      return named.length === 0
        ? []
        : [{ ...(relation !== undefined && { memberRelation: relation }), ...wirePrincipals(named) }];
    }),
  });
  return { allowlist: listOf("ALLOW"), denyList: listOf("DENY") };
}

function accessOf(principal: Principal): "ALLOW" | "DENY" {
  return "user" in principal ? principal.user.access : principal.group.access;
}

function wirePrincipals(principals: readonly Principal[]) {
  return {
    users: principals.flatMap((each) =>
      "user" in each ? [{ id: each.user.id, type: each.user.membershipType }] : [],
    ),
    groups: principals.flatMap((each) =>
      "group" in each ? [{ name: each.group.name, type: each.group.membershipType }] : [],
    ),
  };
}
