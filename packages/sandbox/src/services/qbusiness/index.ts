// Amazon Q Business's control plane, assembled. SearchRelevantContent stands apart: it needs a sandbox's own state.

import type { Operation } from "../../operation/operation.ts";
import { applicationOperations } from "./applications.ts";
import { dataAccessorOperations } from "./data_accessors.ts";
import { dataSourceOperations } from "./data_sources.ts";
import { documentOperations } from "./documents.ts";
import { indexOperations } from "./indices.ts";
import { permissionOperations } from "./permissions.ts";
import { retrieverOperations } from "./retrievers.ts";
import { tagOperations } from "./tags.ts";

/** Every operation of qbusiness but SearchRelevantContent. */
export const qbusinessOperations: readonly Operation[] = [
  ...applicationOperations,
  ...indexOperations,
  ...retrieverOperations,
  ...dataSourceOperations,
  ...documentOperations,
  ...dataAccessorOperations,
  ...permissionOperations,
  ...tagOperations,
];
