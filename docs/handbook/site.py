"""The whole handbook: all pages rendered, put into the frame, with pictures, fonts, the look and the search."""

from __future__ import annotations

import dataclasses
import html
import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import quote

from docs.handbook import markdown
from docs.handbook.reference import GENERATED
from workbench import __version__
from workbench.ui.theme import DARK, LIGHT, Tokens

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
FONTS = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf")


@dataclass(frozen=True)
class Source:
    """Where a page comes from."""

    name: str
    section: str
    path: Path | None
    """Markdown file; None for a page that is made of the program."""
    title: str = ""
    """For lists; empty: the page's own, up to a colon."""

    @property
    def file(self) -> str:
        return f"{self.name}.html"


@dataclass(frozen=True)
class Site:
    """Every page of the handbook, rendered."""

    pages: dict[str, tuple[Source, markdown.Page]]
    """By name, in reading order."""

    @property
    def files(self) -> dict[str, markdown.Page]:
        """By the name of the HTML file."""
        return {source.file: page for source, page in self.pages.values()}


def sources(contents: Path = HERE / "contents.toml") -> list[Source]:
    """The pages that contents.toml names, in its order."""
    table = tomllib.loads(contents.read_text(encoding="utf-8"))
    found = []
    for section in table["section"]:
        for page in section["pages"]:
            file = page.get("source")
            path = None if file is None else ROOT / file[1:] if file.startswith("/") else DOCS / file
            found.append(Source(page["name"], section["title"], path, page.get("title", "")))
    return found


def render(chosen: list[Source] | None = None) -> Site:
    """Render all pages; nothing is written.

    Raises
    ------
    ValueError
        A page cannot be made; the message names it.
    """
    chosen = sources() if chosen is None else chosen
    by_path = {source.path.resolve(): source for source in chosen if source.path is not None}
    generated = {DOCS / f"{source.name}.md": source for source in chosen if source.path is None}
    pages = {}
    for source in chosen:
        text = GENERATED[source.name]() if source.path is None else source.path.read_text(encoding="utf-8")
        folder = DOCS if source.path is None else source.path.parent
        try:
            page = markdown.render(text, _link_turner(folder, by_path | generated))
        except ValueError as error:
            raise ValueError(f"{source.path or source.name}: {error}") from error
        pages[source.name] = (source, page)
    return Site(pages)


def _link_turner(folder: Path, known: dict[Path, Source]) -> Callable[[str], str]:
    """Links to Markdown files of the handbook become links to its pages; others stay as they are."""

    def turn(target: str) -> str:
        file, anchor = markdown.split_link(target)
        source = known.get((folder / file).resolve()) if file else None
        if source is None:
            return target
        return source.file + (f"#{quote(anchor)}" if anchor else "")

    return turn


def write(site: Site, target: Path) -> None:
    """Write the handbook into a folder, whole or not at all; what was there is replaced."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    frame = Template((HERE / "page.html").read_text(encoding="utf-8"))
    order = list(site.pages.values())
    for at, (source, page) in enumerate(order):
        text = frame.substitute(
            title=html.escape(page.title),
            version=html.escape(__version__),
            contents=_contents(site, source),
            here=_here(page),
            body=page.body,
            steps=_steps(order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None),
        )
        (fresh / source.file).write_text(text, encoding="utf-8")
        for picture in _pictures(page):
            place = fresh / picture
            place.parent.mkdir(parents=True, exist_ok=True)
            folder = DOCS if source.path is None else source.path.parent
            if (folder / picture).is_file():  # one that is missing is told by check.py
                shutil.copyfile(folder / picture, place)
    look = _variables(LIGHT, ":root") + _variables(DARK, ':root[data-theme="dark"]')
    (fresh / "handbook.css").write_text(look + (HERE / "handbook.css").read_text(encoding="utf-8"), encoding="utf-8")
    shutil.copyfile(HERE / "handbook.js", fresh / "handbook.js")
    (fresh / "search-index.js").write_text(search_index(site), encoding="utf-8")
    (fresh / "fonts").mkdir()
    for font in FONTS:
        shutil.copyfile(ROOT / "resources" / "fonts" / font, fresh / "fonts" / font)
    shutil.copyfile(ROOT / "resources" / "icons" / "app.svg", fresh / "app.svg")
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _pictures(page: markdown.Page) -> set[str]:
    return {twin for picture in page.pictures for twin in markdown.picture_twins(picture)}


def _contents(site: Site, here: Source) -> str:
    """The list of all pages at the side."""
    parts, section = [], None
    for source, page in site.pages.values():
        if source.section != section:
            parts.append(("</ul>" if section else "") + f"<h2>{html.escape(source.section)}</h2><ul>")
            section = source.section
        mark = ' aria-current="page"' if source.name == here.name else ""
        parts.append(f'<li><a href="{source.file}"{mark}>{html.escape(short_title(source, page))}</a></li>')
    return "".join(parts) + "</ul>"


def short_title(source: Source, page: markdown.Page) -> str:
    """A page's title for lists."""
    return source.title or page.title.partition(":")[0]


def _here(page: markdown.Page) -> str:
    """The headings of the page itself, where there are some."""
    headings = [section.heading for section in page.sections if section.heading.level in (2, 3)]
    if len(headings) < 3:
        return ""
    items = (
        f'<li class="level{each.level}"><a href="#{html.escape(each.anchor)}">{html.escape(each.text)}</a></li>'
        for each in headings
    )
    return f'<nav class="here" aria-label="On this page"><h2>On this page</h2><ul>{"".join(items)}</ul></nav>'


def _steps(before: tuple[Source, markdown.Page] | None, after: tuple[Source, markdown.Page] | None) -> str:
    """Links to the page before and the page after."""
    parts = []
    for neighbour, rel, word in ((before, "prev", "←"), (after, "next", "→")):
        if neighbour is not None:
            source, page = neighbour
            title = html.escape(short_title(source, page))
            words = f"{word} {title}" if rel == "prev" else f"{title} {word}"
            parts.append(f'<a rel="{rel}" class="{rel}" href="{source.file}">{words}</a>')
    return "".join(parts)


def _variables(tokens: Tokens, selector: str) -> str:
    """A theme of the program as CSS variables."""
    values = dataclasses.asdict(tokens)
    lines = [f"  --{name.replace('_', '-')}: {value};" for name, value in values.items() if value.startswith("#")]
    return f"{selector} {{\n  color-scheme: {tokens.name};\n" + "\n".join(lines) + "\n}\n"


def search_index(site: Site) -> str:
    """What the search knows, as a script: pages opened as files may not fetch anything."""
    rows = [
        [source.file, section.heading.anchor, short_title(source, page), section.heading.text, section.text]
        for source, page in site.pages.values()
        for section in page.sections
    ]
    return f"const SECTIONS = {json.dumps(rows, ensure_ascii=False)};\n"
