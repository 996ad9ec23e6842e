// Probes of the issuer: its URL, its documents, its keys, and how AWS fetches them.

import { Undecided } from "../bench/endings.ts";
import { type IdentityCenterLab, settle, trustedTokenIssuer } from "../bench/identity_center_lab.ts";
import { type IssuerSite, JWKS_SIZES } from "../bench/issuer_site.ts";
import { highestAccepted, wasAccepted } from "../bench/lab.ts";
import type { Probe } from "../bench/probe.ts";
import type { ProbeKey } from "../bench/tokens.ts";

const ONE_MORE = "a trusted token issuer and an application";
/** What was just made is not known everywhere at once: a refusal counts when it is given again. */
const REPEATS = 3;
const CACHE_SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
const TIMEOUTS_MS = [500, 1000, 2000, 3000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 100_000];

/** The same, after the run's own issuer was seen to be in order. */
async function takesBeside(lab: IdentityCenterLab, site: IssuerSite, asked: string): Promise<boolean> {
  await lab.main();
  return takesFrom(lab, site, asked);
}

/** Does AWS come to take a token of this site, signed by the good key? */
async function takesFrom(lab: IdentityCenterLab, site: IssuerSite, asked: string) {
  const client = await lab.trust(site);
  for (let tried = 1; ; tried += 1) {
    const accepted = wasAccepted(await lab.exchange(client, asked));
    if (accepted || tried === REPEATS) return accepted;
    await lab.wait(5000);
  }
}

/** A key of the site that is not like the good one: the good one is taken first, so that only the key is asked. */
function oddKey(
  answers: Probe["answers"],
  asks: string,
  siteOf: (lab: IdentityCenterLab) => [IssuerSite, ProbeKey],
  [taken, refused]: [taken: string, refused: string],
): Probe {
  return {
    answers,
    asks,
    makes: ONE_MORE,
    async run(lab) {
      const [site, key] = siteOf(lab);
      const client = await lab.trust(site);
      await settle(lab, () => lab.exchange(client, "a token signed by the usual key"));
      const answer = await lab.exchange(client, asks, { key });
      return { value: wasAccepted(answer) ? taken : refused };
    },
  };
}

