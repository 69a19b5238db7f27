// The handbook's own script: theme, contents on narrow screens, search. Nothing is fetched: pages are opened as files.
"use strict";

/** Plain letters: lower case, without accents, so that "Angstrom" finds "Ångström". */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

/** The words of a text: what lies between blanks and signs. Hyphens and dots within a word stay ("SRP-PHAT", "1.5"). */
function wordsOf(text) {
  return plain(text).split(/[\s,;:!?"'()\[\]{}<>/\\|*+=&^$#@~`…]+/).map((word) => word.replace(/^[-.]+|[-.]+$/g, "")).filter(Boolean);
}

/** A letter or a digit. */
function inWord(sign) {
  return sign !== undefined && (sign.toLowerCase() !== sign.toUpperCase() || (sign >= "0" && sign <= "9"));
}

/**
 * Sections in which every word of the query occurs, the best first. A word in the heading counts most, then one in the
 * page's title; the beginning of a word counts more than its middle.
 */
function search(query, sections, most = 12) {
  const words = wordsOf(query);
  if (!words.length) return [];
  const found = [];
  for (const section of sections) {
    const [, , page, heading, text] = section;
    const places = [[plain(heading), 8], [plain(page), 3], [plain(text), 1]];
    let score = 0;
    const all = words.every((word) => {
      let best = 0;
      for (const [place, weight] of places) {
        const at = place.indexOf(word);
        if (at < 0) continue;
        const begins = !inWord(place[at - 1]);
        const whole = begins && !inWord(place[at + word.length]);
        best = Math.max(best, weight * (whole ? 3 : begins ? 2 : 1));
      }
      score += best;
      return best > 0;
    });
    if (all) found.push([score - text.length / 1e5, section]);
  }
  return found.sort((a, b) => b[0] - a[0]).slice(0, most).map(([, section]) => section);
}

/** About 120 letters around the first word of the query that occurs. */
function excerpt(text, query) {
  const words = wordsOf(query);
  const low = plain(text);
  const at = Math.max(0, Math.min(...words.map((word) => low.indexOf(word)).filter((place) => place >= 0), text.length));
  const begin = Math.max(0, at - 40);
  return (begin ? "…" : "") + text.slice(begin, begin + 130).trim() + (begin + 130 < text.length ? "…" : "");
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
}

function keep(name, value) {
  try { return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value); } catch (error) { return null; }
}

/** Text with the query's words set off; built of nodes, so that nothing of it is taken for HTML. */
function marked(text, query) {
  const words = wordsOf(query).map((word) => word.replace(/\./g, "\\."));
  const holder = document.createDocumentFragment();
  if (!words.length) return document.createTextNode(text);
  text.split(new RegExp(`(${words.join("|")})`, "gi")).forEach((part, at) => {
    const node = at % 2 ? document.createElement("mark") : document.createTextNode(part);
    if (at % 2) node.textContent = part;
    holder.append(node);
  });
  return holder;
}

function setUpSearch() {
  const field = document.getElementById("search");
  const list = document.getElementById("found");
  let chosen = 0;

  const choose = (at) => {
    const rows = [...list.querySelectorAll("li[role=option]")];
    if (!rows.length) return;
    chosen = (at + rows.length) % rows.length;
    rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
    rows[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", rows[chosen].id);
  };
  const show = () => {
    const query = field.value.trim();
    const found = search(query, SECTIONS);
    list.replaceChildren();
    list.hidden = !query;
    field.setAttribute("aria-expanded", String(Boolean(query)));
    found.forEach(([file, anchor, page, heading, text], at) => {
      const row = document.createElement("li");
      row.id = `found-${at}`;
      row.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = `${file}#${encodeURIComponent(anchor)}`;
      link.tabIndex = -1;
      link.append(marked(heading, query));
      const where = document.createElement("span");
      where.className = "where";
      where.textContent = heading === page ? "" : `  ${page}`;
      const words = document.createElement("span");
      words.className = "words";
      words.append(marked(excerpt(text, query), query));
      link.append(where, words);
      row.append(link);
      list.append(row);
    });
    if (query && !found.length) {
      const row = document.createElement("li");
      row.className = "none";
      row.textContent = "Nothing found.";
      list.append(row);
    }
    choose(0);
  };
  const close = () => { list.hidden = true; field.setAttribute("aria-expanded", "false"); };

  field.addEventListener("input", show);
  field.addEventListener("focus", () => { if (field.value) show(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.querySelector("[aria-selected=true] a")?.click();
    else if (event.key === "Escape") { field.value = ""; close(); field.blur(); }
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) { event.preventDefault(); field.focus(); }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
  list.addEventListener("click", close);
}

function setUp() {
  document.getElementById("theme").addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    setTheme(next);
    keep("theme", next);
  });
  const menu = document.getElementById("menu");
  menu.addEventListener("click", () => {
    menu.setAttribute("aria-expanded", String(document.getElementById("contents").classList.toggle("open")));
  });
  document.querySelector("#contents [aria-current]")?.scrollIntoView({ block: "nearest" });
  setUpSearch();
}

if (typeof document !== "undefined") {
  // A theme in the address comes from the program's window; else what was chosen here, else what the system says.
  const asked = new URLSearchParams(location.search).get("theme");
  if (asked) keep("theme", asked);
  setTheme(keep("theme") || asked || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  document.addEventListener("DOMContentLoaded", setUp);
}
if (typeof module !== "undefined") module.exports = { plain, search, excerpt };
