// Owns what every page of one server carries without asking for it: whose page it is, where help is, who is signed in, and
// which language they read. The edge sets it once for all that happens in a request, so that no page builder can forget it.
import { AsyncLocalStorage } from "node:async_hooks";
import type { ApplicationWay } from "./pages.ts";
import type { LookLogo, NavEntry } from "./parts.ts";
import type { Words } from "./words/language.ts";
import { defaultLanguage, type Language, wordsIn } from "./words/languages.ts";

/**
 * How pages look besides: as the organization has it that the person has entered, by a membership and never by a request; before
 * that, as an application of the house has it.
 */
export interface Look {
  /** Its brand colour, `#` and six digits. */
  color?: string | undefined;
  logo?: LookLogo | undefined;
  name: string;
  supportUrl?: string | undefined;
  policyUrl?: string | undefined;
  termsUrl?: string | undefined;
}

/** Whose pages these are. */
export interface ServiceFrame {
  /** The vendor's name, or the provider's host where nobody chose one. */
  name: string;
  /** The provider's host; shown beside the name, so that a look-alike is noticed. */
  host?: string | undefined;
  /** Where people get help; https, http or mailto. */
  supportUrl?: string | undefined;
  /** Finds the application this browser came from last, where it is registered here: few pages lead back to it. */
  findApplication?: (() => Promise<ApplicationWay | undefined>) | undefined;
  /** Whose page it is besides; absent: nobody's. */
  look?: Look | undefined;
  /** Who is signed in, for the bar of the console. */
  person?: string | undefined;
  /** Where signing out begins: by POST if there is an anti-forgery token, by a link otherwise. */
  signOut?: { url: string; csrfToken?: string | undefined } | undefined;
  /** The console's navigation. */
  nav?: readonly NavEntry[] | undefined;
  /** The language of persons' pages; absent: English. */
  language?: Language | undefined;
  /** Path and query of the page, for the way back from choosing a language; absent where it cannot be opened again. */
  here?: string | undefined;
  /** What had been typed when a language was chosen. */
  typed?: { email?: string | undefined; userCode?: string | undefined } | undefined;
}

const frames = new AsyncLocalStorage<ServiceFrame>();

/** Runs something whose pages carry this frame. */
export function withFrame<T>(frame: ServiceFrame, run: () => T): T {
  return frames.run(frame, run);
}

/**
 * Draws something that also is an organization's page. One that chose neither colour nor logo leaves those of the application,
 * never one of each.
 * @param look undefined: it is nobody's but the service's
 */
export function withLook<T>(look: Look | undefined, draw: () => T): T {
  const frame = frames.getStore();
  if (frame === undefined || look === undefined) return draw();
  const { color, logo } = look.color === undefined && look.logo === undefined ? { ...frame.look } : look;
  return frames.run({ ...frame, look: { ...look, color, logo } }, draw);
}

/** Has every page of the request at hand look so from now on, its errors too. */
export function wearLook(look: Look | undefined): void {
  const frame = frames.getStore();
  if (frame !== undefined) frame.look = look;
}

/** The frame of the request at hand; undefined outside of one. */
export function currentFrame(): ServiceFrame | undefined {
  return frames.getStore();
}

/** The application this browser came from last, where it is registered here. */
export async function currentApplication(): Promise<ApplicationWay | undefined> {
  return frames.getStore()?.findApplication?.();
}

/** Has all pages of the request at hand speak a language from now on, the one that tells its failure too. */
export function speak(language: Language): void {
  const frame = frames.getStore();
  if (frame !== undefined) frame.language = language;
}

/** The language of persons' pages in the request at hand. */
export function currentLanguage(): Language {
  return frames.getStore()?.language ?? defaultLanguage;
}

/** The words of persons' pages in the request at hand. */
export function currentWords(): Words {
  return wordsIn(currentLanguage());
}
