// Probes of data accessors: whom AWS lets be one, and what the application looks like that comes with it.

import { Undecided } from "../bench/endings.ts";
import type { IdentityCenterLab } from "../bench/identity_center_lab.ts";
import { isThere, wasAccepted } from "../bench/lab.ts";
import type { Need, Probe } from "../bench/probe.ts";
import { audiencesOf, dataAccessor, isvFlow, makeAccessor, permission } from "../bench/q_business.ts";
import { makeRole } from "../bench/roles.ts";

const ACCESSOR = "a data accessor, and with it an application";
const ISV: readonly Need[] = ["application", "isvRole"];
const OTHER_KEY = "aws:PrincipalTag/qbusiness-dataaccessor:Probe";

/** A probe that makes a data accessor and reads what its application is. */
function reading(
  answers: Probe["answers"],
  asks: string,
  read: (lab: IdentityCenterLab, applicationArn: string) => Promise<string>,
): Probe {
  return {
    answers,
    asks,
    makes: ACCESSOR,
    needs: ISV,
    run: async (lab) => ({ value: await read(lab, await makeAccessor(lab)) }),
  };
}

/** Probes of data accessors. */
export const ACCESSOR_PROBES: readonly Probe[] = [
  {
    answers: "accessor.unregisteredPrincipal",
    asks: "creates a data accessor for a role that AWS cannot know",
    makes: "a role and, if AWS takes it, a data accessor",
    needs: ["application"],
    async run(lab) {
      const thing = await dataAccessor(lab, await makeRole(lab, { suffix: "nobody" }));
      return { value: wasAccepted(await lab.attempt("CreateDataAccessor", thing)) ? "accept" : "reject" };
    },
  },
  reading(
    "accessor.scopes",
    "reads the access scopes of a data accessor's application",
    async (lab, ApplicationArn) => {
      const { output } = await lab.ask("its scopes", "sso-admin", "ListApplicationAccessScopes", {
        ApplicationArn,
      });
      const scopes = ((output["Scopes"] ?? []) as { Scope?: string }[]).map(({ Scope }) => Scope);
      if (scopes.length === 0) return "none";
      if (scopes.length === 1 && scopes[0] === "qbusiness:content:access") return "qbusiness:content:access";
      throw new Undecided(`its scopes are ${scopes.join(", ")}, which the switch does not know`);
    },
  ),
  reading(
    "accessor.refreshGrant",
    "looks whether a data accessor's application has the refresh grant",
    async (lab, ApplicationArn) => {
      const input = { ApplicationArn, GrantType: "refresh_token" };
      const answer = await lab.ask("its refresh grant", "sso-admin", "GetApplicationGrant", input);
      return isThere(answer) ? "true" : "false";
    },
  ),
  reading(
    "accessor.assignmentRequired",
    "reads whether a data accessor's application requires assignments",
    async (lab, ApplicationArn) => {
      const operation = "GetApplicationAssignmentConfiguration";
      const { output } = await lab.ask("its assignments", "sso-admin", operation, { ApplicationArn });
      return String(output["AssignmentRequired"]);
    },
  ),
  reading(
    "accessor.audience",
    "reads the audience of a data accessor's application",
    async (lab, ApplicationArn) => {
      const found = await audiencesOf(lab, ApplicationArn);
      const asked = `its audiences: ${found.length}`;
      lab.evidence.push({ asked, status: 200, code: null, message: null, requestId: null });
      return found.length === 0 ? "none" : "registeredClientId";
    },
  ),
  reading(
    "accessor.actorPolicy",
    "looks whether a data accessor's application lets the ISV's role exchange",
    async (lab, ApplicationArn) => {
      const input = { ApplicationArn, AuthenticationMethodType: "IAM" };
      const operation = "GetApplicationAuthenticationMethod";
      const answer = await lab.ask("its actor policy", "sso-admin", operation, input);
      return isThere(answer) ? "principal" : "none";
    },
  ),
  {
    answers: "accessor.externalIdOnPermission",
    asks: "gives the ISV's role a permission with a condition on another key than ExternalId",
    makes: "a data accessor and, if AWS takes it, a permission",
    needs: ISV,
    async run(lab) {
      await makeAccessor(lab);
      const answer = await lab.attempt(`a condition on ${OTHER_KEY}`, permission(lab, "key", OTHER_KEY));
      return { value: wasAccepted(answer) ? "anyPrincipalTag" : "externalIdOnly" };
    },
  },
  {
    answers: "exchange.missingTag",
    asks: "exchanges as the ISV at a data accessor, with and without the customer's session tag",
    makes: "a data accessor and a permission",
    needs: ["application", "isvRole", "isvProfile"],
    async run(lab) {
      const flow = await isvFlow(lab);
      if (!wasAccepted(await flow.exchange("with the tag", true))) {
        throw new Undecided("an exchange with the tag was refused");
      }
      return { value: wasAccepted(await flow.exchange("without the tag", false)) ? "warn" : "reject" };
    },
  },
  {
    answers: "search.externalIdTag",
    asks: "searches as the ISV, with and without the customer's session tag, where no condition asks for it",
    makes: "a data accessor and a permission",
    needs: ["application", "retriever", "isvRole", "isvProfile"],
    async run(lab) {
      const flow = await isvFlow(lab);
      if (!wasAccepted(await flow.search("with the tag", true))) {
        throw new Undecided("a search with the tag was refused");
      }
      return {
        value: wasAccepted(await flow.search("without the tag", false)) ? "resourcePolicyOnly" : "enforce",
      };
    },
  },
  {
    answers: "search.subscription",
    asks: "searches as the ISV for a user who has no Q Business subscription",
    makes: "a data accessor and a permission",
    needs: ["application", "retriever", "isvRole", "isvProfile"],
    async run(lab) {
      const answer = await (await isvFlow(lab)).search("for a user without subscription", true);
      return { value: wasAccepted(answer) ? "notRequired" : "required" };
    },
  },
];
