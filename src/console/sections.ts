// Owns the console's navigation: its sections, in order.
import type { NavEntry } from "../views/parts.ts";

const sections = {
  overview: { label: "Overview", url: "/console" },
  people: { label: "People", url: "/console/people" },
  organizations: { label: "Organizations", url: "/console/organizations" },
  applications: { label: "Applications", url: "/console/applications" },
  apis: { label: "APIs", url: "/console/apis" },
  accessors: { label: "Data accessors", url: "/console/accessors" },
  mail: { label: "Mail", url: "/console/mail" },
  activity: { label: "Activity", url: "/console/activity" },
  keys: { label: "Signing keys", url: "/console/keys" },
  inspector: { label: "Token inspector", url: "/console/inspector" },
  doctor: { label: "Doctor", url: "/console/doctor" },
  errors: { label: "Explain an error", url: "/console/errors" },
  administrators: { label: "Administrators", url: "/console/administrators" },
  credentials: { label: "API credentials", url: "/console/credentials" },
} as const;

/** A section of the console. */
export type Section = keyof typeof sections;

/** The navigation, as it stands in a section. */
export function navigationAt(section: Section | undefined): NavEntry[] {
  return Object.entries(sections).map(([name, entry]) => ({ ...entry, current: name === section }));
}
