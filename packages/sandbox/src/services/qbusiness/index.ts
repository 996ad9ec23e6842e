// Amazon Q Business, assembled. SearchRelevantContent stands apart: it needs a sandbox's own state.

import type { Operation } from "../../operation/operation.ts";
import { applicationOperations } from "./applications.ts";
import { conversationOperations } from "./conversations.ts";
import { dataAccessorOperations } from "./data_accessors.ts";
import { dataSourceOperations } from "./data_sources.ts";
import { documentAccessOperations } from "./document_access.ts";
import { documentOperations } from "./documents.ts";
import { groupOperations } from "./groups.ts";
import { indexOperations } from "./indices.ts";
import { permissionOperations } from "./permissions.ts";
import { retrieverOperations } from "./retrievers.ts";
import { subscriptionOperations } from "./subscriptions.ts";
import { tagOperations } from "./tags.ts";
import { userOperations } from "./users.ts";
import { webExperienceOperations } from "./web_experiences.ts";

/** Every operation of qbusiness but SearchRelevantContent. */
export const qbusinessOperations: readonly Operation[] = [
  ...applicationOperations,
  ...indexOperations,
  ...retrieverOperations,
  ...dataSourceOperations,
  ...documentOperations,
  ...dataAccessorOperations,
  ...permissionOperations,
  ...userOperations,
  ...groupOperations,
  ...documentAccessOperations,
  ...subscriptionOperations,
  ...conversationOperations,
  ...webExperienceOperations,
  ...tagOperations,
];
