// The commands `tti user …` that take a right away from a user, or give it back.
import type { OperationContext } from "../../admin/operations/operation.ts";
import {
  disableUser,
  enableUser,
  setUserPassword,
  signUserOut,
  type UserWithEnded,
} from "../../admin/operations/user_access.ts";
import { withAdministration } from "../administration.ts";
import { type Command, defineCommand } from "../command.ts";
import { tellUser } from "./user_text.ts";

const password = defineCommand({
  name: "user password",
  summary: "set a user's password",
  help: `Usage: tti user password USER [--password-stdin]

Sets a new password: one that is generated and shown once, or the one on standard input.
Whoever is signed in as the user is signed out: browser sessions, codes, access and refresh
tokens end at once, on every instance.

Example:
  $ tti user password ada@acme.example`,
  options: { "password-stdin": { type: "boolean" } },
  arguments: ["USER"],
  async run({ values, arguments: [user], terminal }) {
    const given = values["password-stdin"] ? await terminal.readSecret("password") : undefined;
    return withAdministration(async (context) => {
      const changed = await setUserPassword(context, {
        user,
        ...(given === undefined ? {} : { password: given }),
      });
      tellUser(terminal, changed.user, changed.generatedPassword, changed.ended);
      return 0;
    });
  },
});

// The commands that take one user and nothing else.
function defineAccessCommand(
  word: string,
  texts: { summary: string; what: string },
  operation: (context: OperationContext, input: unknown) => Promise<UserWithEnded>,
): Command {
  return defineCommand({
    name: `user ${word}`,
    summary: texts.summary,
    help: `Usage: tti user ${word} USER

${texts.what}

USER is an e-mail address or a user id.

Example:
  $ tti user ${word} ada@acme.example`,
    options: {},
    arguments: ["USER"],
    run: ({ arguments: [user], terminal }) =>
      withAdministration(async (context) => {
        const { user: changed, ended } = await operation(context, { user });
        tellUser(terminal, changed, undefined, ended);
        return 0;
      }),
  });
}

const signOut = defineAccessCommand(
  "sign-out",
  {
    summary: "sign a user out everywhere",
    what: `Ends the user's browser sessions, codes, access and refresh tokens at once, on every
instance. They may sign in again.`,
  },
  signUserOut,
);

const disable = defineAccessCommand(
  "disable",
  {
    summary: "keep a user from signing in and from being named in a token",
    what: `Disables the account, and signs the user out everywhere. Nothing is deleted.`,
  },
  disableUser,
);

const enable = defineAccessCommand(
  "enable",
  {
    summary: "let a disabled user sign in again",
    what: `Enables the account. What was ended when it was disabled does not come back.`,
  },
  enableUser,
);

export const userAccessCommands: readonly Command[] = [password, signOut, disable, enable];
