import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QWidget

from workbench.core.errors import EarshotError
from workbench.ui.handbook import Handbook, page_of, set_page


@pytest.fixture
def built(tmp_path):
    folder = tmp_path / "built"
    folder.mkdir()
    for name in ("index", "beams"):
        (folder / f"{name}.html").write_text(name)
    return folder


def test_a_widget_has_the_page_of_what_it_is_in(qtbot):
    outer = QWidget()
    inner = QWidget(outer)
    own = QWidget(inner)
    qtbot.addWidget(outer)
    assert page_of(own) == page_of(None) == "index.html"
    set_page(outer, "views.html")
    set_page(own, "views.html#meters")
    assert [page_of(each) for each in (outer, inner, own)] == ["views.html", "views.html", "views.html#meters"]


def where_it_leads(opened: list[QUrl]) -> QUrl:
    """The page that the small file turns to."""
    text = Path(opened[-1].toLocalFile()).read_text(encoding="utf-8")
    return QUrl(re.search(r"url=([^\"]+)\"", text)[1].replace("&amp;", "&"))


def test_theme_and_anchor_arrive_although_desktops_drop_them(built, tmp_path):
    opened = []
    book = Handbook(tmp_path / "log", lambda: "light", built, lambda url: opened.append(url) or True)
    book.open("beams.html#what-a-beam-gains")
    target = where_it_leads(opened)
    assert target.toLocalFile() == str(built / "beams.html")
    assert (target.query(), target.fragment()) == ("theme=light", "what-a-beam-gains")
    book.open("nobody.html#x")
    assert where_it_leads(opened).toLocalFile() == str(built / "index.html")


def test_a_folder_that_cannot_be_written_costs_the_anchor_alone(built, tmp_path):
    (tmp_path / "log").write_text("a file where the folder should be")
    opened = []
    Handbook(tmp_path / "log", lambda: "dark", built, lambda url: opened.append(url) or True).open("beams.html#x")
    assert opened == [QUrl.fromLocalFile(str(built / "beams.html"))]


def test_what_is_missing_is_said(built, tmp_path):
    with pytest.raises(EarshotError, match="make docs"):
        Handbook(tmp_path, lambda: "dark", tmp_path / "nothing", lambda url: True).open()
    with pytest.raises(EarshotError, match=re.escape(str(built / "index.html"))):
        Handbook(tmp_path, lambda: "dark", built, lambda url: False).open()
