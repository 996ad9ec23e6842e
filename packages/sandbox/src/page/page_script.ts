// The one script of the sandbox's pages, as text: it keeps the list of requests live and copies a ticket. Everything works
// without it. New requests are put on top without moving what is read or what has the focus; whoever pauses keeps it so.
import { createHash } from "node:crypto";

/** The script as it is sent. */
export const SCRIPT = `"use strict";
(() => {
  const everyMs = 2000;
  const part = (root, name) => root.querySelector('[data-live-part="' + name + '"]');
  const toggle = document.querySelector("[data-live-toggle]");
  const status = document.querySelector("[data-live-status]");
  const remember = (paused) => { try { sessionStorage.setItem("sandbox.paused", paused ? "1" : ""); } catch {} };
  const remembered = () => { try { return sessionStorage.getItem("sandbox.paused") === "1"; } catch { return false; } };
  let paused = false;
  let timer;

  function say(text) { if (status.textContent !== text) status.textContent = text; }

  function show(fresh) {
    for (const name of ["All", "Refused", "clock", "found"]) {
      const [here, there] = [part(document, name), part(fresh, name)];
      if (here && there && here.textContent !== there.textContent) here.textContent = there.textContent;
    }
    const [place, freshPlace] = [part(document, "list"), part(fresh, "list")];
    const [list, freshList] = [place.querySelector("[data-live-list]"), freshPlace.querySelector("[data-live-list]")];
    if (!list || !freshList) {
      if (!list && !freshList) return 0;
      if (!place.contains(document.activeElement)) place.replaceChildren(...freshPlace.childNodes);
      return freshList ? freshList.children.length : 0;
    }
    const known = new Map([...list.children].map((item) => [item.dataset.sequence, item]));
    const items = [...freshList.children];
    const wanted = new Set(items.map((item) => item.dataset.sequence));
    const added = items.filter((item) => !known.has(item.dataset.sequence));
    const focused = list.contains(document.activeElement) ? document.activeElement : undefined;
    const stays = focused || [...list.children].find((item) => item.getBoundingClientRect().bottom > 0);
    const before = stays && stays.getBoundingClientRect().top;
    for (const [sequence, item] of known) if (!wanted.has(sequence) && !item.contains(focused || null)) item.remove();
    list.prepend(...added);
    if (stays && stays.isConnected && (focused || window.scrollY > 0)) window.scrollBy(0, stays.getBoundingClientRect().top - before);
    return added.length;
  }

  async function look() {
    try {
      const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const count = show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (count > 0) say(count === 1 ? "1 new request" : count + " new requests");
      else if (status.dataset.failed) say("");
      delete status.dataset.failed;
    } catch {
      status.dataset.failed = "1";
      say("The sandbox does not answer. Trying again.");
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (!paused && !document.hidden) timer = setTimeout(look, everyMs);
  }

  function draw() {
    toggle.textContent = paused ? "Paused: go on" : "Live: pause";
    toggle.classList.toggle("on", !paused);
  }

  if (toggle) {
    paused = remembered();
    toggle.hidden = false;
    document.querySelector("[data-live-reload]").hidden = true;
    toggle.addEventListener("click", () => {
      paused = !paused;
      remember(paused);
      draw();
      if (paused) clearTimeout(timer);
      else look();
    });
    document.addEventListener("visibilitychange", plan);
    draw();
    plan();
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const [source, said] = [document.getElementById(button.dataset.copy), button.parentElement.querySelector("[role=status]")];
    button.parentElement.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        said.textContent = "Copied.";
      } catch {
        getSelection().selectAllChildren(source);
        said.textContent = "Selected: copy it with the keyboard.";
      }
    });
  }
})();
`;

/** Which content it has: part of its address. */
export const SCRIPT_VERSION = createHash("sha256").update(SCRIPT).digest("hex").slice(0, 16);
