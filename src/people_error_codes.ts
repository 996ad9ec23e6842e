// Owns the codes of refusals on single things of people, tenants and applications; errors.ts has all others, and what a code is.
import { passkeyErrorCodes } from "./passkey_error_codes.ts";

/** Part of the catalogue in errors.ts. */
export const peopleErrorCodes = {
  ...passkeyErrorCodes,
  factor_code_wrong: {
    status: 401,
    meaning: "The code of the authenticator app, or the recovery code, is not right.",
    fix: "Type the code that the app shows now; its clock must be right to half a minute. A recovery code counts once.",
  },
  factor_code_used: {
    status: 401,
    meaning: "The code of the authenticator app was used already, or one after it was.",
    fix: "Wait for the next code of the app.",
  },
  factor_exists: {
    status: 409,
    meaning: "The account has an authenticator app already; there is one at a time.",
    fix: "Remove it first, then set up the other.",
  },
  factor_needed: {
    status: 409,
    meaning: "It is the person's last second factor, and an organization of theirs requires one.",
    fix: "Add a passkey first, or move to another authenticator app in place of removing this one.",
  },
  factor_unreadable: {
    status: 500,
    meaning:
      "The stored secret of an authenticator app was sealed with a secret that `TTI_SECRETS` does not hold.",
    fix: "Add the former secret to `TTI_SECRETS`, after the first, and run `tti key reseal`. If it is lost, the person signs in with a recovery code, or an administrator resets their factors.",
  },
  factor_required: {
    status: 403,
    meaning: "The tenant requires of its people a second factor that the login did not prove.",
    fix: 'Sign in with the factor. Who vouches for a login says `mfa` in `amr` where there were two (RFC 8176), such as `["pwd", "otp", "mfa"]`.',
  },
  passkey_required: {
    status: 403,
    meaning:
      "The tenant requires a passkey of its people, and the login was made without one; a code does not do.",
    fix: "Sign in with a passkey. Who has none adds one at the next sign-in, or on `/account/passkeys`. Who vouches for a login by one says `mfa` in `amr`, with `hwk`, `swk` or `pop` (RFC 8176).",
  },
  account_ambiguous: {
    status: 409,
    meaning: "The name is the id of one account and the e-mail address of another, so it names neither.",
    fix: "Say `id:` before the id to mean the account of that id; name the other one by its own id. `tti user list` shows both.",
  },
  session_not_found: {
    status: 404,
    meaning: "The person has no browser session of this id, or it has ended.",
    fix: "List those that live with `tti session list --user`.",
  },
  grant_not_found: {
    status: 404,
    meaning: "The person has let no application do anything by a grant of this id, or it has ended.",
    fix: "List those that stand with `tti grant list --user`.",
  },
  account_before_domain: {
    status: 409,
    meaning:
      "The account is older than the organization's proof of the domain, so others may know its password.",
    fix: "Whoever runs the service sets it a new password (`tti user password`), then adds it (`tti user add`).",
  },
  link_over: {
    status: 410,
    meaning:
      "The link from a mail was used, is too old, or something has ended it since: a new password, another address, a disabled account.",
    fix: "Ask for another: **Forgot your password?** on the sign-in page, or an invitation from whoever sent the first.",
  },
  mail_not_configured: {
    status: 409,
    meaning: "The installation sends no mail.",
    fix: "Set `SMTP_URL` and `TTI_MAIL_FROM`, or set a password and hand it over yourself.",
  },
  mail_not_found: {
    status: 404,
    meaning: "No mail in the outbox has this id; what was sent stays a week, what failed a month.",
    fix: "List the outbox.",
  },
  mail_not_waiting: {
    status: 409,
    meaning: "The mail was sent, or given up already; one that waits may be given up by hand.",
    fix: "Look what became of it.",
  },
  mail_not_failed: {
    status: 409,
    meaning: "The mail waits to be sent, or was sent; one that failed may be tried again by hand.",
    fix: "Look when it is tried next.",
  },
  last_admin: {
    status: 409,
    meaning: "Nobody else who can sign in administers the organization, so this one stays.",
    fix: 'Make somebody else its administrator first (`tti member update --role admin`), or say that it may be without: `--allow-no-admin`, over HTTP `"allowNoAdmin": true`.',
  },
  tenant_id_alike: {
    status: 409,
    meaning: "A tenant has, or had, an id that looks like this one: the two would be taken for each other.",
    fix: "Choose an id that differs by more than capitals, `_` for `-`, 0 for O, or 1 for l.",
  },
  tenant_id_used: {
    status: 409,
    meaning: "A tenant that was deleted had this id; an id is given once.",
    fix: "Choose another id.",
  },
  trial_under_way: {
    status: 409,
    meaning: "A data accessor of the customer is being tried just now, or several customers' are.",
    fix: "Wait until it has ended, half a minute at most, then try again.",
  },
  onboarding_link_over: {
    status: 403,
    meaning:
      "The onboarding link has ended: it is too old, was revoked or followed by another, or does not exist.",
    fix: "Make another with `tti onboard link TENANT`.",
  },
  onboarding_link_used: {
    status: 403,
    meaning: "The onboarding link was used already, by another browser; a link is used once.",
    fix: "Go on in that browser, or make another link with `tti onboard link TENANT`: that one is ended by it.",
  },
  onboarding_no_cookie: {
    status: 400,
    meaning:
      "The browser keeps no cookies, so it could not go on with the onboarding link; the link was not used.",
    fix: "Allow cookies for this address, then open the link again.",
  },
  onboarding_busy: {
    status: 429,
    meaning: "A customer's data accessor is being tested, or was many times in this hour.",
    fix: "Wait as many seconds as the answer says, and look how the test that is under way ended.",
  },
  client_not_found: {
    status: 404,
    meaning: "No client (relying party) has this id.",
    fix: "List the clients with `tti client list`, or register it with `tti client create`.",
  },
  client_exists: {
    status: 409,
    meaning: "A client with this id exists already.",
    fix: "Use it, or choose another client id.",
  },
} as const;
