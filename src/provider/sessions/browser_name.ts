// Owns what is kept of a browser for the person to know it by: its family and its system, of a short list. Pure. What a browser
// says of itself is anybody's to choose, so nothing of it is kept as it came.
const longestRead = 512;

// The first that is found: later ones are named by most others, too.
const families = [
  [/\bEdgA?\//, "Edge"],
  [/\bEdgiOS\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|HeadlessChrome|CriOS|Chromium)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;
const systems = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\b(?:Macintosh|Mac OS X)\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/**
 * Reads a `User-Agent` header.
 * @returns e.g. `Firefox, Windows`; undefined: nothing of it is known
 */
export function readBrowserName(userAgent: string | undefined): string | undefined {
  const text = userAgent?.slice(0, longestRead) ?? "";
  const found = [families, systems].flatMap(
    (list) => list.find(([pattern]) => pattern.test(text))?.[1] ?? [],
  );
  return found.length === 0 ? undefined : found.join(", ");
}
