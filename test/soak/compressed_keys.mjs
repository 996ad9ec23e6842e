// Loaded before `tti serve`: the durations of signing keys, which are days and minutes in life, become seconds. Whichever
// release it is, only the policy's numbers are others.
import { registerHooks } from "node:module";

const numbers = [
  [/jwksMaxAgeSeconds: 300/, "jwksMaxAgeSeconds: 3"],
  [/pollIntervalSeconds: 5/, "pollIntervalSeconds: 0.5"],
  [/clockSkewSeconds: 30/, "clockSkewSeconds: 1"],
  [/publishLeadSeconds: settings\.keyPublishLeadSeconds/, "publishLeadSeconds: 15"],
  [/signingPeriodSeconds: settings\.keySigningPeriodSeconds/, "signingPeriodSeconds: 20"],
];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!/\/provider\/keys\/policy\.[jt]s$/.test(url)) return loaded;
    let source = String(loaded.source);
    for (const [number, other] of numbers) {
      if (!number.test(source)) throw new Error(`the key policy has no ${number}`);
      source = source.replace(number, other);
    }
    return { ...loaded, source };
  },
});
