// The issuers of one run: one public base URL, one path for each question, so that no two questions share what AWS cached.
import type { ProbeKeys, PublishedKey } from "./tokens.ts";

/** One issuer: what its discovery document and JWKS are. */
export type IssuerSite = {
  name: string;
  keys: PublishedKey[];
  /** The issuer URL ends with a slash. */
  endsWithSlash?: boolean;
  /** The JWKS has exactly so many bytes. */
  jwksBytes?: number;
  /** The JWKS is reached by a redirect. */
  redirects?: boolean;
  /** The discovery document is never answered. */
  holds?: boolean;
  /** The issuer URL is the http one. */
  overHttp?: boolean;
};

/** Where the issuers are published. */
export type ProbeIssuer = {
  /** Whether it sees requests and can change what it answers. */
  isLive: boolean;
  /** @returns the issuer URL of a site, as tokens and discovery have it */
  urlOf(site: IssuerSite): string;
  /** How often AWS asked for anything of this site; 0 where it cannot be seen. */
  hits(site: IssuerSite): number;
  /** How long the first client waited for an answer that never came, in milliseconds; undefined when none asked and gave up. */
  firstHeldMs(site: IssuerSite): Promise<number | undefined>;
  close(): Promise<void>;
};

/** Sizes of a JWKS that are tried, in bytes. */
export const JWKS_SIZES = [16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576] as const;

/** Sites of one run, by name. */
export type ProbeSites = ReturnType<typeof createProbeSites>;

/** @returns every site that a probe asks for */
export function createProbeSites(keys: ProbeKeys) {
  const good = keys.good.published;
  const bySize = JWKS_SIZES.map((jwksBytes) => ({ name: `bytes-${jwksBytes}`, keys: [good], jwksBytes }));
  return {
    main: { name: "main", keys: [good] } as IssuerSite,
    large: { name: "large", keys: [good, keys.large.published] } as IssuerSite,
    certified: { name: "certified", keys: [good, keys.certified.published] } as IssuerSite,
    unlabelled: { name: "unlabelled", keys: [good, keys.unlabelled.published] } as IssuerSite,
    slash: { name: "slash", keys: [good], endsWithSlash: true } as IssuerSite,
    plain: { name: "plain", keys: [good], overHttp: true } as IssuerSite,
    spare: { name: "spare", keys: [good] } as IssuerSite,
    cached: { name: "cached", keys: [good] } as IssuerSite,
    rotating: { name: "rotating", keys: [good] } as IssuerSite,
    redirects: { name: "redirects", keys: [good], redirects: true } as IssuerSite,
    holds: { name: "holds", keys: [good], holds: true } as IssuerSite,
    bySize: bySize as IssuerSite[],
  };
}

/** @returns every site, in a list */
export function listSites({ bySize, ...others }: ProbeSites): IssuerSite[] {
  return [...Object.values(others), ...bySize];
}

/** Public URLs of the issuers, without trailing slash. */
export type IssuerBases = { https: string; http: string };

/** @returns the bases of one run */
export function basesOf(publicUrl: string, httpUrl: string | undefined, run: string): IssuerBases {
  const below = (url: string) => `${url.replace(/\/+$/, "")}/${run}`;
  return { https: below(publicUrl), http: below(httpUrl ?? publicUrl) };
}

/** @returns the issuer URL of a site */
export function siteUrl(bases: IssuerBases, site: IssuerSite): string {
  const base = site.overHttp === true ? bases.http : bases.https;
  return `${base}/${site.name}${site.endsWithSlash === true ? "/" : ""}`;
}

/** @returns the two documents of a site, as text */
export function siteDocuments(bases: IssuerBases, site: IssuerSite): { discovery: string; jwks: string } {
  const discovery = JSON.stringify({
    issuer: siteUrl(bases, site),
    jwks_uri: `${site.overHttp === true ? bases.http : bases.https}/${site.name}/${site.redirects === true ? "moved" : "jwks"}.json`,
    subject_types_supported: ["public"],
    response_types_supported: ["id_token"],
    id_token_signing_alg_values_supported: ["RS256"],
  });
  const jwks = JSON.stringify({ keys: site.keys });
  const missing = (site.jwksBytes ?? 0) - jwks.length - ',"pad":""'.length;
  if (missing < 0) return { discovery, jwks };
  return { discovery, jwks: JSON.stringify({ keys: site.keys, pad: "x".repeat(missing) }) };
}
