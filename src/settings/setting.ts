// Owns what a setting is: its name, what it decides, its default, and how its value is read.

/** Whether the product runs for customers, or on a developer's own machine. */
export type Mode = "production" | "development";

/** One setting. */
export interface Setting<T> {
  name: string;
  /** One sentence for docs/configuration.md. */
  doc: string;
  /** As docs/configuration.md shows it; absent where there is none. */
  defaultText?: string;
  fallback: (mode: Mode) => T;
  parse: (value: string, mode: Mode) => T;
  requiredInProduction?: string;
  /** Whether `NAME_FILE` may name a file that holds the value, so that a secret stands in no environment. */
  fromFile?: true;
  /** The setting that is of no use without this one. */
  requiredWith?: string;
}

/** Writes a setting down with its type. */
export const setting = <T>(spec: Setting<T>): Setting<T> => spec;

/** No default. */
export const none = (): undefined => undefined;
