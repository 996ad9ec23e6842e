// Conversations: ChatSync, ListConversations, ListMessages, DeleteConversation. Retrieval only, and it says so.

import { family, type OperationContext } from "../../operation/operation.ts";
import type { QApplication, QConversation, QMessage } from "../../state/index.ts";
import { type Chatter, requireChatter } from "./chat_access.ts";
import { answerChat, type ChatAnswer, wireCitations } from "./chat_answer.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import { type ApplicationInput, applicationResource, getApplication } from "./lookup.ts";
import { refuseField, refuseMissing } from "./refuse.ts";

type UserInput = ApplicationInput & { userId?: string };
type ChatInput = UserInput & {
  userGroups?: string[];
  userMessage?: string;
  conversationId?: string;
  parentMessageId?: string;
  attributeFilter?: unknown;
  attachments?: unknown[];
  actionExecution?: unknown;
  authChallengeResponse?: unknown;
  chatMode?: "RETRIEVAL_MODE" | "CREATOR_MODE" | "PLUGIN_MODE";
  clientToken?: string;
};
type ConversationInput = UserInput & { conversationId: string };

/** Conversations that are kept of a user; AWS publishes no figure. The oldest goes. */
const mostConversations = 100;
const titleCharacters = 100;
/** The model's bounds on the body of a listed message: its length, and no control characters. */
const longestBody = 1000;
const control = /\p{C}+/gu;

/** The operations of this family. */
export const conversationOperations = family("qbusiness", {
  ChatSync: {
    authorize: applicationResource,
    run(input: ChatInput, context) {
      const application = getApplication(context, input);
      const chatter = requireChatter(application, context, input);
      assertSimulated(input);
      const { userMessage = "" } = input;
      const made: { answer?: ChatAnswer } = {};
      const ids = createByToken(context, input, "CONVERSATION", () => {
        const conversation = findConversation(input, application, chatter, context);
        assertParent(input, conversation);
        made.answer = answerChat(application, chatter, { ...input, userMessage }, context);
        return say(
          conversation ?? begin(userMessage, application, chatter, context),
          userMessage,
          made.answer,
          context,
        );
      });
      const answer = made.answer ?? messageOf(context, ids);
      return { ...ids, systemMessage: answer.body, sourceAttributions: wireCitations(answer) };
    },
  },

  ListConversations: {
    authorize: applicationResource,
    run(input: UserInput & ListInput, context) {
      const application = getApplication(context, input);
      const { userId } = requireNamed(application, context, input);
      const own = conversationsOf(context, application, userId).reverse();
      return list(context, input, own, {
        as: "conversations",
        show: ({ conversationId, title, createdAtMs }) => ({
          ...{ conversationId, title, startTime: new Date(createdAtMs) },
        }),
        filter: [application.applicationId, userId],
      });
    },
  },

  ListMessages: {
    authorize: applicationResource,
    run(input: ConversationInput & ListInput, context) {
      const application = getApplication(context, input);
      const chatter = requireNamed(application, context, input);
      const conversation = getConversation(input.conversationId, application, chatter, context);
      return list(context, input, conversation.messages.toReversed(), {
        as: "messages",
        show: wireMessage,
        filter: conversation.conversationId,
      });
    },
  },

  DeleteConversation: {
    authorize: applicationResource,
    run(input: ConversationInput, context) {
      const application = getApplication(context, input);
      const chatter = requireNamed(application, context, input);
      const { conversationId } = getConversation(input.conversationId, application, chatter, context);
      context.world.qConversations.delete(conversationId);
      return {};
    },
  },
});

/** @throws AwsError ValidationException for what is no question to retrieve for */
function assertSimulated(input: ChatInput): void {
  const asked = (["attachments", "actionExecution", "authChallengeResponse"] as const).find(
    (name) => input[name] !== undefined,
  );
  const member =
    asked ?? (input.chatMode !== undefined && input.chatMode !== "RETRIEVAL_MODE" ? "chatMode" : null);
  if (member !== null) {
    const why = "The sandbox retrieves: it has no language model, no plugins and no attachments.";
    const fix = `Leave ${member} out, or ask AWS.`;
    throw refuseField(member, `${member} is not simulated`, "sandbox.chat", { why, fix });
  }
  if (input.userMessage !== undefined) return;
  throw refuseField("userMessage", "userMessage is required", "chat.userMessage", {
    why: "The request has no message to answer.",
  });
}

