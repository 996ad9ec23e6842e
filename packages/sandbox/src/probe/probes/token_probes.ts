// Probes that send one token which differs in one thing, and look whether it is taken.

import { Undecided } from "../bench/endings.ts";
import type { IdentityCenterLab } from "../bench/identity_center_lab.ts";
import { highestAccepted, wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";
import type { TokenSpec } from "../bench/tokens.ts";

const HALF_AN_HOUR = 1800;

/** Is a token with this change taken by the run's own application? */
async function takes(lab: IdentityCenterLab, asked: string, spec: TokenSpec): Promise<boolean> {
  return wasAccepted(await lab.exchange(await lab.main(), asked, spec));
}

/** A switch with two values: the one when AWS takes the token, the other when not. */
function single(
  answers: Probe["answers"],
  asks: string,
  spec: (lab: IdentityCenterLab) => TokenSpec,
  [taken, refused]: [taken: string, refused: string],
): Probe {
  return {
    answers,
    asks,
    run: async (lab) => {
      await lab.main();
      return { value: (await takes(lab, asks, spec(lab))) ? taken : refused };
    },
  };
}

/** Probes of form, claims and times of a token. */
export const TOKEN_PROBES: readonly Probe[] = [
  single(
    "token.missingKid",
    "exchanges a token without kid in its header",
    () => ({ header: { kid: undefined } }),
    ["tryAll", "reject"],
  ),
  single("token.missingJti", "exchanges a token without jti", () => ({ claims: { jti: undefined } }), [
    "accept",
    "reject",
  ]),
  single("token.missingSubject", "exchanges a token without sub", () => ({ claims: { sub: undefined } }), [
    "accept",
    "reject",
  ]),
  single("token.type", "exchanges a token of typ at+jwt", () => ({ header: { typ: "at+jwt" } }), [
    "any",
    "jwtOrAbsent",
  ]),
  single(
    "token.criticalHeader",
    "exchanges a token whose crit header names an unknown extension",
    () => ({
      header: { crit: ["https://tti-sandbox.example/probe"], "https://tti-sandbox.example/probe": 1 },
    }),
    ["ignore", "reject"],
  ),
  single(
    "token.futureNotBefore",
    "exchanges a token whose nbf lies half an hour ahead",
    (lab) => ({ claims: { nbf: lab.nowSeconds() + HALF_AN_HOUR, exp: lab.nowSeconds() + 2 * HALF_AN_HOUR } }),
    ["accept", "reject"],
  ),
  single(
    "token.futureIssuedAt",
    "exchanges a token whose iat lies half an hour ahead",
    (lab) => ({ claims: { iat: lab.nowSeconds() + HALF_AN_HOUR, exp: lab.nowSeconds() + 2 * HALF_AN_HOUR } }),
    ["accept", "reject"],
  ),
  single(
    "issuer.trailingSlash",
    "exchanges a token whose iss has a slash more than the issuer URL",
    (lab) => ({ claims: { iss: `${lab.issuer.urlOf(lab.sites.main)}/` } }),
    ["ignore", "exact"],
  ),
  {
    answers: "token.audienceArray",
    asks: "exchanges tokens whose aud is an array of one, and of two",
    async run(lab) {
      const { aud } = { aud: "tti-sandbox-probe" };
      if (!(await takes(lab, "aud is an array of one", { claims: { aud: [aud] } })))
        return { value: "reject" };
      const several = await takes(lab, "aud is an array of two", { claims: { aud: [aud, "another"] } });
      return { value: several ? "accept" : "single" };
    },
  },
  {
    answers: "token.maxBytes",
    asks: "exchanges tokens of 2 KiB to 128 KiB; the value is the largest that is taken",
    async run(lab) {
      const client = await lab.main();
      const rungs = [2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
      const bare = (await lab.mint(client, { claims: { pad: "" } })).length;
      const value = await highestAccepted(rungs, (rung) =>
        // Base64 makes four letters of three bytes: at most three letters below the rung.
        takes(lab, `a token of ${rung} bytes`, {
          claims: { pad: "x".repeat(Math.floor(((rung - bare) * 3) / 4)) },
        }),
      );
      if (value === undefined) throw new Undecided("not even a token of 2 KiB was taken");
      return { value: String(value) };
    },
  },
  {
    answers: "token.clockSkewSeconds",
    asks: "exchanges tokens that expired 5 s to 15 min ago; the value is the longest that is taken",
    async run(lab) {
      const rungs = [5, 10, 30, 60, 120, 180, 300, 600, 900];
      // Two seconds early, for the way to AWS.
      const value = await highestAccepted(rungs, (rung) =>
        takes(lab, `a token that expired ${rung - 2} s ago`, {
          claims: { exp: lab.nowSeconds() - rung + 2, iat: lab.nowSeconds() - HALF_AN_HOUR },
        }),
      );
      return { value: String(value ?? 0) };
    },
  },
  {
    answers: "token.maxLifetimeSeconds",
    asks: "exchanges tokens that live five minutes to ten years; the value is the longest that is taken, 0 for all",
    async run(lab) {
      const rungs = [300, 900, 1800, 3600, 7200, 43_200, 86_400, 604_800, 31_536_000, 315_360_000];
      const value = await highestAccepted(rungs, (rung) =>
        takes(lab, `a token that expires in ${rung} s`, { claims: { exp: lab.nowSeconds() + rung } }),
      );
      if (value === undefined) throw new Undecided("not even a token of five minutes was taken");
      return { value: String(value === rungs.at(-1) ? 0 : value) };
    },
  },
];
