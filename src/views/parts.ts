// Owns the models of the parts that pages are put together from; each is drawn by the partial of its name.
// Plain values: the page's builder decides, the partial draws. Every text is escaped; the addresses of
// actions and cells may come from outside and are held to linkable(), the others are the page's own.

/** What a colour agrees with; the word beside it says it. */
export type Tone = "ok" | "warn" | "bad" | "info" | "none";

/**
 * `_passkey`: a form by which a passkey is made or used; posts `answer`. The page's script asks for it (script/passkeys.js), so
 * the page goes out under a policy that lets it (`pageHeaders`).
 */
export interface PasskeyForm {
  form: { action: string; csrfToken?: string | undefined };
  kind: "create" | "get";
  /** What the device is asked, as JSON (WebAuthn Level 3, section 5.1.8 or 5.1.9). */
  question: string;
  /** Whether the browser may offer passkeys in the field of the address besides. */
  quiet?: boolean;
  label: string;
  primary?: boolean;
  /** Where the person says that they stay signed in on the device: asked in this form, or in the page's own. */
  stay?: "asked" | "on_page" | undefined;
  /** A field above the button. */
  name?: Field;
  /** What to do without script, or in a browser without passkeys. */
  without: string;
  /** When the device made or used none. */
  failed: string;
  /** When the device has one already. */
  exists: string;
}

/** `_badge`: a state in a word. What is normal has none. */
export interface Badge {
  text: string;
  tone: Tone;
}

/** A link drawn as a button. What it ends is asked for on the page it leads to. */
export interface Action {
  label: string;
  url: string;
  kind?: "primary" | "danger" | undefined;
  /** Read aloud after the label, where the label alone would be said several times, e.g. `session Firefox`. */
  unseen?: string | undefined;
}

/** `_head`: breadcrumb, the page's one h1, its state, and what may be done; more than two actions fold away. */
export interface Head {
  title: string;
  crumbs?: readonly { label: string; url: string }[] | undefined;
  badge?: Badge | undefined;
  /** One sentence below the title. */
  lead?: string | undefined;
  actions?: readonly Action[] | undefined;
}

/** `_cell`: one value in a table, a list of facts or of rows. */
export interface Cell {
  text: string;
  url?: string | undefined;
  /** A second, smaller line. */
  note?: string | undefined;
  /** Set: the text is a badge of this tone. */
  tone?: Tone | undefined;
  /** An id, an address, an ARN: in the font of code. */
  code?: boolean | undefined;
  actions?: readonly Action[] | undefined;
}

/** A column of a table. */
export interface Column {
  label: string;
  /** Where its head leads: the same list, sorted by it. */
  url?: string | undefined;
  sorted?: "ascending" | "descending" | undefined;
  /** `state` stands beside the name on a small screen; `number` never breaks. */
  kind?: "state" | "number" | undefined;
}

/** `_table`: each row's first cell names it. On a small screen rows become entries. */
export interface Table {
  /** What it lists, for who cannot see it. */
  caption: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
}

/** `_filters`: a GET form, so that a list's state is its address. */
export interface Filters {
  action: string;
  /** What is searched, e.g. `People`. */
  label: string;
  fields: readonly Field[];
  /** Fields the form carries on, e.g. the order. */
  hidden?: Readonly<Record<string, string>> | undefined;
  /** What came of it, e.g. `312 people`; announced. */
  result?: string | undefined;
  /** Set where something is filtered: the list without. */
  clearUrl?: string | undefined;
}

/** `_pager`: ways to the rows before and after; one that is missing is text. */
export interface Pager {
  /** E.g. `Pages of people`. */
  label: string;
  /** E.g. `1–25 of 312`. */
  summary: string;
  previousUrl?: string | undefined;
  nextUrl?: string | undefined;
}

