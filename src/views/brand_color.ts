// Owns making one colour of an organization safe on our pages: the tokens it becomes in light and in dark, each computed until
// it can be read on every ground it stands on. No colour has to be refused. Pure.
// https://www.w3.org/TR/WCAG22/#contrast-minimum, https://bottosson.github.io/posts/oklab/

/** The tokens a brand colour sets; all others are never branded, so a red brand makes no refusal look like a button. */
export interface BrandTokens {
  "--brand": string;
  "--brand-strong": string;
  "--on-brand": string;
  "--brand-edge": string;
  "--brand-text": string;
  "--brand-soft": string;
  "--glow": string;
}

/** The schemes of our pages, each with the grounds that branded text stands on. */
const schemes = {
  light: {
    grounds: ["#f5f6fa", "#ffffff", "#f0f2f8", "#def4ea", "#fcf0da", "#fdebe9", "#e4effb"],
    text: "#161a2b",
    soft: { lightness: 0.955, chroma: 0.03 },
    from: 0.62,
    step: -0.005,
  },
  dark: {
    grounds: ["#0f1220", "#171b2d", "#20253a", "#12372f", "#3a2a12", "#43191c", "#14304f"],
    text: "#eceef8",
    soft: { lightness: 0.3, chroma: 0.07 },
    from: 0.6,
    step: 0.005,
  },
} as const;

/** The schemes. */
export type Scheme = keyof typeof schemes;

/** Least contrast of text (WCAG 2.2, 1.4.3) and of an edge (1.4.11). */
const [textContrast, edgeContrast] = [4.5, 3];

/** Whether a text is a colour as it is taken here: `#` and six hexadecimal digits. Nothing else ever comes into a style. */
export function isBrandColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

/**
 * Computes the tokens of a colour.
 * @param color of {@link isBrandColor}
 */
export function brandTokens(color: string, scheme: Scheme): BrandTokens {
  const { grounds, text, soft, from, step } = schemes[scheme];
  const [, chroma, hue] = toOklch(color);
  const softTone = fromOklch(soft.lightness, Math.min(chroma, soft.chroma), hue);
  const all = [...grounds, softTone];
  // One of black and white reaches 4.58 on every colour.
  const onBrand = contrast("#ffffff", color) >= contrast("#000000", color) ? "#ffffff" : "#000000";
  const walk = (atLeast: number): string => {
    for (let lightness: number = from; lightness > 0 && lightness < 1; lightness += step) {
      const tried = fromOklch(lightness, Math.min(chroma, 0.2), hue);
      if (all.every((ground) => contrast(tried, ground) >= atLeast)) return tried;
    }
    return text;
  };
  return {
    "--brand": color.toLowerCase(),
    // Away from the text on it, so that pointing at a button makes it no harder to read.
    "--brand-strong": mixed(color, onBrand === "#ffffff" ? 0 : 255),
    "--on-brand": onBrand,
    // A pale fill is seen on white, and a dark one on black, by its edge.
    "--brand-edge": grounds.every((ground) => contrast(color, ground) >= edgeContrast)
      ? color.toLowerCase()
      : walk(textContrast),
    "--brand-text": walk(textContrast),
    "--brand-soft": softTone,
    "--glow": softTone,
  };
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [first, second] = [luminance(one), luminance(other)];
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

const channelsOf = (color: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

const linear = (channel: number): number =>
  channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4;

const hexOf = (channels: readonly number[]): string =>
  `#${channels
    .map((one) =>
      Math.round(Math.min(255, Math.max(0, one)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

const mixed = (color: string, towards: number): string =>
  hexOf(channelsOf(color).map((channel) => channel * 0.82 + towards * 0.18));

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map(linear);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// Lightness 0 to 1, chroma 0 to about 0.4, hue in radians.
function toOklch(color: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = channelsOf(color).map(linear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, Math.hypot(a, bb), Math.atan2(bb, a)];
}

// What lies outside of sRGB is cut to it; the contrast is computed of what is shown.
function fromOklch(lightness: number, chroma: number, hue: number): string {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return hexOf(
    channels.map(
      (one) => 255 * (one <= 0.0031308 ? 12.92 * one : 1.055 * Math.max(0, one) ** (1 / 2.4) - 0.055),
    ),
  );
}
