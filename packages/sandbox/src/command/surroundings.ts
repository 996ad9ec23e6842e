// What the commands of tti-sandbox talk to.

/** Streams, the end, and a person at a terminal. */
export type CommandSurroundings = {
  /** Takes results. */
  out(text: string): void;
  /** Takes progress, hints and errors. */
  err(text: string): void;
  /** Resolves when the command shall stop. */
  stopped(): Promise<void>;
  /** Asks a person a question that is answered by yes or no; absent without a terminal. */
  ask?: (question: string) => Promise<boolean>;
};
