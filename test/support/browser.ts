// Owns a real Chromium for tests: finds the machine's own, installs Debian's where there is none. The one without any
// window of its own comes first: it draws the same pages at half the processor time.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Finds a Chromium or Chrome on this machine. */
export function findBrowser(): string | undefined {
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * Makes sure there is a browser, installing Debian's package when allowed to.
 * @throws Error saying what to install, when it cannot
 */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found !== undefined) return found;
  process.stderr.write("Installing Chromium for the browser tests (once) …\n");
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Older systems have only the one with windows.
  for (const words of [
    ["update", "-qq"],
    ...["chromium-headless-shell", "chromium"].map((name) => [
      ...["install", "-y", "-qq", "--no-install-recommends"],
      name,
    ]),
  ]) {
    if (findBrowser() !== undefined) break;
    const [program = "", ...rest] = [...asRoot, "apt-get", ...words];
    spawnSync(program, rest, { stdio: ["ignore", "ignore", "inherit"], env: environment });
  }
  const installed = findBrowser();
  if (installed === undefined) {
    throw new Error("no browser for the tests: install Chromium or Chrome, or set CHROMIUM_PATH to one");
  }
  return installed;
}

/**
 * Starts the browser without a window. Close it when done.
 * @param more arguments of Chromium
 */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: ensureBrowser(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}
