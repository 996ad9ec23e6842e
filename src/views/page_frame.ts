// Owns what pages share: what any may carry, forms, links.

/** What any page may carry besides its own content. */
export interface PageFrame {
  /** Name shown above the card, in place of the service's own (frame.ts): the demo's. */
  brandName?: string | undefined;
}

/** A form's target and, where the edge uses one, its anti-forgery token (field `csrf`). */
export interface FormModel {
  /** Path (or same-origin URL) the form is posted to. */
  action: string;
  csrfToken?: string | undefined;
}

/** Where an application says what becomes of people's data, and on which terms. */
export interface ApplicationLinks {
  policyUri?: string | undefined;
  termsUri?: string | undefined;
}

/** A way on from a page. */
export interface WayOn {
  label: string;
  url: string;
}
