// What a switch is: a question only AWS can answer, with the default the sandbox takes until it does.

/** How sure we are of the default (see aws-tti-contract: D documented, M model, S sample, O observed, I inferred, U unknown). */
export type Certainty =
  | "documented"
  | "model"
  | "sample"
  | "observed"
  | "inferred"
  | "unknown"
  | "contradictory";

/** One switch. */
export type Rule = {
  /** Dotted name, e.g. `token.audienceArray`. */
  name: string;
  /** Strict default; always the first of `values`. */
  default: string;
  /** Values it may take; empty when any whole number is meant. */
  values: readonly string[];
  /** The question only AWS can answer. */
  question: string;
  certainty: Certainty;
  /** Page or observation the default rests on. */
  source: string;
};
