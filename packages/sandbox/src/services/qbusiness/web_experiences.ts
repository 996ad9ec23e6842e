// Web experiences, as data: Create, Get, List, Update and Delete. Nothing answers at their endpoints.

import type { Json } from "../../ground/errors.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { QWebExperience } from "../../state/index.ts";
import { createByToken, type ListInput, list } from "./collections.ts";
import {
  type ApplicationInput,
  applicationResource,
  childrenOf,
  getApplication,
  type TagsInput,
  timesOf,
} from "./lookup.ts";
import { refuseMissing } from "./refuse.ts";

type WebExperienceInput = ApplicationInput & { webExperienceId: string };
type CreateInput = ApplicationInput & TagsInput & { clientToken?: string } & Record<string, unknown>;

/** Members of the wire shape that are kept and shown as they were given. */
const settingNames = [
  "title",
  "subtitle",
  "welcomeMessage",
  "samplePromptsControlMode",
  "origins",
  "roleArn",
  "identityProviderConfiguration",
  "authenticationConfiguration",
  "browserExtensionConfiguration",
  "customizationConfiguration",
];

/** The operations of this family. */
export const webExperienceOperations = family("qbusiness", {
  CreateWebExperience: {
    authorize: applicationResource,
    run(input: CreateInput, context) {
      const { applicationArn, applicationId } = getApplication(context, input);
      return createByToken(context, input, "WEB_EXPERIENCE", () => {
        const webExperienceId = context.ids.uuid();
        const webExperienceArn = `${applicationArn}/web-experience/${webExperienceId}`;
        const nowMs = context.clock().getTime();
        context.world.qWebExperiences.set(webExperienceId, {
          ...{ webExperienceId, webExperienceArn, applicationId, settings: keepSettings(input) },
          ...{ tags: input.tags ?? [], createdAtMs: nowMs, updatedAtMs: nowMs },
        });
        return { webExperienceId, webExperienceArn };
      });
    },
  },

  GetWebExperience: {
    authorize: applicationResource,
    run(input: WebExperienceInput, context) {
      const found = getWebExperience(context, input);
      const { applicationId, webExperienceArn, settings } = found;
      return { ...summarize(found, context), applicationId, webExperienceArn, ...settings };
    },
  },

  ListWebExperiences: {
    authorize: applicationResource,
    run(input: ApplicationInput & ListInput, context) {
      const { applicationId } = getApplication(context, input);
      return list(context, input, childrenOf(context.world.qWebExperiences, applicationId), {
        as: "webExperiences",
        show: (each) => summarize(each, context),
        filter: applicationId,
      });
    },
  },

  UpdateWebExperience: {
    authorize: applicationResource,
    run(input: WebExperienceInput & Record<string, unknown>, context) {
      const found = getWebExperience(context, input);
      found.settings = { ...found.settings, ...keepSettings(input) };
      found.updatedAtMs = context.clock().getTime();
      return {};
    },
  },

  DeleteWebExperience: {
    authorize: applicationResource,
    run(input: WebExperienceInput, context) {
      context.world.qWebExperiences.delete(getWebExperience(context, input).webExperienceId);
      return {};
    },
  },
});

function keepSettings(input: Record<string, unknown>): Record<string, Json> {
  const given = settingNames.filter((name) => input[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, input[name] as Json]));
}

/** Without Identity Center it waits for its identity provider (API reference, WebExperienceStatus). */
function summarize(found: QWebExperience, context: OperationContext) {
  const identityType = context.world.qApplications.get(found.applicationId)?.identityType;
  const isFederated = identityType === "AWS_IAM_IDP_OIDC" || identityType === "AWS_IAM_IDP_SAML";
  const isPending = isFederated && found.settings["identityProviderConfiguration"] === undefined;
  return {
    webExperienceId: found.webExperienceId,
    defaultEndpoint: `https://${found.webExperienceId.slice(0, 8)}.chat.qbusiness.${context.region}.on.aws/`,
    status: isPending ? "PENDING_AUTH_CONFIG" : "ACTIVE",
    ...timesOf(found),
  };
}

function getWebExperience(context: OperationContext, input: WebExperienceInput): QWebExperience {
  const { applicationId } = getApplication(context, input);
  const found = context.world.qWebExperiences.get(input.webExperienceId);
  if (found?.applicationId === applicationId) return found;
  throw refuseMissing(
    { type: "WEB_EXPERIENCE", id: input.webExperienceId },
    {
      rule: "resource.exists",
      why: `The application has no web experience ${input.webExperienceId}.`,
      fix: "Use an id ListWebExperiences gives.",
    },
  );
}
