// Probes of AssumeRole: what the caller's own policy must allow, and what becomes of an identity context.

import { Undecided } from "../bench/endings.ts";
import { wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";
import { assume, assumption, freshContext, makeRole, providedContext } from "../bench/roles.ts";

/** Farther off than the 15 minutes AWS allows. */
const OFF_MS = 20 * 60_000;

/** Probes of STS. */
export const STS_PROBES: readonly Probe[] = [
  {
    answers: "sts.callerPolicy",
    asks: "assumes a role that names the caller in its trust policy, with and without a policy of the caller's own",
    makes: "four roles",
    async run(lab) {
      // The same with a policy first: IAM takes a while to know new roles, and a refusal must not mean that.
      const able = await makeRole(lab, { suffix: "able", actions: ["sts:AssumeRole"] });
      const ableKeys = await assume(lab, able);
      const trustsAble = await makeRole(lab, { suffix: "trusts-able", principal: able });
      const unable = await makeRole(lab, { suffix: "unable" });
      const unableKeys = await assume(lab, unable);
      const trustsUnable = await makeRole(lab, { suffix: "trusts-unable", principal: unable });
      await assume(lab, trustsAble, {}, ableKeys);
      for (let tried = 1; ; tried += 1) {
        const asked = "assume a role that names the caller, who has no policy";
        const answer = await lab.ask(asked, "sts", "AssumeRole", assumption(trustsUnable), {
          keys: unableKeys,
        });
        if (wasAccepted(answer, { isAboutPolicies: true })) return { value: "unlessTrustNamesCaller" };
        if (tried === 3) return { value: "always" };
        await lab.wait(5000);
      }
    },
  },
  {
    answers: "context.reuse",
    asks: "gives one identity context to AssumeRole twice",
    makes: "a role",
    async run(lab) {
      const role = await makeRole(lab, { suffix: "reuse" });
      await assume(lab, role);
      const input = assumption(role, { ProvidedContexts: [providedContext(await freshContext(lab))] });
      if (!wasAccepted(await lab.ask("a context, first time", "sts", "AssumeRole", input))) {
        throw new Undecided("an identity context was refused at once");
      }
      const again = await lab.ask("the same context again", "sts", "AssumeRole", input);
      return { value: wasAccepted(again) ? "allow" : "once" };
    },
  },
  {
    answers: "context.duplicateProviders",
    asks: "gives AssumeRole two contexts of one provider",
    makes: "a role",
    async run(lab) {
      const role = await makeRole(lab, { suffix: "twice" });
      await assume(lab, role);
      const provided = providedContext(await freshContext(lab));
      const input = assumption(role, { ProvidedContexts: [provided, provided] });
      const answer = await lab.ask("two contexts of one provider", "sts", "AssumeRole", input);
      return { value: wasAccepted(answer) ? "accept" : "reject" };
    },
  },
  {
    answers: "signature.skewError",
    asks: "signs a call twenty minutes late",
    async run(lab) {
      const answer = await lab.ask(
        "a call signed 20 minutes ago",
        "sts",
        "GetCallerIdentity",
        {},
        { signedOffMs: -OFF_MS },
      );
      if (answer.code === "SignatureDoesNotMatch" || answer.code === "RequestExpired")
        return { value: answer.code };
      throw new Undecided(`AWS answered ${answer.status} ${answer.code ?? "and took it"}`);
    },
  },
];
