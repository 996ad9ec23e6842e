// Owns what every page and part is held to, read from its markup: headings, labels, ids and what refers to them.
import { passkeyScript, showPasswordScript } from "../../src/views/script.ts";

/**
 * @param language the one it is to be marked as
 * @returns what is wrong with a document, each in a sentence; empty when nothing is
 */
export function faultsOfMarkup(html: string, language = "en"): string[] {
  const faults: string[] = [];
  const count = (pattern: RegExp) => html.match(pattern)?.length ?? 0;
  if (!html.startsWith(`<!DOCTYPE html>\n<html lang="${language}">`))
    faults.push(`it does not open as a document in the language ${language}`);
  if (!/<title>[^<]{4,}<\/title>/.test(html)) faults.push("it has no title");
  if (!/<meta name="viewport" content="width=device-width, initial-scale=1">/.test(html))
    faults.push("it has no viewport");
  if (!/<\/html>\s*$/.test(html)) faults.push("it does not end");
  if (count(/<h1[ >]/g) !== 1) faults.push(`it has ${count(/<h1[ >]/g)} first-level headings`);
  if (count(/<main[ >]/g) !== 1) faults.push(`it has ${count(/<main[ >]/g)} main parts`);
  if (!html.includes('<a class="skip" href="#main">') || !html.includes('id="main" tabindex="-1"'))
    faults.push("a keyboard cannot skip to its content");
  if (/<script|<style|\sstyle=|\son[a-z]+=|javascript:/i.test(withoutOurScripts(html)))
    faults.push("it holds script or style");
  const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
  for (const [place, level] of levels.entries()) {
    if (level > (levels[place - 1] ?? 1) + 1) faults.push(`its headings jump to level ${level}`);
  }
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`it repeats the id ${id}`);
  for (const [control] of html.matchAll(/<(?:input|select|textarea) [^>]*>/g)) {
    if (control.includes('type="hidden"')) continue;
    const id = /\sid="([^"]+)"/.exec(control)?.[1];
    if (!html.includes(`for="${id}"`)) faults.push(`${control} has no label`);
  }
  for (const [, references = ""] of html.matchAll(/aria-(?:describedby|labelledby)="([^"]*)"/g)) {
    for (const id of references.split(" ")) if (!ids.includes(id)) faults.push(`${id} names nothing`);
  }
  for (const [, anchor = ""] of html.matchAll(/href="#([^"]*)"/g)) {
    if (!ids.includes(anchor)) faults.push(`#${anchor} leads nowhere`);
  }
  for (const [, text = ""] of html.matchAll(/<(?:button|a)[ >][^>]*>([\s\S]*?)<\/(?:button|a)>/g)) {
    if (text.replace(/<[^>]*>/g, "").trim() === "") faults.push("a button or link has no name");
  }
  faults.push(...faultsOfAutocomplete(html));
  return faults;
}

// The two scripts there are, each once: beside a form of passkeys, and below the field of a password.
function withoutOurScripts(html: string): string {
  const rest =
    html.includes("<form") && html.includes(" data-passkey=")
      ? html.replace(`<script src="${passkeyScript.path}" defer></script>`, "")
      : html;
  const [before = "", ...after] = rest.split(showPasswordTag);
  return after.length === 1 && /<input [^>]*type="password"/.test(before) ? before + after[0] : rest;
}

const showPasswordTag = new RegExp(
  `<script src="${showPasswordScript.path}" data-show="[^"<>]+" data-hide="[^"<>]+" defer></script>`,
);

const purposes = "off username email name current-password new-password one-time-code".split(" ");

// What a browser and a password manager may fill in: said of each field that a person's own data could go into.
// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
function faultsOfAutocomplete(html: string): string[] {
  const faults: string[] = [];
  for (const [form] of html.matchAll(/<form[ >][\s\S]*?<\/form>/g)) {
    let person = false;
    for (const [input] of form.matchAll(/<input [^>]*>/g)) {
      const told = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(input)?.[1] ?? "";
      const [type, purpose] = [told("type"), told("autocomplete")];
      if (purpose !== "" && !purposes.includes(purpose)) faults.push(`${purpose} is no purpose of a field`);
      if (type === "email" && purpose === "") faults.push(`${input} does not say whose address it takes`);
      if (/^(?:code|otp|totp)$/.test(told("name")) && purpose !== "one-time-code")
        faults.push(`${input} takes a code, and does not say so`);
      person ||= purpose === "username";
      if (type !== "password") continue;
      if (!purpose.endsWith("-password")) faults.push(`${input} does not say which password it takes`);
      if (purpose === "current-password" && !person) faults.push("nobody is named before the password");
      if (/\svalue="[^"]/.test(input)) faults.push("a password is shown again");
    }
  }
  return faults;
}

/** Replaces every string of a model, to see where it comes out. */
export function hostile(value: unknown): unknown {
  if (typeof value === "string") return `"'><img src=x onerror=alert(1)>${value}`;
  if (Array.isArray(value)) return value.map(hostile);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hostile(inner)]));
  }
  return value;
}
