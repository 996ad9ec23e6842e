// The issuers as files that the person publishes (a bucket, any static host): written once, never changed, and never seen
// being asked for.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SandboxSetupError } from "../../ground/errors.ts";
import { basesOf, type IssuerSite, type ProbeIssuer, siteDocuments, siteUrl } from "./issuer_site.ts";

/**
 * Writes the files of every site that a static host can serve.
 *
 * @returns the issuer, and the folder below which everything stands
 * @throws SandboxSetupError `PROBE_PUBLISH` when the folder cannot be written
 */
export async function writeStaticIssuer(
  sites: readonly IssuerSite[],
  settings: { directory: string; run: string; publicUrl: string; httpUrl?: string },
): Promise<ProbeIssuer & { files: number; checkUrl: string }> {
  const base = basesOf(settings.publicUrl, settings.httpUrl, settings.run);
  const served = sites.filter((site) => site.redirects !== true && site.holds !== true);
  try {
    for (const site of served) {
      const folder = join(settings.directory, settings.run, site.name);
      const { discovery, jwks } = siteDocuments(base, site);
      await mkdir(join(folder, ".well-known"), { recursive: true });
      await writeFile(join(folder, ".well-known", "openid-configuration"), discovery);
      await writeFile(join(folder, "jwks.json"), jwks);
    }
  } catch (cause) {
    const { code = "an error" } = cause as NodeJS.ErrnoException;
    throw new SandboxSetupError(
      "PROBE_PUBLISH",
      `--publish ${settings.directory} cannot be written: ${code}.`,
      {
        cause,
      },
    );
  }
  return {
    isLive: false,
    urlOf: (site) => siteUrl(base, site),
    hits: () => 0,
    firstHeldMs: async () => undefined,
    close: async () => {},
    files: served.length * 2,
    checkUrl: `${base.https}/main/.well-known/openid-configuration`,
  };
}
