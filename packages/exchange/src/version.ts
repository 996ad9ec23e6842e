// The mark this library leaves in what it sends to AWS, as AWS's own libraries do. The number is package.json's.

/** This package's version. */
export const version = "0.1.0";

/** Name and version for the user agent of AWS calls; CloudTrail shows it. */
export const userAgentMark: readonly [name: string, version: string] = ["tti-exchange", version];
