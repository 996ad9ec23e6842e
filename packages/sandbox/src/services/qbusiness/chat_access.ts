// Who chats: by the application's identity type, from the session alone. What a request says of its user must agree.

import type { AwsError } from "../../ground/errors.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { QApplication } from "../../state/index.ts";
import { type Principals, principalsOf, principalsOfName } from "./principals.ts";
import { refuseField } from "./refuse.ts";
import {
  assertKey,
  assertLicence,
  deny,
  requireIdentity,
  requireUser,
} from "./search_relevant_content_access.ts";

/** The tag of a session that names its user, where IAM federates the users (user guide, "IAM federation"). */
const emailTag = "Email";

/** Who chats. */
export type Chatter = {
  /** As conversations are kept; null where users have no name. */
  userId: string | null;
  /** @returns what access lists are asked for in an index */
  principals(indexId: string): Principals;
};

/**
 * The user of a session.
 *
 * @param claimed what the request says of its user
 * @throws AwsError AccessDeniedException for a session without a user, LicenseNotFoundException; ValidationException for
 *   another user than the session's
 */
export function requireChatter(
  application: QApplication,
  context: OperationContext,
  claimed: { userId?: string; userGroups?: string[] },
): Chatter {
  const chatter = chatterOf(application, context);
  const names = chatter.userId === null ? [] : namesOf(chatter);
  if (claimed.userId !== undefined && !names.includes(claimed.userId)) {
    const why = `The session acts for ${chatter.userId ?? "nobody"}, the request says ${claimed.userId}.`;
    const fix = "Leave userId out: the session says who it is.";
    throw refuseField("userId", "userId is not the session's user", "chat.userId", { why, fix });
  }
  if (claimed.userGroups !== undefined) {
    const why =
      "The groups of a user are the identity store's and PutGroup's; the sandbox takes none from a request.";
    throw refuseField("userGroups", "userGroups is not taken", "chat.userGroups", {
      why,
      fix: "Leave userGroups out.",
    });
  }
  assertKey(application, context);
  return chatter;
}

function chatterOf(application: QApplication, context: OperationContext): Chatter {
  const { applicationId, identityType } = application;
  switch (identityType) {
    case "AWS_IAM_IDC": {
      const user = requireUser(requireIdentity(application, context), context);
      assertLicence(application, user, context);
      const principals = (indexId: string) => principalsOf(context, user, { applicationId, indexId });
      return { userId: user.userId, principals };
    }
    case "AWS_IAM_IDP_OIDC":
    case "AWS_IAM_IDP_SAML": {
      const email = context.caller.principalTags.find(({ key }) => key === emailTag)?.value;
      if (email === undefined) throw withoutUser(identityType);
      context.passed("chat.identity", `the session's tag ${emailTag} is ${email}`);
      const principals = (indexId: string) => principalsOfName(context, email, { applicationId, indexId });
      return { userId: email, principals };
    }
    case "ANONYMOUS":
      context.passed(
        "chat.identity",
        "the application is anonymous: documents with an access list stay hidden",
      );
      return {
        userId: null,
        principals: () => ({ user: { userId: "" }, groups: [], locals: [] }),
      };
    default:
      throw deny(
        "sandbox.chat",
        `the sandbox does not simulate chats of applications with identity type ${identityType}`,
        "Use an application of Identity Center, of an IAM identity provider, or an anonymous one.",
      );
  }
}

function withoutUser(identityType: string): AwsError {
  return deny(
    "chat.identity",
    `the application's identity type is ${identityType}, and the session has no tag ${emailTag} that names its user`,
    `Assume the role with the session tag ${emailTag}: AssumeRoleWithWebIdentity takes it from the token.`,
  );
}

function namesOf({ userId, principals }: Chatter): (string | null | undefined)[] {
  const { user } = principals("");
  return [userId, user.email, user.userName];
}
