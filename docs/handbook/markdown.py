"""One page: Markdown as in `docs/` becomes HTML, with formulas as MathML, anchors, and pictures in both themes.

The Markdown is what code forges show, too: CommonMark with tables, formulas as ``$…$`` and ``$$…$$``, anchors as GitHub
makes them of headings. One thing more: ``## Title {#name}`` gives a heading its anchor.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote, urlsplit

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

OWN_ANCHOR = re.compile(r"\s*\{#([^}\s]+)\}\s*$")
THEMES = ("dark", "light")


@dataclass(frozen=True)
class Heading:
    """A heading of a page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Section:
    """What stands under one heading: what a search finds."""

    heading: Heading
    text: str


@dataclass(frozen=True)
class Page:
    """A page that was made of Markdown."""

    title: str
    body: str
    """HTML between header and footer."""
    sections: tuple[Section, ...]
    links: tuple[str, ...]
    """Targets of all links, as they stand in the HTML."""
    pictures: tuple[str, ...]
    """Pictures as the Markdown names them; of one whose name ends with -dark the light twin is meant as well."""

    @property
    def anchors(self) -> set[str]:
        """All places of the page that can be linked to."""
        return {section.heading.anchor for section in self.sections}


def slug(text: str) -> str:
    """Anchor of a heading, as GitHub makes it: lower case, blanks to hyphens, punctuation away."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def formula(latex: str, block: bool) -> str:
    """LaTeX as MathML, which browsers draw by themselves."""
    return convert(latex.strip(), display="block" if block else "inline")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return parser.use(dollarmath_plugin, double_inline=True, allow_digits=False, allow_space=False)


@dataclass
class _Writer:
    """Walks over a page's tokens: gives headings anchors, turns links, collects what searches and checks need."""

    turn_link: Callable[[str], str]
    taken: dict[str, int] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)

    def anchor(self, text: str, own: str | None) -> str:
        """An anchor that no other heading of the page has: a number is added where it is needed."""
        name = own or slug(text)
        count = self.taken.get(name, 0)
        self.taken[name] = count + 1
        return f"{name}-{count}" if count else name

    def take(self, tokens: list[Token]) -> None:
        """Change the tokens in place."""
        for at, token in enumerate(tokens):
            if token.type == "heading_open":
                self.take_heading(token, tokens[at + 1])
            elif token.type == "inline":
                self.take_inline(token, heading=at > 0 and tokens[at - 1].type == "heading_open")
            elif self.texts and token.type in ("fence", "code_block", "math_block"):
                self.texts[-1].append(token.content)

    def take_heading(self, token: Token, inline: Token) -> None:
        """Its anchor, and a section of its own in the search."""
        own = None
        last = inline.children[-1] if inline.children else None
        if last is not None and last.type == "text" and (found := OWN_ANCHOR.search(last.content)):
            own = found[1]
            last.content = last.content[: found.start()]
        text = "".join(_plain(inline.children or []))
        heading = Heading(int(token.tag[1]), text, self.anchor(text, own))
        token.attrSet("id", heading.anchor)
        self.headings.append(heading)
        self.texts.append([])

    def take_inline(self, token: Token, heading: bool) -> None:
        """Links and pictures of a paragraph or a heading; a paragraph's words."""
        for child in token.children or []:
            if child.type == "link_open":
                target = self.turn_link(str(child.attrs["href"]))
                child.attrSet("href", target)
                self.links.append(target)
            elif child.type == "image":
                self.pictures.append(str(child.attrs["src"]))
        if self.texts and not heading:
            self.texts[-1].append("".join(_plain(token.children or [])))


def _plain(tokens: list[Token]) -> Iterator[str]:
    """The words of inline tokens."""
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type == "image":
            continue
        else:
            yield token.content


def picture_twins(source: str) -> tuple[str, ...]:
    """The picture in each theme, dark first; one that knows no themes alone."""
    stem, _, suffix = source.rpartition(".")
    for theme in THEMES:
        if stem.endswith(f"-{theme}"):
            return tuple(f"{stem.removesuffix(theme)}{each}.{suffix}" for each in THEMES)
    return (source,)


def _image(self, tokens, at, options, env) -> str:
    token = tokens[at]
    alt = html.escape(token.content)
    twins = picture_twins(str(token.attrs["src"]))
    classes = [f' class="only-{theme}"' for theme in THEMES] if len(twins) > 1 else [""]
    tags = [f'<img{kind} src="{html.escape(file)}" alt="{alt}" loading="lazy">' for kind, file in zip(classes, twins)]
    return f'<span class="picture">{"".join(tags)}</span>'


def _math_inline(self, tokens: list[Token], at: int, options, env) -> str:
    return formula(tokens[at].content, False)


def _math_block(self, tokens: list[Token], at: int, options, env) -> str:
    return f'<div class="formula">{formula(tokens[at].content, True)}</div>\n'


def render(text: str, turn_link: Callable[[str], str] = lambda target: target) -> Page:
    """Make a page of Markdown.

    Raises
    ------
    ValueError
        The text does not begin with a heading of the first level.
    """
    parser = _parser()
    parser.add_render_rule("image", _image)
    parser.add_render_rule("math_inline", _math_inline)
    parser.add_render_rule("math_block", _math_block)
    parser.add_render_rule("math_inline_double", _math_block)
    parser.add_render_rule("table_open", lambda self, tokens, at, options, env: '<div class="table"><table>\n')
    parser.add_render_rule("table_close", lambda self, tokens, at, options, env: "</table></div>\n")
    parser.add_render_rule("heading_close", _heading_close)
    tokens = parser.parse(text)
    writer = _Writer(turn_link)
    writer.take(tokens)
    if not writer.headings or writer.headings[0].level != 1:
        raise ValueError("a page begins with a heading of the first level (# …)")
    body = parser.renderer.render(tokens, parser.options, {})
    sections = tuple(Section(heading, " ".join(words)) for heading, words in zip(writer.headings, writer.texts))
    return Page(writer.headings[0].text, body, sections, tuple(writer.links), tuple(writer.pictures))


def _heading_close(self, tokens: list[Token], at: int, options, env) -> str:
    opening = next(token for token in reversed(tokens[:at]) if token.type == "heading_open")
    anchor = html.escape(str(opening.attrs["id"]))
    mark = "" if opening.tag == "h1" else f' <a class="mark" href="#{anchor}" aria-label="Link to this section">#</a>'
    return f"{mark}</{opening.tag}>\n"


def split_link(target: str) -> tuple[str, str]:
    """File and anchor of a link within the handbook; ("", "") for links that lead elsewhere."""
    parts = urlsplit(target)
    return ("", "") if parts.scheme else (unquote(parts.path), unquote(parts.fragment))
