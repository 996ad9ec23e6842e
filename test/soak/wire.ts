// Owns how clients of a soak ask: by whom they are known, in what time an answer has to come, and how often an honest
// client tries again.
import { setTimeout as sleep } from "node:timers/promises";
import type { Answered } from "./history.ts";

/** An answer, read to its end. */
export interface Answer extends Answered {
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** No answer came: the connection was refused, cut, or the proxy in front had nobody to ask. */
export const noAnswer = 0;

/** In this time there is an answer, whatever happens. */
const longestMs = 30_000;
/** How long an honest client goes on trying: a call whose instance was killed may be sent again after a minute. */
const patienceMs = 90_000;

/** Sends one request. What does not come is an answer of status 0; 502 is the proxy's word for it. */
export async function send(url: string | URL, init: RequestInit = {}): Promise<Answer> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      ...init,
      signal: AbortSignal.timeout(longestMs),
    });
    const text = await response.text();
    return {
      status: response.status === 502 ? noAnswer : response.status,
      requestId: response.headers.get("x-request-id") ?? undefined,
      headers: response.headers,
      text,
      body: readJson(text),
    };
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    const text = late ? `no answer in ${longestMs / 1000} s` : "the connection was cut";
    return { status: late ? 598 : noAnswer, requestId: undefined, headers: new Headers(), text, body: {} };
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Whether an answer says "not now", or none came. */
export const isNotNow = ({ status }: Answer): boolean =>
  status === noAnswer || status === 503 || status === 429;

/** Whether an answer says "not now" without a word about when. */
export const lacksTime = ({ status, headers }: Answer): boolean =>
  (status === 503 || status === 429) && !headers.has("retry-after");

/** What honest trying led to. */
export interface Tried {
  answer: Answer;
  attempts: number;
}

/**
 * Asks until there is an answer that is not "not now", as a client should: after the time it was told, or half a second.
 * @param ask sends it once more
 */
export async function tryHonestly(ask: () => Promise<Answer>): Promise<Tried> {
  const deadlineMs = performance.now() + patienceMs;
  for (let attempts = 1; ; attempts += 1) {
    const answer = await ask();
    if (!isNotNow(answer) || performance.now() > deadlineMs) return { answer, attempts };
    const seconds = Number(answer.headers.get("retry-after") ?? 0.3);
    await sleep(Math.min(seconds * 1000, 5_000));
  }
}

/** A form to post. */
export const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { accept: "application/json", ...headers },
  body: new URLSearchParams(fields),
});
