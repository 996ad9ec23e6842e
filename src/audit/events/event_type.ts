// Owns what a type of events is described by.

/** Whom an event may name beside the actor. */
export type EventParty = "tenant" | "account" | "client";

/** One type of events. */
export interface EventTypeEntry {
  meaning: string;
  /** Whether something was refused, or somebody tried what nobody may; absent: something was done. */
  outcome?: "refused";
  /** Named by every event of the type. */
  always?: readonly EventParty[];
  /** Named where there is one. */
  sometimes?: readonly EventParty[];
  /** Members of `details`, each with its meaning; a member that does not apply is absent. */
  details: Readonly<Record<string, string>>;
}

/** Who is named where a person is at an application, for a customer. */
export const everybody = ["tenant", "account", "client"] as const;
