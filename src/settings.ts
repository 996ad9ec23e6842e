// Owns the table of settings: every environment variable the product reads, in the order the documentation shows them.
// config.ts reads them; docs/configuration.md is written from here, and a test keeps the two equal.
import { addressesSettings } from "./settings/addresses.ts";
import { keysSettings } from "./settings/keys.ts";
import { mailSettings } from "./settings/mail.ts";
import { networkSettings } from "./settings/network.ts";
import { pagesSettings } from "./settings/pages.ts";
import { passwordsSettings } from "./settings/passwords.ts";
import { runningSettings } from "./settings/running.ts";
import { sessionsSettings } from "./settings/sessions.ts";
import { storeSettings } from "./settings/store.ts";
import { tokensSettings } from "./settings/tokens.ts";
import { tracingSettings } from "./settings/tracing.ts";

/** Every setting the product has. */
export const settings = {
  ...addressesSettings,
  ...storeSettings,
  ...tokensSettings,
  ...sessionsSettings,
  ...pagesSettings,
  ...passwordsSettings,
  ...mailSettings,
  ...networkSettings,
  ...keysSettings,
  ...runningSettings,
  ...tracingSettings,
};
