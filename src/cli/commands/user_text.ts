// Owns how a user is told to an operator.
import type { UserWithEnded } from "../../admin/operations/user_access.ts";
import type { User } from "../../admin/operations/users.ts";
import { endedText } from "../../provider/sessions/end_sign_ins.ts";
import { formatFields, type Terminal } from "../terminal.ts";

/** A user's state in a word or two. */
export function stateOf(user: User): string {
  if (user.disabledAtMs !== null) return "disabled";
  return user.emailVerifiedAtMs === null ? "e-mail not proven" : "enabled";
}

/** Prints a user, with the password if one was generated, and what was ended. */
export function tellUser(
  terminal: Terminal,
  user: User,
  generatedPassword?: string,
  ended?: UserWithEnded["ended"],
): void {
  const memberships = user.memberships.map(({ tenantId, role }) => `${tenantId} (${role})`);
  terminal.result(
    {
      ...user,
      ...(generatedPassword === undefined ? {} : { generatedPassword }),
      ...(ended === undefined ? {} : { ended }),
    },
    formatFields([
      ["id", user.id],
      ["email", user.email ?? "none"],
      ["name", user.name ?? "unknown"],
      ["state", stateOf(user)],
      ["tenants", memberships.join(", ") || "none"],
      ...(generatedPassword === undefined ? [] : ([["password", generatedPassword]] as const)),
      ...(ended === undefined ? [] : ([["ended", endedText(ended)]] as const)),
    ]),
  );
  if (!terminal.json) for (const told of user.warnings ?? []) terminal.say(`Warning: ${told}`);
  if (generatedPassword !== undefined && !terminal.json) {
    terminal.say("The password is shown this once; only its hash is kept.");
  }
}
