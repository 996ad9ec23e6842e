// HTML text that escapes by default: whatever is put into the template is text, unless it is HTML made here.

/** HTML that is safe to send: made by {@link html} only. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Joins the fixed parts of a template, which are trusted, with values, which are not. */
  static join(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    return new Html(parts.reduce((joined, part, position) => joined + render(values[position - 1]) + part));
  }

  get markup(): string {
    return this.#markup;
  }
}

/** What a template takes. Lists are joined; null, undefined and false leave nothing. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Builds HTML; every interpolated text is escaped for element content and quoted attributes alike.
 * Attribute values must be quoted in the template, and no text may go where script or style is expected.
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return Html.join(parts, values);
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(render).join("");
  return escapeText(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