/** Conversations belong to somebody. @throws AwsError as {@link requireChatter}; ValidationException for anonymous users */
function requireNamed(
  application: QApplication,
  context: OperationContext,
  input: UserInput,
): Chatter & { userId: string } {
  const { userId, principals } = requireChatter(application, context, input);
  if (userId !== null) return { userId, principals };
  const why = "Users of an anonymous application have no name that conversations could be kept under.";
  const fix = "Keep the conversationId of ChatSync.";
  throw refuseField("applicationId", "the application is anonymous", "chat.anonymous", { why, fix });
}

function conversationsOf(
  { world }: OperationContext,
  { applicationId }: QApplication,
  userId: string | null,
): QConversation[] {
  return [...world.qConversations.values()].filter(
    (each) => each.applicationId === applicationId && each.userId === (userId ?? ""),
  );
}

function findConversation(
  { conversationId }: ChatInput,
  application: QApplication,
  chatter: Chatter,
  context: OperationContext,
): QConversation | undefined {
  return conversationId === undefined
    ? undefined
    : getConversation(conversationId, application, chatter, context);
}

function getConversation(
  id: string,
  { applicationId }: QApplication,
  { userId }: Chatter,
  { world }: OperationContext,
): QConversation {
  const found = world.qConversations.get(id);
  if (found?.applicationId === applicationId && found.userId === (userId ?? "")) return found;
  throw refuseMissing(
    { type: "CONVERSATION", id },
    {
      rule: "resource.exists",
      why: `The user has no conversation ${id} in this application.`,
      fix: "Use an id that ChatSync or ListConversations gave this user.",
    },
  );
}

function assertParent({ parentMessageId: id }: ChatInput, conversation: QConversation | undefined): void {
  if (id === undefined) return;
  const isSystems = conversation?.messages.some((each) => each.messageId === id && each.type === "SYSTEM");
  if (isSystems) return;
  const why = `The conversation has no system message ${id}.`;
  const fix = "Use the systemMessageId of its last answer, with its conversationId.";
  throw refuseField("parentMessageId", "parentMessageId is no message of the conversation", "chat.parent", {
    why,
    fix,
  });
}

function begin(
  userMessage: string,
  application: QApplication,
  { userId }: Chatter,
  context: OperationContext,
): QConversation {
  const { world, ids, clock } = context;
  const [oldest, ...others] = conversationsOf(context, application, userId);
  if (oldest !== undefined && others.length + 1 >= mostConversations) {
    world.qConversations.delete(oldest.conversationId);
  }
  const conversation: QConversation = {
    conversationId: ids.uuid(),
    applicationId: application.applicationId,
    userId: userId ?? "",
    title: userMessage.slice(0, titleCharacters),
    messages: [],
    createdAtMs: clock().getTime(),
  };
  world.qConversations.set(conversation.conversationId, conversation);
  return conversation;
}

function say(
  conversation: QConversation,
  userMessage: string,
  answer: ChatAnswer,
  { ids, clock }: OperationContext,
) {
  const createdAtMs = clock().getTime();
  const [userMessageId, systemMessageId] = [ids.uuid(), ids.uuid()];
  conversation.messages.push(
    { messageId: userMessageId, type: "USER", body: userMessage, citations: [], createdAtMs },
    { messageId: systemMessageId, type: "SYSTEM", ...answer, createdAtMs },
  );
  return { conversationId: conversation.conversationId, userMessageId, systemMessageId };
}

/** What was answered to the same clientToken; the conversation may have been deleted since. */
function messageOf({ world }: OperationContext, ids: Record<string, unknown>): ChatAnswer {
  const conversation = world.qConversations.get(String(ids["conversationId"]));
  return (
    conversation?.messages.find(({ messageId }) => messageId === ids["systemMessageId"]) ?? {
      body: "The conversation was deleted.",
      citations: [],
    }
  );
}

function wireMessage(message: QMessage) {
  return {
    messageId: message.messageId,
    body: message.body.replace(control, " ").slice(0, longestBody),
    time: new Date(message.createdAtMs),
    type: message.type,
    ...(message.citations.length > 0 && { sourceAttribution: wireCitations(message) }),
  };
}
