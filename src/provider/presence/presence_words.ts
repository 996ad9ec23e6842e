// Owns a tenant's presence policy in a sentence, for whoever it protects. Pure.
import type { PresencePolicy } from "./presence_policy.ts";

/** A presence policy in a sentence. */
export function presenceWords(policy: PresencePolicy): string {
  switch (policy.name) {
    case "session":
      return "Applications may act for a person only while that person is signed in.";
    case "within":
      return `Applications may act for a person up to ${policy.hours} hours after their last sign-in.`;
    case "offline":
      return "Applications may act for a person who is away if that person allowed it.";
    case "never":
      return "Applications may never act for a person who is away.";
  }
}
