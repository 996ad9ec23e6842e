// Owns the address and the page on which the first owner is made. Pure.
import type { ConsolePage } from "../../views/console_pages.ts";
import type { Field } from "../../views/parts.ts";
import type { Refused } from "../place.ts";
import { shownForm } from "../refusals.ts";

export const firstStartPath = "/console/first";

/**
 * The link that `tti serve` prints.
 * @param consoleUrl the console's origin
 * @param secret what it carries
 */
export function firstStartUrl(consoleUrl: string, secret: string): string {
  return `${consoleUrl}${firstStartPath}?token=${secret}`;
}

const fieldsOfForm: readonly Field[] = [
  {
    id: "email",
    label: "E-mail address",
    type: "email",
    required: true,
    autocomplete: "username",
    hint: "What you will sign in with.",
  },
  {
    id: "name",
    label: "Name",
    autocomplete: "name",
    hint: "Empty: none. If the address has an account already, that account keeps its name.",
  },
  {
    id: "password",
    label: "Password",
    type: "password",
    required: true,
    autocomplete: "new-password",
    hint: "At least 10 characters, hard to guess: several words that have nothing to do with you.",
  },
];

/** The page; after a refused form, that form again with the fault beside its field. */
export function firstStartPage(secret: string, refused?: Refused): ConsolePage {
  const { fields, errors } = shownForm(fieldsOfForm, refused);
  const form = {
    action: firstStartPath,
    hidden: { token: secret },
    fields,
    submitLabel: "Become the owner",
  };
  return {
    head: {
      title: "Become the first owner",
      lead: "Nobody owns this installation yet. An owner may do everything here, and makes other administrators.",
    },
    errors,
    cards: [{ parts: [{ form }] }],
  };
}
