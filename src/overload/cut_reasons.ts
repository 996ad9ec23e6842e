// Owns why connections are cut off. Names are labels of metrics: add, do not rename.

/** Each reason, with what it means. */
export const cutReasons = {
  full: "the port held as many connections as it may",
  network: "one network held as many of them as it may; where a proxy stands in front nobody is counted so",
  headers: "the headers of a request were larger than they may be",
  slow: "a request did not arrive in its time",
  silent: "nothing was sent or taken for two minutes",
  pipelined: "more requests were sent than may wait for their answers on one connection",
  malformed: "what was sent is no HTTP/1.1",
} as const;
export type CutReason = keyof typeof cutReasons;
