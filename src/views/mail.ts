// Owns what a mail is drawn from: its words, whose it is, and the one address it leads to.

/** The words of one mail, in one language. */
export interface MailWords {
  /** Language of the words (BCP 47). */
  lang: string;
  subject: string;
  heading: string;
  lines: readonly string[];
  /** What its link does; absent: it has none. */
  action?: string | undefined;
  /** Said above the link's address, for programs that show no buttons. */
  actionHint: string;
  /** Smaller, below. */
  notes: readonly string[];
  /** What the way to help is called. */
  help: string;
}

/** A mail as it is drawn. */
export interface MailModel {
  words: MailWords;
  /** Where its link leads; absent: it has none. */
  url?: string | undefined;
  service: { name: string; host: string; supportUrl?: string | undefined };
}
