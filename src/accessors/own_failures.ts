// Owns what this provider itself says of a failure, read back from where somebody copied it: an answer of OAuth, the body of
// /health/ready, a line of its log. Pure; what AWS says is read elsewhere (tti-exchange).
import { type StoreFaultKind, storeFaultKinds } from "../db/store_fault_kinds.ts";

/** One explanation of words of ours. */
interface OwnFailure {
  code: string;
  step: undefined;
  title: string;
  causes: readonly string[];
  fix: string;
}

const storeFix =
  "Look for the line `the store does not serve` in the log; its `kind` leads to the row of docs/faults.md, and that to what to do. It goes on by itself once the store answers.";

const answers: ReadonlyMap<string, OwnFailure> = new Map([
  [
    "temporarily_unavailable",
    {
      code: "temporarily_unavailable",
      step: undefined,
      title: "the provider could not serve this at that moment; nothing need be changed in the request",
      causes: [
        "Its database did not answer, took no writes or had no connection free.",
        "More was asked of the instance than it could serve in time.",
        "Nothing could be signed.",
      ],
      fix: "Send it again after `Retry-After`. If it stays: `tti doctor`, the answer of /health/ready, and the line `request failed` with the same requestId in the log, which names the cause.",
    },
  ],
  [
    "server_error",
    {
      code: "server_error",
      step: undefined,
      title: "the provider failed by a fault of its own",
      causes: [],
      fix: "Look for the line `request failed` with the same requestId in the log of the instances: it has the cause. Report it with that line.",
    },
  ],
]);

const notServing =
  /"?(?:the store (?:cannot be (?:written|reached)|does not answer in time|does not serve)|the store's connections fail)/;

/** Whether a text is a line of this provider's own log. */
const isOwnLine = (text: string): boolean =>
  /^\s*\{.*"level"\s*:\s*"\w+".*"msg"\s*:/s.test(text) && /"(?:requestId|kind|reason)"\s*:/.test(text);

/**
 * Explains words of this provider.
 * @param text what somebody copied
 * @param ofAws whether it names an error or a call of AWS: of `server_error` both speak
 * @returns the likeliest first; `alone`: nothing else than they can be meant
 */
export function explainOwnWords(text: string, ofAws: boolean): { found: OwnFailure[]; alone: boolean } {
  const bounded = text.slice(0, 65_536);
  const line = isOwnLine(bounded);
  if (ofAws && !line) return { found: [], alone: false };
  const kind = /"kind"\s*:\s*"([a-z_]{2,30})"/.exec(bounded)?.[1] ?? "";
  const found: OwnFailure[] = [];
  if (line && Object.hasOwn(storeFaultKinds, kind)) {
    found.push(ofStore(kind, storeFaultKinds[kind as StoreFaultKind]));
  } else if (notServing.test(bounded)) {
    found.push(ofStore("unavailable", "the store does not serve, so the instance is not ready"));
  }
  const coded = /["']?\b(?:error|code)["']?\s{0,3}[:=]\s{0,3}["']?(\w{3,40})/.exec(bounded)?.[1] ?? "";
  const whole = answers.get(/^\w+$/.test(bounded.trim()) ? bounded.trim() : coded);
  if (whole !== undefined) found.push(whole);
  // A bare `server_error` may be AWS's as well: ours comes first, and its explanation stays.
  return { found, alone: found.length > 0 && (line || found.some(({ code }) => code !== "server_error")) };
}

const ofStore = (kind: string, title: string): OwnFailure => ({
  code: `store_${kind}`,
  step: undefined,
  title,
  causes: [],
  fix: storeFix,
});
