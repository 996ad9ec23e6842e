// The registry of service models. Read-only data: loaded once from the JSON files beside it, never changed.

import iam from "./iam.json" with { type: "json" };
import identitystore from "./identitystore.json" with { type: "json" };
import kms from "./kms.json" with { type: "json" };
import { loadModel } from "./load.ts";
import qbusiness from "./qbusiness.json" with { type: "json" };
import type { Operation, ServiceModel, ServiceName } from "./shapes.ts";
import ssoAdmin from "./sso_admin.json" with { type: "json" };
import ssoOidc from "./sso_oidc.json" with { type: "json" };
import sts from "./sts.json" with { type: "json" };

export type { Operation, ServiceModel, ServiceName } from "./shapes.ts";
export { serviceNames } from "./shapes.ts";

const models: Readonly<Record<ServiceName, ServiceModel>> = {
  sts: loadModel("sts", sts),
  "sso-oidc": loadModel("sso-oidc", ssoOidc),
  "sso-admin": loadModel("sso-admin", ssoAdmin),
  identitystore: loadModel("identitystore", identitystore),
  qbusiness: loadModel("qbusiness", qbusiness),
  iam: loadModel("iam", iam),
  kms: loadModel("kms", kms),
};

/** The model of a service. */
export function getModel(service: ServiceName): ServiceModel {
  return models[service];
}

/**
 * One operation of a service.
 *
 * @throws Error when the model has none of that name: a programmer's mistake, not a caller's
 */
export function getOperation(service: ServiceName, operation: string): Operation {
  const found = models[service].operations.get(operation);
  if (!found) throw new Error(`${service} has no operation ${operation}`);
  return found;
}

/** The service a SigV4 credential scope names (`sso-oauth` is sso-oidc), or undefined. */
export function findServiceBySigningName(signingName: string): ServiceName | undefined {
  return Object.values(models).find((model) => model.signingName === signingName)?.service;
}
