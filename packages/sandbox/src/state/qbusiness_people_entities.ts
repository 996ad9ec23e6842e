// What Amazon Q Business knows of the people of an application: users by their other names, groups, subscriptions; what they
// said; and the web experiences they would say it in.
import type { Json } from "../ground/errors.ts";
import type { Tag } from "./iam_entities.ts";

/** Another name of a user: in one index, in one data source, or everywhere. */
export type QUserAlias = { indexId: string | null; dataSourceId: string | null; userId: string };

/** A user of an application, by the name they sign in with (CreateUser). */
export type QUser = {
  /** {@link storeKey}(applicationId, userId); the key in {@link World.qUsers}. */
  key: string;
  applicationId: string;
  /** E-mail address or another name the identity provider knows. */
  userId: string;
  aliases: QUserAlias[];
};

/** Who belongs to a group that documents' access lists name (PutGroup). */
export type QGroup = {
  /** `<index>|<data source or nothing>|<name>`; the key in {@link World.qGroups}. */
  key: string;
  applicationId: string;
  indexId: string;
  /** Null: the group holds for every document of the index. */
  dataSourceId: string | null;
  groupName: string;
  type: "INDEX" | "DATASOURCE";
  memberGroups: string[];
  memberUsers: string[];
  updatedAtMs: number;
};

/** The two tiers, the lower first. */
export type SubscriptionType = "Q_LITE" | "Q_BUSINESS";

/** A subscription of a user or group of the identity store. */
export type QSubscription = {
  /** UUID; the key in {@link World.qSubscriptions}. */
  subscriptionId: string;
  subscriptionArn: string;
  applicationId: string;
  principalType: "USER" | "GROUP";
  principalId: string;
  type: SubscriptionType;
  /** What it becomes at {@link changesAtMs}; null: it ends then. */
  nextType: SubscriptionType | null;
  /** Null: it stays as it is. */
  changesAtMs: number | null;
};

/** A passage that was cited. */
export type QCitation = {
  documentId: string;
  indexId: string;
  dataSourceId: string | null;
  title: string | null;
  uri: string | null;
  snippet: string;
};

/** One message of a conversation. */
export type QMessage = {
  messageId: string;
  type: "USER" | "SYSTEM";
  body: string;
  citations: QCitation[];
  createdAtMs: number;
};

/** What a user and the application said to each other. */
export type QConversation = {
  /** UUID; the key in {@link World.qConversations}. */
  conversationId: string;
  applicationId: string;
  userId: string;
  title: string;
  messages: QMessage[];
  createdAtMs: number;
};

/** A web experience: data only, nothing is served at its endpoint. */
export type QWebExperience = {
  /** UUID; the key in {@link World.qWebExperiences}. */
  webExperienceId: string;
  webExperienceArn: string;
  applicationId: string;
  /** Members of the wire shape, kept as they were given. */
  settings: Record<string, Json>;
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};
