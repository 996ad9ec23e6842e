// Every known way the four AWS calls fail, as data: how it is recognised, its likely causes in order, the fix, and
// what the client may do about it. The first row that matches explains the failure; specific rows come first.

import { assumeRoleFailures } from "./assume_role_failures.ts";
import { createTokenFailures } from "./create_token_failures.ts";
import { failuresNotFurtherKnown, failuresOfTheWay } from "./every_step_failures.ts";
import type { FailureRow } from "./failure_row.ts";
import { searchFailures } from "./search_failures.ts";

/** Rows in the order they are tried; docs/exchange-failures.md shows them as a page. */
export const failureCatalogue: readonly FailureRow[] = [
  ...failuresOfTheWay,
  ...assumeRoleFailures,
  ...createTokenFailures,
  ...searchFailures,
  ...failuresNotFurtherKnown,
];
