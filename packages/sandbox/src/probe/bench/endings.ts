// How a probe ends without a value.

/** AWS answered, but not the question. */
export class Undecided extends Error {
  override readonly name = "Undecided";
}

/** The person ended the run. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}
