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
    logo: "the address of its logo, in part; it is made of the picture and of chance",
    logoWas: "that of the one before",
  },
} as const satisfies EventTypeEntry;
