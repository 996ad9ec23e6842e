// The commands `tti tenant set-logo` and `tti client set-logo`, which read a file.
import { closeSync, openSync, readSync } from "node:fs";
import { setClientLogo } from "../../admin/operations/client_logo.ts";
import { logoText, type ShownLogo } from "../../admin/operations/logo_shape.ts";
import { setTenantLogo } from "../../admin/operations/tenant_logo.ts";
import { OperationError } from "../../errors.ts";
import { mostFileBytes } from "../../provider/looks/png_file.ts";
import { type LocalContext, withAdministration } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { formatFields } from "../terminal.ts";

/** What came of it. */
interface Told {
  id: string;
  logo: ShownLogo;
  unchanged?: true | undefined;
  /** What programs read. */
  document: object;
}

type SetLogo = (context: LocalContext, id: string, given: { png: string; dryRun?: true }) => Promise<Told>;

function logoCommand(word: "tenant" | "client", whose: string, set: SetLogo): Command {
  return defineCommand({
    name: `${word} set-logo`,
    summary: `give ${whose} a logo`,
    help: `Usage: tti ${word} set-logo ID FILE [--dry-run] [--json]

Gives ${whose} a logo, in place of the one it had. FILE is a PNG: at most 40 KiB and
512 × 256 pixels, 8 bits a channel, neither interlaced nor animated. It is drawn anew, and
its pixels alone are kept: no remarks, no place, no date, no colour profile. Pages show it
32 pixels high, in the dark on a light plate (docs/branding.md).

  --dry-run   only look at the file, and say what would come of it
  --json      print one JSON document

Example:
  $ tti ${word} set-logo ${word === "tenant" ? "acme" : "app"} logo.png`,
    options: { "dry-run": { type: "boolean" } },
    arguments: ["ID", "FILE"],
    typedNames: { png: "FILE" },
    run({ values, arguments: [id = "", path = ""], terminal }) {
      const png = readPicture(path).toString("base64");
      return withAdministration(async (context) => {
        const dryRun = values["dry-run"] === true;
        const told = await set(context, id, { png, ...(dryRun ? { dryRun } : {}) });
        const fields: [string, string][] = [
          [word === "tenant" ? "id" : "client_id", told.id],
          ["logo", logoText(told.logo)],
        ];
        terminal.result(told.document, formatFields(fields));
        if (terminal.json) return 0;
        if (told.unchanged) terminal.say("It is that logo already. Nothing was changed.");
        else if (dryRun) terminal.say("Nothing was done: this is what would be.");
        return 0;
      });
    },
  });
}

// No more of it than is needed to see that it is too much.
function readPicture(path: string): Buffer {
  try {
    const file = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(mostFileBytes + 1);
      let size = 0;
      for (let read = -1; read !== 0 && size < buffer.length; size += read)
        read = readSync(file, buffer, size, buffer.length - size, null);
      return buffer.subarray(0, size);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new OperationError("invalid_input", "FILE cannot be read.", {
      field: "FILE",
      fix: "Name a file that is there and that you may read.",
      cause,
    });
  }
}

/** `tti tenant set-logo`. */
export const tenantLogoCommand: Command = logoCommand("tenant", "a customer", async (context, id, given) => {
  const brand = await setTenantLogo(context, { id, ...given });
  return { id: brand.id, logo: brand.logo, unchanged: brand.unchanged, document: brand };
});

/** `tti client set-logo`. */
export const clientLogoCommand: Command = logoCommand(
  "client",
  "an application",
  async (context, clientId, given) => {
    const told = await setClientLogo(context, { clientId, ...given });
    return { id: clientId, logo: told.client.logo, unchanged: told.unchanged, document: told };
  },
);
