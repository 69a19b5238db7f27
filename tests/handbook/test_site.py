import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from docs.handbook import check, site
from workbench.core.params import ENTRIES
from workbench.ui.theme import DARK, LIGHT


@pytest.fixture(scope="module")
def rendered():
    return site.render()


@pytest.fixture(scope="module")
def built(rendered, tmp_path_factory):
    folder = tmp_path_factory.mktemp("handbook") / "html"
    site.write(rendered, folder)
    return folder


class Reader(HTMLParser):
    """Anchors, targets and whether all that is opened is closed."""

    EMPTY = frozenset({"meta", "link", "img", "input", "br", "hr"})

    def __init__(self):
        super().__init__()
        self.ids, self.targets, self.open = set(), [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "id" in values:
            assert values["id"] not in self.ids, values["id"]
            self.ids.add(values["id"])
        self.targets += [values[name] for name in ("href", "src") if values.get(name)]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


def test_nothing_is_wrong_with_the_handbook(rendered):
    assert check.problems(rendered) == []


def test_what_is_wrong_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(site, "DOCS", tmp_path)
    monkeypatch.setattr(check, "DOCS", tmp_path)
    (tmp_path / "a.md").write_text("# A\n\n[x](b.md#nowhere) [y](c.md) [z](#a) ![p](q-dark.png)\n")
    (tmp_path / "b.md").write_text("# B\n")
    (tmp_path / "lost.md").write_text("# Lost\n")
    chosen = [site.Source(name, "Here", tmp_path / f"{name}.md") for name in "ab"]
    assert check.problems(site.render(chosen)) == [
        "a: b.html#nowhere: no such heading",
        "a: c.md: no such page",
        "a: q-dark.png: no such picture",
        "a: q-light.png: no such picture",
        "lost.md: is not in contents.toml",
    ]


def test_a_page_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "a.md").write_text("no title")
    with pytest.raises(ValueError, match=r"a\.md: a page begins"):
        site.render([site.Source("a", "Here", tmp_path / "a.md")])


def test_all_that_a_page_refers_to_is_there_and_nothing_comes_from_the_net(built, rendered):
    readers = {}
    for path in built.glob("*.html"):
        readers[path.name] = reader = Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        assert reader.open == [], path
    assert len(readers) == len(rendered.pages)
    for name, reader in readers.items():
        for target in reader.targets:
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue  # a link that a person may follow; whether pages load anything is looked at below
            assert not file or (built / unquote(file)).is_file(), (name, target)
            if anchor and file.endswith((".html", "")):
                assert unquote(anchor) in readers[file or name].ids, (name, target)
    for path in [*built.glob("*.html"), built / "handbook.css", built / "handbook.js"]:
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r"(?:src=\"|url\(\"?|<link[^>]*href=\"|fetch\(\"?|import )(https?:[^\"]*)", text)
        assert loaded == [], path


def test_every_parameter_can_be_linked_to(built):
    reader = Reader()
    reader.feed((built / "parameters.html").read_text(encoding="utf-8"))
    assert set(ENTRIES) <= reader.ids


def test_the_look_is_the_programs(built):
    look = (built / "handbook.css").read_text(encoding="utf-8")
    light, dark = look.split(':root[data-theme="dark"]')[:2]
    assert f"--panel: {LIGHT.panel};" in light and f"--text1: {LIGHT.text1};" in light
    assert f"--panel: {DARK.panel};" in dark and f"--track4: {DARK.track4};" in dark
    used = set(re.findall(r"var\((--[\w-]+)\)", look))
    assert used <= set(re.findall(r"(--[\w-]+):", look))


def test_a_picture_is_shown_in_one_theme_alone(built):
    """Rules of the classes that `markdown` gives to twins, in the order in which they count."""
    look = (built / "handbook.css").read_text(encoding="utf-8")
    rules = re.findall(r"^([^\n{}]*\.only-(?:dark|light)) \{ display: (\w+) !important; \}$", look, re.M)
    dark = ':root[data-theme="dark"]'
    assert rules == [(".only-dark", "none"), (f"{dark} .only-dark", "block"), (f"{dark} .only-light", "none")]


def test_writing_again_replaces_what_was_there(rendered, tmp_path):
    target = tmp_path / "html"
    site.write(rendered, target)
    (target / "of-yesterday.html").write_text("old")
    site.write(rendered, target)
    assert not (target / "of-yesterday.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["html"]


def test_the_command_builds_it_and_says_where(tmp_path):
    target = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "docs.handbook", "--strict", "--out", str(target)],
        cwd=site.ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"The handbook: {target / 'index.html'}, ")
    assert (target / "search-index.js").is_file()
