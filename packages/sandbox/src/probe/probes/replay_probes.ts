// Probes that present a token, or its jti, twice.
import { randomUUID } from "node:crypto";
import { Undecided } from "../bench/endings.ts";
import { wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";

const WINDOWS = [300, 900, 3600, 7200, 43_200, 86_400, 90_000, 172_800, 604_800];

/** Probes of single use. */
export const REPLAY_PROBES: readonly Probe[] = [
  {
    answers: "token.replayWithoutJti",
    asks: "exchanges one token without jti twice",
    async run(lab) {
      const client = await lab.main();
      const token = await lab.mint(client, { claims: { jti: undefined, nonce: randomUUID() } });
      if (!wasAccepted(await lab.exchange(client, "a token without jti, first time", token))) {
        throw new Undecided("a token without jti is refused at once (token.missingJti=reject)");
      }
      const again = await lab.exchange(client, "the same token without jti again", token);
      return { value: wasAccepted(again) ? "none" : "claims" };
    },
  },
  {
    answers: "token.replayConsume",
    asks: "exchanges a token that names nobody, then another with the same jti that names the run's user",
    async run(lab) {
      const client = await lab.main();
      const jti = randomUUID();
      const nobody = { claims: { jti, email: `nobody-${jti}@example.com` } };
      if (wasAccepted(await lab.exchange(client, "a token that names no user", nobody))) {
        throw new Undecided("a token that names no user was taken");
      }
      const answer = await lab.exchange(client, "the same jti in a token without fault", { claims: { jti } });
      return { value: wasAccepted(answer) ? "onSuccess" : "afterVerification" };
    },
  },
  {
    answers: "token.replayScope",
    asks: "exchanges a token at one instance, and one with the same issuer and jti at another",
    makes: "a trusted token issuer, an application and a user at the other instance",
    needs: ["otherInstance"],
    async run(lab) {
      const { other } = lab;
      if (other === null) throw new Undecided("there is no second instance");
      const [client, elsewhere] = [await lab.main(), await other.main()];
      const jti = randomUUID();
      if (!wasAccepted(await lab.exchange(client, "a token at the first instance", { claims: { jti } }))) {
        throw new Undecided("a token without fault was refused");
      }
      const answer = await other.exchange(elsewhere, "its jti at the second instance", { claims: { jti } });
      lab.evidence.push(...other.evidence.splice(0));
      return { value: wasAccepted(answer) ? "instance" : "issuer" };
    },
  },
  {
    answers: "token.replayWindowSeconds",
    asks: "exchanges a jti again, in new tokens, until it is taken (waits: 5 minutes to a week)",
    async run(lab) {
      const client = await lab.main();
      const jti = randomUUID();
      const short = { claims: { jti, exp: lab.nowSeconds() + 60 } };
      if (!wasAccepted(await lab.exchange(client, "a jti, first time", short))) {
        throw new Undecided("a token without fault was refused");
      }
      let waited = 0;
      for (const window of WINDOWS) {
        if (window > lab.existing.maxWaitSeconds) break;
        await lab.wait((window - waited) * 1000);
        waited = window;
        const answer = await lab.exchange(client, `the same jti after ${window} s`, { claims: { jti } });
        if (wasAccepted(answer)) return { value: String(window) };
      }
      throw new Undecided(
        `a jti is remembered for more than ${waited} s; ask again with --wait ${WINDOWS.find((each) => each > waited) ?? waited}`,
      );
    },
  },
];
