// Owns members of a client's registration that come in kinds: lists without doubles, addresses people are shown, lifetimes.
import { z } from "zod";
import { lifeMember, longestLife, shortestLifeSeconds } from "../../provider/clients/lifetimes.ts";
import { says } from "./input_faults.ts";

/** A list of texts, each once. */
export function distinct(most = 10_000) {
  return z
    .array(z.string())
    .max(most)
    .superRefine((list, issues) => {
      const known = new Set<string>();
      const again = list.findIndex((one) => known.size === known.add(one).size);
      if (again < 0) return;
      const message = says("stands there already", "Name each once.");
      issues.addIssue({ code: "custom", path: [again], message });
    });
}

/** Addresses of an application that people are shown. */
export const addresses = {
  clientUri: z.string().optional().describe("Its home page."),
  logoUri: z
    .string()
    .optional()
    .describe(
      "Its logo, for pages of yours. What the provider's own show is `POST /v1/clients/{client}/logo`.",
    ),
  policyUri: z
    .string()
    .optional()
    .describe("What becomes of people's data; linked where people sign in and consent."),
  tosUri: z.string().optional().describe("Its terms of service; linked there too."),
};
/** The members that are addresses people read, by their names in OpenID Connect. */
export const addressMembers = {
  clientUri: "client_uri",
  logoUri: "logo_uri",
  policyUri: "policy_uri",
  tosUri: "tos_uri",
} as const satisfies Record<keyof typeof addresses, string>;

/** How pages look on the way to an application of the house. */
export const looks = {
  color: z
    .string()
    .optional()
    .describe(
      "Its brand colour, `#` and six hexadecimal digits: pages on the way to it wear it, where it is first-party.",
    ),
  supportUri: z
    .string()
    .optional()
    .describe("Where its people get help: https:// or mailto:. Shown on those pages."),
};
/** The members that say so, by their names in a client's metadata. */
export const lookMembers = {
  color: "brand_color",
  supportUri: "support_uri",
} as const satisfies Record<keyof typeof looks, string>;

const life = (kind: keyof typeof longestLife, what: string) =>
  z
    .int()
    .min(shortestLifeSeconds)
    .max(longestLife[kind])
    .optional()
    .describe(`${what}, in seconds; it shortens what the installation gives, and never lengthens it.`);
/** Lifetimes of its own. */
export const lifetimes = {
  accessTokenSeconds: life("accessToken", "How long an access token of a person lives"),
  idTokenSeconds: life("idToken", "How long an ID token lives"),
  refreshTokenSeconds: life("refreshToken", "How long a refresh token may lie unused"),
};
/** The members that are lifetimes, by their names in a client's metadata. */
export const lifetimeMembers = {
  accessTokenSeconds: lifeMember.accessToken,
  idTokenSeconds: lifeMember.idToken,
  refreshTokenSeconds: lifeMember.refreshToken,
} as const satisfies Record<keyof typeof lifetimes, string>;
