// Probes of whom a token names.

import { Undecided } from "../bench/endings.ts";
import { makeUser } from "../bench/identity_center_lab.ts";
import { wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";

/** Probes of users. */
export const USER_PROBES: readonly Probe[] = [
  {
    answers: "user.caseSensitive",
    asks: "exchanges a token whose address differs from a user's in letter case alone",
    makes: "a user",
    async run(lab) {
      const client = await lab.main();
      const { identityStoreId } = await lab.instance();
      const local = `Case-Probe-${lab.run}`;
      await makeUser(lab, identityStoreId, local, `${local}@example.com`);
      const exact = { claims: { email: `${local}@example.com` } };
      if (!wasAccepted(await lab.exchange(client, "the address as it is stored", exact))) {
        throw new Undecided("a token with the very address was refused");
      }
      const folded = { claims: { email: `${local}@example.com`.toLowerCase() } };
      const answer = await lab.exchange(client, "the address in small letters", folded);
      return { value: wasAccepted(answer) ? "false" : "true" };
    },
  },
  {
    answers: "user.disabled",
    asks: "exchanges a token that names a user whom somebody disabled in the console",
    needs: ["disabledUser"],
    async run(lab) {
      const claims = { email: lab.existing.disabledUser };
      const answer = await lab.exchange(await lab.main(), "a token that names a disabled user", { claims });
      if (wasAccepted(answer)) return { value: "accept" };
      return { value: answer.code === "AccessDeniedException" ? "deny" : "reject" };
    },
  },
];
