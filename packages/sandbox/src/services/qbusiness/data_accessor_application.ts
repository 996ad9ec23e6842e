// The IAM Identity Center application behind a data accessor: what CreateDataAccessor makes and UpdateDataAccessor
// keeps in step. Contract sections 1.3 and 3.3; what AWS does not publish is a rule.

import type { OperationContext } from "../../operation/operation.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import type { ApplicationGrants, IdentityCenterApplication } from "../../state/identity_center_entities.ts";
import type {
  DataAccessorAuthentication,
  QApplication,
  RegisteredIsv,
} from "../../state/qbusiness_entities.ts";
import { accountOf, instanceIdOf } from "../sso_admin/lookup.ts";
import { refuseField, refuseMissing } from "./refuse.ts";

/** `authenticationDetail` as it is on the wire. */
export type WireAuthentication = {
  authenticationType: DataAccessorAuthentication["authenticationType"];
  authenticationConfiguration?: {
    idcTrustedTokenIssuerConfiguration?: { idcTrustedTokenIssuerArn: string };
  };
  externalIds?: string[];
};

/** AWS publishes no provider for these applications; the customer managed one is what the sandbox knows. */
const provider = "arn:aws:sso::aws:applicationProvider/custom";

/**
 * The registration AWS keeps of the ISV whose role is the principal.
 *
 * @throws AwsError ValidationException for a role nobody registered, unless accessor.unregisteredPrincipal accepts it
 */
export function getRegistration(principal: string, context: OperationContext): RegisteredIsv | undefined {
  const isv = context.world.registeredIsvs.get(principal);
  const rule = "accessor.unregisteredPrincipal";
  if (isv || context.rules.get(rule) === "accept") {
    context.passed(
      rule,
      isv ? `${principal} is registered as ${isv.displayName}` : "any principal is accepted",
    );
    return isv;
  }
  const registered = [...context.world.registeredIsvs.keys()].join(", ") || "none";
  throw refuseField("principal", "the principal is not supported", rule, {
    why: `The principal ${principal} is not the role of a registered ISV; registered: ${registered}.`,
    fix: "Use the ISV's role's own ARN, or add the ISV to the seed's isvs.",
  });
}

/**
 * Reads authenticationDetail as the world keeps it.
 *
 * @throws AwsError ValidationException when type and configuration do not go together; ResourceNotFoundException when
 *   the trusted token issuer is not one of the application's instance
 */
export function parseAuthentication(
  wire: WireAuthentication,
  application: QApplication,
  isv: RegisteredIsv | undefined,
  context: OperationContext,
): DataAccessorAuthentication {
  const { authenticationType: type, externalIds = [] } = wire;
  const issuerArn =
    wire.authenticationConfiguration?.idcTrustedTokenIssuerConfiguration?.idcTrustedTokenIssuerArn;
  if ((type === "AWS_IAM_IDC_TTI") !== (issuerArn !== undefined)) {
    const message =
      issuerArn === undefined
        ? "idcTrustedTokenIssuerArn is required for AWS_IAM_IDC_TTI"
        : "idcTrustedTokenIssuerArn does not go with AWS_IAM_IDC_AUTH_CODE";
    throw refuseField("authenticationDetail.authenticationConfiguration", message, "accessor.authentication");
  }
  if (issuerArn !== undefined) assertIssuer(issuerArn, application, context);
  assertRegisteredFor(type, isv);
  return { authenticationType: type, trustedTokenIssuerArn: issuerArn ?? null, externalIds };
}

/** Makes the application of a new data accessor, and returns its ARN. */
export function createAccessorApplication(
  accessor: { dataAccessorId: string; displayName: string; principal: string },
  authentication: DataAccessorAuthentication | null,
  application: QApplication,
  isv: RegisteredIsv | undefined,
  context: OperationContext,
): string {
  const { world, ids, accountId, clock, rules } = context;
  const instanceArn = application.identityCenterInstanceArn ?? "";
  const applicationArn = `arn:aws:sso::${accountId}:application/${instanceIdOf(instanceArn)}/${ids.applicationId()}`;
  const scope = rules.get("accessor.scopes");
  const created: IdentityCenterApplication = {
    applicationArn,
    instanceArn,
    accountId,
    applicationProviderArn: provider,
    name: accessor.displayName,
    description: null,
    status: "ENABLED",
    portalOptions: null,
    grants: grantsOf(authentication, isv, context),
    actorPolicy: rules.get("accessor.actorPolicy") === "none" ? null : actorPolicyFor(accessor.principal),
    accessScopes: scope === "none" ? [] : [{ scope, authorizedTargets: [] }],
    assignmentRequired: rules.get("accessor.assignmentRequired") === "true",
    assignments: [],
    userBackgroundSessionStatus: "DISABLED",
    dataAccessorId: accessor.dataAccessorId,
    tags: [],
    createdAtMs: clock().getTime(),
  };
  world.applications.set(applicationArn, created);
  return applicationArn;
}

/**
 * The grants that follow from a data accessor's authentication.
 * Accessors without detail are of the time before it existed, when there was the authorization code only.
 */
export function grantsOf(
  authentication: DataAccessorAuthentication | null,
  isv: RegisteredIsv | undefined,
  { rules }: OperationContext,
): ApplicationGrants {
  const refresh = rules.get("accessor.refreshGrant") === "true" ? { refreshToken: {} } : {};
  const issuerArn = authentication?.trustedTokenIssuerArn ?? null;
  if (issuerArn === null) return { authorizationCode: { redirectUris: isv?.redirectUris ?? [] }, ...refresh };
  const isFilled = rules.get("accessor.audience") === "registeredClientId";
  const authorizedAudiences = isv?.clientId && isFilled ? [isv.clientId] : [];
  return {
    jwtBearer: { authorizedTokenIssuers: [{ trustedTokenIssuerArn: issuerArn, authorizedAudiences }] },
    ...refresh,
  };
}

function actorPolicyFor(principal: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: principal },
        Action: "sso-oauth:CreateTokenWithIAM",
        Resource: "*",
      },
    ],
  };
}

function assertIssuer(
  issuerArn: string,
  application: QApplication,
  { world, accountId }: OperationContext,
): void {
  const issuer = world.trustedTokenIssuers.get(issuerArn);
  const ofInstance = issuer?.instanceArn === application.identityCenterInstanceArn;
  if (ofInstance && accountOf(issuerArn) === accountId) return;
  throw refuseMissing(
    { type: "TRUSTED_TOKEN_ISSUER", id: issuerArn },
    {
      rule: "accessor.issuer",
      why: issuer
        ? `${issuerArn} belongs to ${issuer.instanceArn}, the application to ${application.identityCenterInstanceArn}.`
        : `There is no trusted token issuer ${issuerArn}.`,
      fix: "Create the trusted token issuer in the application's Identity Center instance.",
    },
  );
}

/** AWS fills audience and redirect URIs from the ISV's registration, so the registration must have them. */
function assertRegisteredFor(
  type: WireAuthentication["authenticationType"],
  isv: RegisteredIsv | undefined,
): void {
  if (!isv) return;
  const missing = type === "AWS_IAM_IDC_TTI" ? isv.clientId === null : isv.redirectUris.length === 0;
  if (!missing) return;
  const what = type === "AWS_IAM_IDC_TTI" ? "an OIDC client id" : "redirect URLs";
  throw refuseField(
    "authenticationDetail.authenticationType",
    `${isv.displayName} is not registered for ${type}: it has not given AWS ${what}`,
    "accessor.registration",
  );
}
