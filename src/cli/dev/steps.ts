// Owns telling the steps of a proof as they pass, with the time each took.
import type { Terminal } from "../terminal.ts";

/** A step that passed. */
export interface PassedStep {
  name: string;
  /** Seconds since the step before. */
  seconds: number;
}

/** Tells steps and remembers them. */
export class Steps {
  readonly passed: PassedStep[] = [];
  readonly #terminal: Terminal;
  #sinceMs = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Tells that a step passed. */
  pass(name: string): void {
    const seconds = this.#lap();
    this.passed.push({ name, seconds });
    const mark = this.#terminal.style("green", "✓");
    this.#terminal.say(`${mark} ${name} ${this.#terminal.style("dim", `${seconds.toFixed(2)} s`)}`);
  }

  /** Tells that a step did not pass. */
  failed(name: string): void {
    this.#terminal.say(`${this.#terminal.style("red", "✗")} ${name}`);
  }

  #lap(): number {
    const nowMs = performance.now();
    const seconds = (nowMs - this.#sinceMs) / 1000;
    this.#sinceMs = nowMs;
    return Math.round(seconds * 1000) / 1000;
  }
}
