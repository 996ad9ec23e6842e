// Owns whether a run goes through all of what a day's run takes a share of: CONTRIBUTING.md lists of what, and how much.

/** Whether this is the run of a night: its workflow sets TTI_PROPERTY_SEED. */
export const atNight = (process.env["TTI_PROPERTY_SEED"] ?? "") !== "";
