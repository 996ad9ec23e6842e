// Owns finding: which sections of the pages hold the words of a query, the best first. Runs in the reader's browser, and in
// the tests.
globalThis.findSections = (() => {
  const most = 20;
  const forMakers = /^docs\/(decisions|architecture)|CHANGELOG|CONTRIBUTING|SECURITY/;

  const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+(?:[_.:/-]+[\p{L}\p{N}]+)*/gu) ?? [];

  /** Finds a word where one begins: after anything but a letter or a digit. */
  const patternOf = (word) =>
    new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}`, "giu");

  function scoreOf(section, word) {
    const heading = section.heading.match(patternOf(word))?.length ?? 0;
    const page = section.page.match(patternOf(word))?.length ?? 0;
    const text = section.text.match(patternOf(word))?.length ?? 0;
    if (heading + page + text === 0) return 0;
    // A short section that speaks of it is about it; what is for who works on the project comes after what is for all.
    const about = text === 0 ? 0 : 40 / (20 + section.text.length / 20);
    return (heading * 12 + page * 4 + Math.min(text, 5) + about) * (forMakers.test(section.url) ? 0.5 : 1);
  }

  /** The word of the pages that one was probably meant for: two letters changed, one in short words. */
  function meantBy(word, sections) {
    const known = new Set(sections.flatMap(({ heading, text }) => wordsOf(`${heading} ${text}`)));
    const allowed = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    let best;
    for (const one of known) {
      if (Math.abs(one.length - word.length) > allowed) continue;
      const distance = distanceOf(word, one);
      if (distance <= allowed && (best === undefined || distance < best.distance)) best = { one, distance };
    }
    return best?.one;
  }

  function distanceOf(left, right) {
    let row = Array.from({ length: right.length + 1 }, (_, index) => index);
    for (let at = 1; at <= left.length; at += 1) {
      const next = [at];
      for (let to = 1; to <= right.length; to += 1) {
        const change = row[to - 1] + (left[at - 1] === right[to - 1] ? 0 : 1);
        next.push(Math.min(change, row[to] + 1, next[to - 1] + 1));
      }
      row = next;
    }
    return row.at(-1);
  }

  function ranked(sections, words) {
    const found = [];
    for (const section of sections) {
      let score = 0;
      for (const word of words) {
        const one = scoreOf(section, word);
        score = one === 0 || score < 0 ? -1 : score + one;
      }
      if (score > 0) found.push({ section, score });
    }
    return found.sort((left, right) => right.score - left.score).slice(0, most);
  }

  /** The words around the first that was found. */
  function passageOf({ text }, words) {
    const at = Math.min(
      ...words.map((word) => text.search(patternOf(word))).filter((place) => place >= 0),
      text.length,
    );
    if (at === text.length) return text.slice(0, 160);
    const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 60)));
    return `${from > 0 ? "…" : ""}${text.slice(from, from + 180).trim()}${from + 180 < text.length ? "…" : ""}`;
  }

  /**
   * Finds what holds every word of a query; a word that no page has is taken for the one it resembles.
   * @returns the words that were looked for, and what was found: url, page, heading and a passage
   */
  return (sections, query) => {
    const typed = [...new Set(wordsOf(query))];
    if (typed.length === 0) return { words: [], found: [] };
    const words = typed.map((word) =>
      sections.some((section) => scoreOf(section, word) > 0) ? word : (meantBy(word, sections) ?? word),
    );
    const found = ranked(sections, words).map(({ section }) => ({
      url: section.url,
      page: section.page,
      heading: section.heading,
      passage: passageOf(section, words),
    }));
    return { words, found };
  };
})();
