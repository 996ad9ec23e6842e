// Owns readers of mails in every situation a mail may be written for, for the tests of what mails say.
import { factorThings, type MailFacts } from "../../src/views/mail_facts.ts";

const base: MailFacts = {
  ...{
    service: "Obsthof",
    host: "login.obsthof.example",
    forgotUrl: "https://login.obsthof.example/account/forgot",
  },
  ...{
    organization: "Acme",
    address: "neu@acme.example",
    atMs: Date.UTC(2026, 10, 26, 17, 5),
    browser: "Firefox",
  },
  ...{
    by: "person",
    byLink: true,
    what: "passkey",
    left: 1,
    hours: 24,
    administrator: false,
    taken: false,
    joined: false,
  },
};
/** One of each. */
export const mailReaders: readonly MailFacts[] = [
  base,
  { ...base, organization: undefined, address: undefined, browser: undefined, hours: 1 },
  { ...base, by: "administration", byLink: false, hours: 72 },
  { ...base, administrator: true, taken: true, joined: true },
  { ...base, joined: true, organization: undefined },
  ...factorThings.map((what) => ({ ...base, what })),
];
