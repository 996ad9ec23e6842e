// Owns the pictures of the docs: taken from the running product in a real Chromium, with the people and customers of the
// browser tests, so that they are renewed by one command (npm run docs:images) when a page's look changes.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alice, arrivedAt, openBrowserWorld, signInToDemo } from "../test/browser/browser_world.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));

const world = await openBrowserWorld();
try {
  const { page } = await world.openPage({ viewport: { width: 1120, height: 1040 }, colorScheme: "light" });
  await signInToDemo(page, world.demo, alice.email);
  await page.getByRole("searchbox").fill("travel budget");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await arrivedAt(page, page.locator(".document").first());
  await page.screenshot({ path: join(folder, "demo.png") });
} finally {
  await world.close();
}
