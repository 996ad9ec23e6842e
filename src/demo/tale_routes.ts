// Owns the addresses of the demo's story: its page, and the forms by which each part of it is done. What came of a form is shown
// by the page the browser is sent to, so that nothing is done twice by loading it again.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type Router from "@koa/router";
import type { Context } from "koa";
import { OperationError } from "../errors.ts";
import { seeOther } from "../see_other.ts";
import { pageHeaders, renderPage } from "../views/render.ts";
import { FormError, readForm } from "./form_body.ts";
import type { Tale } from "./tale.ts";
import { type TaleMemory, taleSteps, taleUrls } from "./tale_steps.ts";

interface Notice {
  text: string;
  refused: boolean;
}

/** Adds the story's page and forms to the demo. */
export function addTaleRoutes(
  router: Router,
  tale: Tale,
  links: readonly { label: string; url: string }[],
): void {
  // Nobody signs in to this page. Another site cannot read it, so it does not know what its forms bring.
  const csrfToken = randomBytes(16).toString("base64url");
  const memory: TaleMemory = {};
  let notice: Notice | undefined;
  const { name } = tale.customer;

  router.get(taleUrls.page, async (ctx) => {
    const said = notice;
    notice = undefined;
    const steps = taleSteps(tale, await tale.state(), memory);
    ctx.set({ ...pageHeaders() });
    ctx.body = renderPage("demo_tale", {
      customer: name,
      csrfToken,
      steps,
      notice: said?.text,
      refused: said?.refused,
      links,
    });
  });

  /** Does a part of the story; what the product refuses is told on the page. */
  const part = (url: string, place: string, run: () => Promise<string | undefined>): void => {
    router.post(url, async (ctx: Context) => {
      const form = await readForm(ctx.req);
      if (!sameText(form.get("csrf") ?? "", csrfToken)) {
        throw new FormError(403, "the form is not from this run of the demo: open the page again");
      }
      const done = await run().then(
        (text) => ({ text, refused: false }),
        (error: unknown) => {
          if (!(error instanceof OperationError)) throw error;
          return { text: [error.message, error.fix].filter(Boolean).join(" "), refused: true };
        },
      );
      notice = done.text === undefined ? undefined : { text: done.text, refused: done.refused };
      seeOther(ctx, `${taleUrls.page}#${place}`);
    });
  };

  part(taleUrls.link, "link", async () => {
    memory.link = await tale.makeLink();
    return "The link is made. It is shown on this page until the demo stops.";
  });
  part(taleUrls.script, "script", async () => {
    memory.script = await tale.runScript();
    return undefined;
  });
  part(taleUrls.offboard, "leave", async () => {
    await tale.offboard();
    memory.script = undefined;
    memory.cleanUp = undefined;
    return `${name} has ended here.`;
  });
  part(taleUrls.cleanUp, "leave", async () => {
    memory.cleanUp = await tale.cleanUp();
    return undefined;
  });
  part(taleUrls.again, "link", async () => {
    await tale.beginAgain();
    memory.script = undefined;
    memory.cleanUp = undefined;
    return `${name} is a customer again, and begins as at first.`;
  });
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
