// The registry of service models: read-only data from the JSON files beside it.

import cloudtrail from "./cloudtrail.json" with { type: "json" };
import iam from "./iam.json" with { type: "json" };
import identitystore from "./identitystore.json" with { type: "json" };
import kms from "./kms.json" with { type: "json" };
import { loadModel, type RawModel, signingNameOf } from "./load.ts";
import qbusiness from "./qbusiness.json" with { type: "json" };
import s3 from "./s3.json" with { type: "json" };
import s3control from "./s3control.json" with { type: "json" };
import { type Operation, type ServiceModel, type ServiceName, serviceNames } from "./shapes.ts";
import sso from "./sso.json" with { type: "json" };
import ssoAdmin from "./sso_admin.json" with { type: "json" };
import ssoOidc from "./sso_oidc.json" with { type: "json" };
import sts from "./sts.json" with { type: "json" };

export type { Operation, ServiceModel, ServiceName } from "./shapes.ts";
export { serviceNames } from "./shapes.ts";

const files: Readonly<Record<ServiceName, RawModel>> = {
  sts,
  "sso-oidc": ssoOidc,
  "sso-admin": ssoAdmin,
  identitystore,
  qbusiness,
  iam,
  kms,
  cloudtrail,
  s3,
  s3control,
  sso,
};

/** Loaded on first use, then the same for all: nothing in a model ever changes. */
const models = new Map<ServiceName, ServiceModel>();

/** The model of a service. */
export function getModel(service: ServiceName): ServiceModel {
  const loaded = models.get(service) ?? loadModel(service, files[service]);
  models.set(service, loaded);
  return loaded;
}

/**
 * One operation of a service.
 *
 * @throws Error when the model has none of that name: a programmer's mistake, not a caller's
 */
export function getOperation(service: ServiceName, operation: string): Operation {
  const found = getModel(service).operations.get(operation);
  if (!found) throw new Error(`${service} has no operation ${operation}`);
  return found;
}

/** The service a SigV4 credential scope names (`sso-oauth` is sso-oidc), or undefined; of two that share a name the first. */
export function findServiceBySigningName(signingName: string): ServiceName | undefined {
  return serviceNames.find((service) => signingNameOf(files[service]) === signingName);
}

/** The id AWS's tools know a service by, e.g. `SSO OIDC`. */
export function serviceIdOf(service: ServiceName): string {
  return files[service].metadata.serviceId;
}

/** The service of this name among those of the sandbox, or undefined. */
export function findServiceName(name: string): ServiceName | undefined {
  return serviceNames.find((service) => service === name);
}
