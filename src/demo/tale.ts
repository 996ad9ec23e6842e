// Owns what the demo tells of a customer that is let in and leaves again: what its page needs to know and to have done. How it
// is done belongs to whoever starts the demo.
import type { DemoUser } from "../views/demo_pages.ts";

/** What came of something that was done from the page. */
export interface TaleOutcome {
  ok: boolean;
  /** What it printed. */
  output: string;
}

/** How far the story is, as store and local AWS say it now. */
export interface TaleState {
  /** The organization with the provider. `gone`: deleted for good, and the story with it. */
  customer: "open" | "ended" | "gone";
  /** The id of the link that stands; undefined: none does. */
  link: string | undefined;
  /** Whether the customer's AWS account lets the vendor in. */
  letIn: boolean;
  /** Whether anything of the vendor is left in the customer's AWS account. */
  somethingLeft: boolean;
  /** Whether the five details are entered, and lead to what stands there. */
  entered: boolean;
  /** Whether the last test of them passed. */
  tested: boolean;
}

/** A link that was made; its address is told this once. */
export interface TaleLink {
  id: string;
  url: string;
}

/** The story of one customer. */
export interface Tale {
  customer: { id: string; name: string };
  /** Its people; the first administers it. */
  people: readonly DemoUser[];
  /** What does the same in a terminal. */
  commands: { script: string; link: string; status: string; offboard: string; cleanUp: string };
  state(): Promise<TaleState>;
  /** Makes a link, in place of the one before. */
  makeLink(): Promise<TaleLink>;
  /** Runs the customer's own script, as its administrator does in AWS CloudShell. */
  runScript(): Promise<TaleOutcome>;
  /** Ends the customer with the provider. */
  offboard(): Promise<void>;
  /** Runs the script that takes away at AWS what is left. */
  cleanUp(): Promise<TaleOutcome>;
  /** Opens the customer again, so that the story begins anew. */
  beginAgain(): Promise<void>;
}
