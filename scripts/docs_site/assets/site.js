// Owns what the pages do with scripts: the search, and a button that copies a block. Without scripts the navigation serves.
(() => {
  const root = document.documentElement.dataset.root ?? "";
  const box = document.querySelector("search");
  const input = document.getElementById("query");
  const list = document.getElementById("found");
  const told = document.getElementById("told");
  if (box === null || input === null || list === null || told === null) return;
  box.hidden = false;

  let reading;
  /** Reads the index once, when somebody is about to search; by a script, for from a disk nothing else may be read. */
  function readIndex() {
    reading ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}search_index.js`;
      script.onload = () => resolve(globalThis.searchSections);
      script.onerror = () => reject(new Error("the search index is missing"));
      document.head.append(script);
    });
    return reading;
  }

  function entryOf({ url, page, heading, passage }, words) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = root + url;
    const title = document.createElement("b");
    title.textContent = heading === page ? page : `${page} › ${heading}`;
    const text = document.createElement("span");
    const pattern = new RegExp(
      `(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})`,
      "giu",
    );
    for (const [index, run] of passage.split(pattern).entries()) {
      if (index % 2 === 0) text.append(run);
      else text.append(Object.assign(document.createElement("mark"), { textContent: run }));
    }
    link.append(title, text);
    item.append(link);
    return item;
  }

  async function search() {
    const query = input.value.trim();
    const sections = await readIndex();
    // Somebody typed on meanwhile.
    if (query !== input.value.trim()) return;
    const { words, found } = globalThis.findSections(sections, query);
    list.replaceChildren(...found.map((one) => entryOf(one, words)));
    list.hidden = query === "";
    told.textContent = query === "" ? "" : `${found.length === 0 ? "nothing" : found.length} found`;
    if (query !== "" && found.length === 0) {
      list.append(Object.assign(document.createElement("li"), { textContent: `Nothing holds “${query}”.` }));
    }
  }

  function close() {
    list.hidden = true;
    input.value = "";
    told.textContent = "";
  }

  input.addEventListener("focus", () => void readIndex());
  input.addEventListener("input", () => void search());
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
  box.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      input.focus();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)]?.focus();
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      (at <= 0 ? input : links[at - 1]).focus();
    } else if (event.key === "Enter" && event.target === input) {
      links[0]?.click();
    }
  });
  // A heading of this very page is gone to without leaving it.
  list.addEventListener("click", () => setTimeout(close));
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) list.hidden = true;
  });

  if (navigator.clipboard !== undefined) {
    for (const block of document.querySelectorAll("article pre.copied")) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.querySelector("code")?.textContent ?? "");
        button.textContent = "Copied";
        setTimeout(() => {
          button.textContent = "Copy";
        }, 2000);
      });
      const frame = Object.assign(document.createElement("div"), { className: "block" });
      block.before(frame);
      frame.append(block, button);
    }
  }
})();
