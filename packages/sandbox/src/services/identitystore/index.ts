// The Identity Store API, assembled.

import type { Operation } from "../../operation/operation.ts";
import { groupMembershipOperations } from "./group_memberships.ts";
import { groupOperations } from "./groups.ts";
import { userOperations } from "./users.ts";

/** Every operation of identitystore. */
export const identitystoreOperations: readonly Operation[] = [
  ...userOperations,
  ...groupOperations,
  ...groupMembershipOperations,
];
