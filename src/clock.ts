// Owns the one place where real time enters the product. Everything else takes a Clock, so that tests
// can walk through a year in a second.

/** Returns the present moment. */
export type Clock = () => Date;

/** The machine's own clock. */
export const systemClock: Clock = () => new Date();
