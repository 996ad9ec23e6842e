// Owns what the pages of the portal need in order to be drawn: one page, put together from the parts of parts.ts.
import type {
  Action,
  Banner,
  Code,
  Confirm,
  Empty,
  Field,
  FormErrors,
  Head,
  KeyValues,
  LookLogo,
  Pager,
  Steps,
  Table,
  Tabs,
  Timeline,
} from "./parts.ts";

/** A form of the portal; it posts its fields to `action`. */
export interface PortalForm {
  action: string;
  fields: readonly Field[];
  hidden?: Readonly<Record<string, string>> | undefined;
  submitLabel: string;
  /** Not the page's one thing to do. */
  plain?: boolean | undefined;
  cancelUrl?: string | undefined;
}

/** A card of a page; whatever it holds is drawn in this order. */
export interface PortalSection {
  id: string;
  title: string;
  lead?: string | undefined;
  action?: Action | undefined;
  filters?:
    | { action: string; label: string; fields: readonly Field[]; result?: string | undefined }
    | undefined;
  table?: Table | undefined;
  pager?: Pager | undefined;
  picture?: LookLogo | undefined;
  kv?: KeyValues | undefined;
  codes?: readonly Code[] | undefined;
  timeline?: Timeline | undefined;
  empty?: Empty | undefined;
  form?: PortalForm | undefined;
  /** Links below the rest. */
  actions?: readonly Action[] | undefined;
}

/** Any page of the portal. */
export interface PortalPage {
  /** The organization's name, always in the bar; absent where none is chosen. */
  of?: string | undefined;
  home: string;
  /** Absent where nobody is signed in. */
  signOutUrl?: string | undefined;
  head: Head;
  tabs?: Tabs | undefined;
  banner?: Banner | undefined;
  errors?: FormErrors | undefined;
  confirm?: Confirm | undefined;
  /** What is to be done one after the other. */
  steps?: Steps | undefined;
  sections: readonly PortalSection[];
}

/** The portal's pages by the name of their template. */
export interface PortalPages {
  "portal/page": PortalPage;
}
