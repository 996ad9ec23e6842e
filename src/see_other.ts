// Owns sending a browser on after a form, or to where it belongs: 303, so that a form is never sent again (RFC 9110
// section 15.4.4), and kept by nobody.

/** The part of an HTTP context this is about; koa's is one. */
export interface RedirectSink {
  status: number;
  body: unknown;
  set(name: string, value: string): void;
  redirect(url: string): void;
}

/**
 * Sends the browser on.
 * @param url of ours, or one that was matched exactly before: nothing is judged here
 */
export function seeOther(sink: RedirectSink, url: string): void {
  // koa writes the address into a page, whatever was asked for; a redirect needs none.
  sink.redirect(url);
  sink.body = null;
  sink.status = 303;
  sink.set("Cache-Control", "no-store");
}
