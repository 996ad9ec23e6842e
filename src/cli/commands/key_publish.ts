// The command `tti key publish`.

import type { Config } from "../../config.ts";
import { installationOf } from "../../installation.ts";
import { silentLog } from "../../log.ts";
import { buildProvider } from "../../provider/assembly/build_provider.ts";
import { createClientReader } from "../../provider/clients/client_reader.ts";
import { renderDiscovery } from "../../provider/keys/discovery_document.ts";
import type { KeyOperationContext } from "../../provider/keys/operations.ts";
import { checkPublishedCopy, writeKeyFiles } from "../../provider/keys/publish.ts";
import { placeholderKey } from "../../provider/keys/signer.ts";
import { type Command, defineCommand, UsageError } from "../command.ts";
import { withKeyAdministration } from "../key_administration.ts";
import { momentText } from "./key_text.ts";

export const publish: Command = defineCommand({
  name: "key publish",
  summary: "write discovery and JWKS as files, or check a copy of them",
  help: `Usage: tti key publish --out DIR
       tti key publish --check URL

AWS must reach discovery and JWKS under the issuer's address; the provider itself may stay
on a private network if a CDN or bucket serves the two as files.

  --out DIR     writes .well-known/openid-configuration and jwks below DIR; serve them with
                Content-Type: application/json
  --check URL   fetches what stands at URL and compares it with the keys that sign now and
                next; says by when it must be renewed. Exits 1 if a token would be refused

Example:
  $ tti key publish --out site && aws s3 sync site s3://login.example.com
  $ tti key publish --check https://login.example.com`,
  options: { out: { type: "string" }, check: { type: "string" } },
  run: ({ values, terminal }) => {
    const { out, check } = values;
    if ((out === undefined) === (check === undefined)) {
      throw new UsageError("say what to do", "Give either --out DIR or --check URL");
    }
    return withKeyAdministration(async (keys, config) => {
      const context = { ...keys, issuer: config.issuer, discovery: await readDiscovery(keys, config) };
      const at = (ms: number): string => momentText(ms, keys.clock().getTime());
      if (check !== undefined) {
        const judgement = await checkPublishedCopy(context, check);
        const lines = [
          judgement.ok ? "The copy serves every token signed now and next." : "The copy must be renewed now.",
          ...judgement.problems.map((problem) => `! ${problem}`),
          ...judgement.notes.map((note) => `- ${note}`),
          ...(judgement.ok ? [`Renew it by ${at(judgement.renewByMs)}, and ${sooner}.`] : []),
        ];
        terminal.result(judgement, lines.join("\n"));
        return judgement.ok ? 0 : 1;
      }
      const written = await writeKeyFiles(context, out ?? "");
      const renewal = `Write them again by ${at(written.renewByMs)}, and ${sooner}.`;
      terminal.result(written, [...written.files.map((file) => `wrote ${file}`), renewal].join("\n"));
      return 0;
    });
  },
});

// The date follows the schedule, which these change.
const sooner = "at once after `tti key rotate` or `tti key revoke`";

/** The provider's own discovery document, from a Provider that is never served. */
async function readDiscovery(keys: KeyOperationContext, config: Config): Promise<Buffer> {
  const { db, clock } = keys;
  const provider = buildProvider(
    installationOf(config, { db, clock, log: silentLog, secrets: [new Uint8Array(32)] }),
    {
      clients: createClientReader(db),
      fetch: () => Promise.reject(new Error("a command makes no requests for the provider")),
      logoutPut: () => undefined,
    },
    { keys: [placeholderKey()] },
  );
  return renderDiscovery(provider);
}
