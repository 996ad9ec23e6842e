// Owns the classes of published vulnerabilities in software like this, which every release is tried against: each has a
// defence of its own in this folder, or stands here with the reason why it cannot apply.

/** A class, its published examples, and what holds here. */
export interface CveClass {
  title: string;
  examples: readonly string[];
  /** Why nothing here can have it; absent: a defence answers it. */
  notHere?: string;
}

/** By number. Numbers are stable. */
export const cveClasses: Readonly<Record<number, CveClass>> = {
  1: {
    title: "redirect URIs matched loosely",
    examples: ["CVE-2024-52289", "CVE-2023-6291", "CVE-2024-8883"],
  },
  2: {
    title: "parameters sent twice, open redirects",
    examples: ["CVE-2026-9689", "CVE-2023-6927", "CVE-2025-32379"],
  },
  3: { title: "PKCE left out or downgraded", examples: ["CVE-2023-48228", "CVE-2024-23647"] },
  4: { title: "codes and refresh tokens used twice in a race", examples: ["CVE-2026-1035", "CVE-2026-4282"] },
  5: { title: "assertions and hand-overs replayed", examples: ["CVE-2025-46815", "CVE-2020-5300"] },
  6: { title: "audience or expiry of incoming tokens not checked", examples: ["CVE-2026-55669"] },
  7: { title: "replay records that fill the store", examples: ["CVE-2025-2559"] },
  8: { title: "one tenant taken for another", examples: ["CVE-2026-55670", "CVE-2026-29067"] },
  9: { title: "reserved claims overwritten", examples: ["CVE-2024-29892"] },
  10: { title: "addresses marked as proven by their owner", examples: ["CVE-2026-27946"] },
  11: {
    title: "host and forwarded headers believed",
    examples: ["CVE-2026-27959", "CVE-2026-33495", "CVE-2026-40575"],
  },
  12: {
    title: "client addresses forged to pass limits",
    examples: ["CVE-2024-47070", "CVE-2023-36456", "CVE-2026-45364"],
  },
  13: {
    title: "second factors guessed or skipped",
    examples: ["CVE-2025-64102", "CVE-2026-8830"],
  },
  14: {
    title: "sessions fixed, sign-ins continued in another browser",
    examples: ["CVE-2026-7507", "CVE-2025-12390"],
  },
  15: {
    title: "device flow approved by the wrong person",
    examples: ["CVE-2024-38371", "CVE-2026-45337"],
  },
  16: { title: "scopes and grants beyond what a client may ask", examples: ["CVE-2024-52287"] },
  17: {
    title: "requests sent to private networks for a stranger",
    examples: ["CVE-2025-67494", "CVE-2026-27945"],
  },
  18: {
    title: "administration open to others, keys readable",
    examples: ["CVE-2024-42490", "CVE-2026-9090"],
  },
  19: { title: "templates or code from outside run", examples: ["CVE-2026-25227", "CVE-2022-29078"] },
  20: { title: "the algorithm taken from the token", examples: ["CVE-2022-23540", "CVE-2026-34950"] },
  21: { title: "size and compression bombs", examples: ["CVE-2024-28176", "CVE-2026-4634"] },
  22: { title: "one kind of token taken for another", examples: ["CVE-2025-12421"] },
  23: { title: "answers readable from foreign origins", examples: ["CVE-2026-37977", "CVE-2024-1249"] },
  24: { title: "script in pages", examples: ["CVE-2026-29191"] },
  25: { title: "secrets in logs and cookies", examples: ["CVE-2024-4540"] },
  26: { title: "expired tokens exchanged", examples: ["IAM Identity Center, 2023"] },
};
