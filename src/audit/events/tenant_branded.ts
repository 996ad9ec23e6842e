// Owns the event of a change to how an organization's pages look.
import type { EventTypeEntry } from "./event_type.ts";

export const tenantBranded = {
  meaning:
    "How a tenant's pages look changed. Each changed member stands with its old value beside it; empty: none.",
  always: ["tenant"],
  details: {
    color: "its brand colour",
    colorWas: "the colour before",
    supportUrl: "where its people get help",
    supportUrlWas: "where they did before",
    policyUrl: "its privacy policy",
    policyUrlWas: "the one before",
    termsUrl: "its terms of service",
    termsUrlWas: "those before",
  },
} as const satisfies EventTypeEntry;
