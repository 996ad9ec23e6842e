// Owns which kinds of mail there are, and for how long each is worth sending.

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What a kind of mail is. */
interface MailKindEntry {
  /** What it is for, as operators read it. */
  about: string;
  /** After how long it is given up where it could not be sent, in milliseconds. */
  worthMs: number;
}

/** Every kind. Names are kept in the store: add, do not rename. */
export const mailKinds = {
  invitation: { about: "Invitation", worthMs: 3 * dayMs },
  password_reset: { about: "Password reset", worthMs: hourMs },
  password_changed: { about: "Notice: password changed", worthMs: 3 * dayMs },
  address_proof: { about: "Proof of address", worthMs: dayMs },
  address_change: { about: "Proof of a new address", worthMs: dayMs },
  address_changing: { about: "Notice: another address was asked for", worthMs: dayMs },
  address_changed: { about: "Notice: address changed", worthMs: 3 * dayMs },
  factor_added: { about: "Notice: a second factor was added", worthMs: 3 * dayMs },
  factor_removed: { about: "Notice: a second factor was removed", worthMs: 3 * dayMs },
  recovery_code_used: { about: "Notice: a recovery code was used", worthMs: 3 * dayMs },
  passkey_copied: { about: "Notice: a passkey that may have been copied", worthMs: 3 * dayMs },
  account_closed: { about: "Notice: account closed by its person", worthMs: 3 * dayMs },
  new_device: { about: "Notice: sign-in from an unknown device", worthMs: dayMs },
} as const satisfies Record<string, MailKindEntry>;

/** The name of a kind. */
export type MailKind = keyof typeof mailKinds;

/** Whether a name is one of a kind. An older version meets kinds it does not know. */
export function isMailKind(name: string): name is MailKind {
  return Object.hasOwn(mailKinds, name);
}
