// Owns the kinds of throttles, and of attacks that are told while they go on: each by name, with what it counts. Closed lists:
// each rate says which kind it is, and metrics have a series for each.

/** What each rate counts. Names are labels of metrics: add, do not rename. */
export const throttles = {
  account:
    "sign-ins to one account from places it does not know; past it nobody is refused, only slowed down",
  address: "sign-ins from one network, whatever the account",
  pair: "sign-ins to one account from one network",
  browser: "sign-ins in a browser that has signed in to the account before",
  guarded: "sign-ins to an account under attack, from one network it does not know",
  factor: "codes of an authenticator app, or recovery codes, of one account whose password was right",
  device_code: "wrong codes of devices, typed from one network",
  device_polling: "askings by one device",
  reset: "askings for a new password, from one network or in one browser",
  reset_mailbox: "mails with a new password's link to one mailbox",
  invitation: "invitations to one mailbox, by one organization or by the installation",
  invitation_mailbox:
    "invitations to one mailbox, whoever sends them; past it nobody is refused, only slowed down",
  address_proof: "mails that prove an address, of one account",
  address_change: "mails to a new address, of one account",
  new_device_mail: "notices of a new device, to one person",
  mailed_link: "passwords tried with one mailed link",
  own_data: "exports of one person's data",
} as const;
export type ThrottleKind = keyof typeof throttles;

/** How long one telling speaks for an attack that goes on, in milliseconds. */
export const attackToldForMs = 600_000;

/** What attacks are told of. Names stand in the trail and are labels of metrics: add, do not rename. */
export const attacks = {
  account: "more sign-ins to one account than its rate allows, from wherever",
  network: "more sign-ins from one network than its rate allows, whatever the accounts",
  device_code: "more wrong codes of devices from one network than its rate allows",
  reset: "more askings for a new password from one network than its rate allows, whosesoever",
  reset_mailbox: "many askings for a new password of one mailbox, from wherever; few mails come of them",
  link: "many links that there are not, or no longer, from one network",
  client:
    "many wrong secrets or assertions of applications and back ends, from one network, or of one of them",
  administration:
    "many wrong keys or tokens at the administration's API, the back ends' or `/metrics`, from one network",
} as const;
export type AttackKind = keyof typeof attacks;