/** `_field`: label, hint, control and fault, each beside the others. Its id is `id`; its name too unless said. */
export interface Field {
  id: string;
  name?: string | undefined;
  label: string;
  value?: string | undefined;
  hint?: string | undefined;
  /** What is wrong with it, and what would be right. */
  error?: string | undefined;
  /** An input's type; default `text`. */
  type?:
    | "text"
    | "email"
    | "password"
    | "search"
    | "number"
    | "url"
    | "date"
    | "checkbox"
    | "textarea"
    | "file"
    | "select"
    | undefined;
  /** What a browser may fill in; of an address, none unless it is said: a form of administration takes another's. */
  autocomplete?: string | undefined;
  required?: boolean | undefined;
  maxLength?: number | undefined;
  /** Of a `select`. */
  options?: readonly { value: string; label: string }[] | undefined;
  /** Of a `file`: which are meant, e.g. `image/png`. */
  accept?: string | undefined;
  /** Of a `checkbox`: whether it is ticked; its value is `value`, or `on`. */
  checked?: boolean | undefined;
  autofocus?: boolean | undefined;
}

/** `_errors`: after a refused form, what was wrong, with a way to each field. The page's title begins with `Error: `. */
export interface FormErrors {
  title: string;
  errors: readonly { message: string; fieldId?: string | undefined }[];
  /** Small print: the stable code. */
  code?: string | undefined;
}

/** A logo, where pages show it. */
export interface LookLogo {
  path: string;
  /** In pixels. */
  width: number;
  height: number;
  /** Whose it is, for who does not see it. */
  name: string;
}

/** `_banner`: news (announced when idle) or, with tone `bad`, a refusal (announced at once). */
export interface Banner {
  tone: Tone;
  text: string;
  /** Said first, and stronger. */
  strong?: string | undefined;
  action?: Action | undefined;
}

/** `_timeline`: what happened, newest first. */
export interface Timeline {
  entries: readonly {
    strong: string;
    text?: string | undefined;
    /** Time, by whom, from where. */
    note: string;
    tone?: Tone | undefined;
    url?: string | undefined;
  }[];
}

/** `_kv`: names and values. */
export interface KeyValues {
  entries: readonly { label: string; cell: Cell }[];
}

/** `_code`: text to copy; one click selects all. */
export interface Code {
  label: string;
  text: string;
}

/** `_secret`: shown this once; the way on asks whether it was stored. */
export interface Secret extends Code {
  /** What happens if it is lost. */
  warning: string;
  /** Where the page goes on, by GET. */
  onUrl: string;
  onLabel: string;
}

/** `_empty`: what belongs here, why there is none, the one thing to do. */
export interface Empty {
  strong: string;
  text: string;
  action?: Action | undefined;
}

/** `_tabs`: one address a tab. */
export interface Tabs {
  label: string;
  tabs: readonly { label: string; url: string; current?: boolean | undefined }[];
}

/** `_steps`: what is done, what fails and why, what waits. */
export interface Steps {
  steps: readonly {
    id: string;
    title: string;
    note?: string | undefined;
    state: "ok" | "bad" | "wait";
    badge: Badge;
    tests?:
      | readonly {
          state: "ok" | "bad" | "wait";
          text: string;
          note?: string | undefined;
          said?: string | undefined;
          why?: string | undefined;
          fix?: string | undefined;
        }[]
      | undefined;
    code?: Code | undefined;
    actions?: readonly Action[] | undefined;
  }[];
}

/** `_confirm`: what will end, what ends with it, whether it can be undone; posts `confirm=yes` besides its fields. */
export interface Confirm {
  form: { action: string; csrfToken?: string | undefined };
  hidden?: Readonly<Record<string, string>> | undefined;
  /** What happens, in a sentence that names the object. */
  what: string;
  /** What ends with it, each in a sentence. */
  consequences: readonly string[];
  /** E.g. `This cannot be undone.` */
  undo: string;
  submitLabel: string;
  cancelUrl: string;
  /** For what cannot be undone: a field in which the object's name is typed; and whatever else is asked. */
  fields?: readonly Field[] | undefined;
}

/** An entry of a frame's navigation. */
export interface NavEntry {
  label: string;
  url: string;
  count?: string | undefined;
  current?: boolean | undefined;
}