/** Probes of issuers. */
export const ISSUER_PROBES: readonly Probe[] = [
  {
    answers: "issuer.requireHttps",
    asks: "exchanges a token of an issuer whose URL is http",
    makes: ONE_MORE,
    needs: ["liveIssuer", "httpIssuer"],
    async run(lab) {
      const { plain, main } = lab.sites;
      if (lab.issuer.urlOf(main).startsWith("https:")) await lab.main();
      if (await takesFrom(lab, plain, "a token of an http issuer")) return { value: "false" };
      if (lab.issuer.hits(plain) === 0) return { value: "true" };
      throw new Undecided("AWS fetched the http issuer's documents, and refused its token");
    },
  },
  {
    answers: "issuer.discoveryUrl",
    asks: "exchanges a token of an issuer whose URL ends with a slash, and whose documents stand at one slash",
    makes: ONE_MORE,
    async run(lab) {
      const isTaken = await takesBeside(lab, lab.sites.slash, "a token of an issuer with a trailing slash");
      return { value: isTaken ? "trimmed" : "appended" };
    },
  },
  {
    answers: "issuer.attributePath",
    asks: "creates a trusted token issuer that maps to an attribute that is none",
    makes: "a trusted token issuer, if AWS takes it",
    async run(lab) {
      return {
        value: (await creates(lab, lab.issuer.urlOf(lab.sites.spare), "unknownAttribute")) ? "any" : "known",
      };
    },
  },
  {
    answers: "issuer.duplicateUrl",
    asks: "creates a second trusted token issuer with the URL of the first",
    makes: "a trusted token issuer, if AWS takes it",
    async run(lab) {
      const { issuerUrl } = await lab.main();
      return { value: (await creates(lab, issuerUrl)) ? "accept" : "reject" };
    },
  },
  oddKey(
    "jwks.keySize",
    "exchanges a token signed by a published RSA 3072 key",
    ({ sites, keys }) => [sites.large, keys.large],
    ["atLeast2048", "2048"],
  ),
  oddKey(
    "jwks.certificates",
    "exchanges a token signed by a key that is published with x5c",
    ({ sites, keys }) => [sites.certified, keys.certified],
    ["ignore", "reject"],
  ),
  oddKey(
    "jwks.unlabelledKeys",
    "exchanges a token signed by a key that is published without alg and use",
    ({ sites, keys }) => [sites.unlabelled, keys.unlabelled],
    ["accept", "reject"],
  ),
  {
    answers: "jwks.refetchOnUnknownKid",
    asks: "publishes a key after AWS has fetched the JWKS, and exchanges a token signed by it at once",
    makes: ONE_MORE,
    needs: ["liveIssuer"],
    async run(lab) {
      const { rotating } = lab.sites;
      const { newcomer } = lab.keys;
      rotating.keys = [lab.keys.good.published];
      const client = await lab.trust(rotating);
      await settle(lab, () => lab.exchange(client, "a token signed by the first key"));
      rotating.keys = [lab.keys.good.published, newcomer.published];
      const answer = await lab.exchange(client, "a token signed by a key that is new", { key: newcomer });
      return { value: wasAccepted(answer) ? "true" : "false" };
    },
  },
  {
    answers: "jwks.redirects",
    asks: "exchanges a token of an issuer whose jwks_uri answers with a redirect",
    makes: ONE_MORE,
    needs: ["liveIssuer"],
    async run(lab) {
      const isTaken = await takesBeside(lab, lab.sites.redirects, "a token of an issuer that redirects");
      return { value: isTaken ? "follow" : "refuse" };
    },
  },
  {
    answers: "jwks.maxBytes",
    asks: "exchanges tokens of issuers whose JWKS has 16 KiB to 1 MiB; the value is the largest that is taken",
    makes: "up to seven trusted token issuers and applications",
    async run(lab) {
      const value = await highestAccepted(JWKS_SIZES, async (size) => {
        const site = lab.sites.bySize.find(({ jwksBytes }) => jwksBytes === size);
        if (site === undefined) throw new Undecided(`no JWKS of ${size} bytes is published`);
        return takesBeside(lab, site, `a token of an issuer whose JWKS has ${size} bytes`);
      });
      if (value === undefined) throw new Undecided("not even a JWKS of 16 KiB was taken");
      return { value: String(value) };
    },
  },
  {
    answers: "jwks.timeoutMs",
    asks: "lets AWS wait for a discovery document that never comes, and looks when it gives up",
    makes: ONE_MORE,
    needs: ["liveIssuer"],
    async run(lab) {
      const { holds } = lab.sites;
      const client = await lab.trust(holds);
      await lab.exchange(client, "a token of an issuer that does not answer");
      const waited = await lab.issuer.firstHeldMs(holds);
      if (waited === undefined) throw new Undecided("AWS did not ask the issuer, or still waits for it");
      const value = TIMEOUTS_MS.filter((rung) => rung <= waited).at(-1);
      if (value === undefined) throw new Undecided(`AWS gave up after ${Math.round(waited)} ms`);
      return { value: String(value) };
    },
  },
  {
    answers: "jwks.cacheSeconds",
    asks: "exchanges tokens after 1 s, 5 s, … and looks when AWS fetches the JWKS anew (waits up to a day)",
    makes: ONE_MORE,
    needs: ["liveIssuer"],
    async run(lab) {
      const { cached } = lab.sites;
      const client = await lab.trust(cached);
      await settle(lab, () => lab.exchange(client, "a token that has AWS fetch the JWKS"));
      const passed = lab.stopwatch();
      const fetched = lab.issuer.hits(cached);
      await lab.exchange(client, "another at once");
      if (lab.issuer.hits(cached) > fetched) return { value: "0" };
      for (const seconds of CACHE_SECONDS) {
        if (seconds > lab.existing.maxWaitSeconds) break;
        await passed(seconds);
        await lab.exchange(client, `another after ${seconds} s`);
        if (lab.issuer.hits(cached) > fetched) return { value: String(seconds) };
      }
      throw new Undecided(
        "the JWKS was not fetched anew in the time allowed; ask again with a longer --wait",
      );
    },
  },
];

/** Does AWS create a trusted token issuer like this? What it creates is removed. */
async function creates(lab: IdentityCenterLab, url: string, attribute?: string): Promise<boolean> {
  const { instanceArn } = await lab.instance();
  const name = `tti-probe-${lab.run}-${attribute ?? "again"}`;
  const asked = `CreateTrustedTokenIssuer ${attribute === undefined ? "with a URL that is taken" : `mapped to ${attribute}`}`;
  return wasAccepted(await lab.attempt(asked, trustedTokenIssuer(instanceArn, name, url, attribute)));
}
