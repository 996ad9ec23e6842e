// Owns what a page says of the form that led to it (post, redirect, get). What waits in the browser's cookie is the name of a
// sentence of ours, never words: whoever plants one makes a page say one of these.
const sentences = {
  created: "Created.",
  saved: "Saved.",
  address_changed: "The address is changed. What stood for the one before has ended.",
  unchanged: "It was so already. Nothing was changed.",
  disabled: "Disabled. What stood has ended.",
  enabled: "Enabled. What was ended does not come back.",
  deleted: "Deleted.",
  removed: "Removed.",
  signed_out: "Signed out everywhere.",
  factors_reset: "Their second factors are removed, and they are signed out everywhere.",
  ended: "Ended.",
  verified: "The domain is verified.",
  rotated: "The next key signs sooner now.",
  invited: "The invitation is on its way.",
  withdrawn: "The invitation is withdrawn.",
  mail_retried: "It waits to be sent again.",
  mail_given_up: "It is given up.",
  revoked: "The key is out of the published keys.",
} as const;

/** The name of a sentence. */
export type NewsKey = keyof typeof sentences;

/** The sentence of this name; undefined for none of ours. */
export function newsText(key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(sentences, key) ? sentences[key as NewsKey] : undefined;
}
