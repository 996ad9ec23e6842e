// Owns the stable codes of what is turned away because more is asked than can be served; a part of the catalogue in errors.ts.

/** Codes on more than can be served. */
export const overloadErrorCodes = {
  overloaded: {
    status: 503,
    meaning: "More is asked of this instance at the moment than it can serve in time; nothing was done.",
    fix: "Try again after as many seconds as `Retry-After` says.",
  },
  too_many_requests: {
    status: 429,
    meaning: "The client asks more often than its rate allows (`TTI_TOKEN_RATE`); nothing was done.",
    fix: "Try again after as many seconds as `Retry-After` says, and ask less often.",
  },
} as const;
