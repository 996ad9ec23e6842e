// The application providers AWS has: what an application of Identity Center is made from. List and Describe.

import { family } from "../../operation/operation.ts";
import { list } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type ListInput = { MaxResults?: number; NextToken?: string };
type DescribeInput = { ApplicationProviderArn: string };

/** The provider of customer managed OAuth 2.0 applications, the one callers may create applications of here. */
export const customProvider = "arn:aws:sso::aws:applicationProvider/custom";

/** AWS publishes no list; these are the ones that its pages and samples name for this task. */
const providers = [
  {
    ApplicationProviderArn: customProvider,
    FederationProtocol: "OAUTH",
    DisplayData: {
      DisplayName: "Custom application",
      Description: "A customer managed OAuth 2.0 application",
    },
  },
  {
    ApplicationProviderArn: "arn:aws:sso::aws:applicationProvider/qbusiness",
    FederationProtocol: "OAUTH",
    DisplayData: { DisplayName: "Amazon Q Business", Description: "An Amazon Q Business application" },
  },
];

/** The operations of this family. */
export const applicationProviderOperations = family("sso-admin", {
  ListApplicationProviders: {
    authorize: "anyResource",
    run: (input: ListInput, context) =>
      list(context, input, providers, { as: "ApplicationProviders", show: (provider) => provider }),
  },

  DescribeApplicationProvider: {
    authorize: (input: DescribeInput) => input.ApplicationProviderArn,
    run({ ApplicationProviderArn: arn }: DescribeInput) {
      const found = providers.find(({ ApplicationProviderArn }) => ApplicationProviderArn === arn);
      if (found) return found;
      throw refuse("ResourceNotFoundException", `Application provider ${arn} was not found.`, {
        rule: "application.provider",
        why: `The sandbox has the providers ${providers.map((each) => each.ApplicationProviderArn).join(" and ")}.`,
        fix: `Use ${customProvider}, the provider of customer managed applications.`,
      });
    },
  },
});
