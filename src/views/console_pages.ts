// Owns the models of the console's pages: a head, and below it cards of parts. What is on each is decided by src/console.
import type {
  Action,
  Badge,
  Banner,
  Code,
  Confirm,
  Empty,
  Field,
  Filters,
  FormErrors,
  Head,
  KeyValues,
  LookLogo,
  Pager,
  Secret,
  Table,
  Tabs,
  Timeline,
} from "./parts.ts";

/** Fields of a form that belong together. */
export interface FieldGroup {
  legend: string;
  fields: readonly Field[];
}

/** A form that posts to its own address. */
export interface ConsoleForm {
  action: string;
  fields: readonly Field[];
  /** After the fields. */
  groups?: readonly FieldGroup[] | undefined;
  /** What it carries that nobody types. */
  hidden?: Readonly<Record<string, string>> | undefined;
  submitLabel: string;
  cancelUrl?: string | undefined;
}

/** When each key is published and when it signs, drawn to scale; what the drawing says stands beside it in words. */
export interface KeySchedule {
  /** Of the drawing's whole width. */
  label: string;
  /** Where now is, in thousandths from the left. */
  now: number;
  rows: readonly {
    name: string;
    /** In words. */
    said: string;
    published: Span;
    signs?: Span | undefined;
  }[];
}

/** A stretch of the drawing, in thousandths of its width. */
export interface Span {
  from: number;
  length: number;
}

/** A row of a card: what it is, its state if that is not the usual one, and what may be done. */
export interface ConsoleRow {
  text: string;
  url?: string | undefined;
  note?: string | undefined;
  badge?: Badge | undefined;
  actions?: readonly Action[] | undefined;
}

/** A rule that something was held to. */
export interface Check {
  state: "ok" | "bad" | "warn";
  text: string;
  why?: string | undefined;
  fix?: string | undefined;
}

/** One thing on a card. */
export type ConsolePart =
  | { text: string }
  | { kv: KeyValues }
  | { table: Table }
  | { filters: Filters }
  | { pager: Pager }
  | { rows: readonly ConsoleRow[] }
  | { timeline: Timeline }
  | { code: Code }
  | { schedule: KeySchedule }
  | { checks: readonly Check[] }
  | { empty: Empty }
  | { picture: LookLogo }
  | { form: ConsoleForm };

/** A card of a page. */
export interface ConsoleCard {
  /** Absent: the page's own head says what it is. */
  title?: string | undefined;
  action?: Action | undefined;
  /** What is on it ends something. */
  danger?: boolean | undefined;
  parts: readonly ConsolePart[];
}

/** A page of the console. */
export interface ConsolePage {
  head: Head;
  /** News of what was just done, and what needs attention. */
  banners?: readonly Banner[] | undefined;
  /** Why the form that was just sent was refused. */
  errors?: FormErrors | undefined;
  tabs?: Tabs | undefined;
  cards?: readonly ConsoleCard[] | undefined;
  /** Cards beside the others, where there is room. */
  side?: readonly ConsoleCard[] | undefined;
  /** The question whether to go on; its form posts to where the page is. */
  confirm?: Omit<Confirm, "form"> & { action: string };
  secret?: Secret | undefined;
}
