// The commands `tti client …` that take a client's rights away, or give them back.
import {
  type ClientWithEnded,
  deleteClient,
  disableClient,
  enableClient,
  rotateClientSecret,
} from "../../admin/operations/client_access.ts";
import type { OperationContext } from "../../admin/operations/operation.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { formatFields, type Terminal } from "../terminal.ts";
import { endedRightsText, many } from "./ended_text.ts";

function defineAccessCommand(
  word: string,
  texts: { summary: string; what: string },
  operation: (context: OperationContext, input: unknown) => Promise<ClientWithEnded>,
): Command {
  return defineCommand({
    name: `client ${word}`,
    summary: texts.summary,
    help: `Usage: tti client ${word} ID

${texts.what}

Example:
  $ tti client ${word} app`,
    options: {},
    arguments: ["ID"],
    run: ({ arguments: [clientId], terminal }) =>
      withAdministration(async (context) => {
        tellClient(terminal, await operation(context, { clientId }), `${word}d`);
        return 0;
      }),
  });
}

const disable = defineAccessCommand(
  "disable",
  {
    summary: "keep an application from everything, for now",
    what: `The client proves itself nowhere any more: no sign-in, no token, no call of the API. Grants,
codes and tokens of its users, its own access tokens and the logins it vouched for end at
once, on every instance. Its registration stays.`,
  },
  disableClient,
);

const enable = defineAccessCommand(
  "enable",
  {
    summary: "let a disabled application work again",
    what: `Enables the client. What ended when it was disabled does not come back: its users sign in
again.`,
  },
  enableClient,
);

const remove = defineCommand({
  name: "client delete",
  summary: "remove an application for good",
  help: `Usage: tti client delete ID [--yes]

Deletes the client, and ends what it was given, at once and on every instance. Without
--yes nothing happens: the command says what would end, and exits with 1. The id may be
registered again, as a new client.

  --yes   you mean it

Example:
  $ tti client delete app --yes`,
  options: { yes: { type: "boolean" } },
  arguments: ["ID"],
  run: ({ values, arguments: [clientId], terminal }) =>
    withAdministration(async (context) => {
      const dryRun = values.yes !== true;
      const result = await deleteClient(context, { clientId, dryRun });
      tellClient(
        terminal,
        { ...result, ...(dryRun ? { dryRun } : {}) },
        dryRun ? "would be deleted" : "deleted",
      );
      if (dryRun) terminal.say(`Nothing was done. If you mean it: tti client delete ${clientId} --yes`);
      return dryRun ? 1 : 0;
    }),
});

const rotateSecret = defineCommand({
  name: "client rotate-secret",
  summary: "give an application another secret",
  help: `Usage: tti client rotate-secret ID

Makes a new secret and shows it once. The old one counts no more, at once; access tokens
the client got for itself with it end. What its users let it do stays.

Example:
  $ tti client rotate-secret app`,
  options: {},
  arguments: ["ID"],
  run: ({ arguments: [clientId], terminal }) =>
    withAdministration(async (context) => {
      const rotated = await rotateClientSecret(context, { clientId });
      terminal.result(
        rotated,
        formatFields([
          ["client_id", rotated.client.clientId],
          ["client_secret", rotated.clientSecret],
          ["ended", many(rotated.ended.tokens, "access token")],
        ]),
      );
      if (!terminal.json) terminal.say("The secret is shown this once; only its hash is kept.");
      return 0;
    }),
});

function tellClient(terminal: Terminal, told: ClientWithEnded & { dryRun?: boolean }, state: string): void {
  terminal.result(
    told,
    formatFields([
      ["client_id", told.client.clientId],
      ["state", state],
      ["ended", endedRightsText(told.ended)],
    ]),
  );
}

export const clientAccessCommands: readonly Command[] = [disable, enable, remove, rotateSecret];
