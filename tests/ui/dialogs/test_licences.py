import sys
from pathlib import Path

import pytest

from workbench.core.resources import root
from workbench.ui.dialogs import AboutPanel
from workbench.ui.dialogs.licences import COLLECTED, FROM_SOURCES, LicencesPanel, licence_parts

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packaging"))
import licences


def test_what_the_package_collects_is_what_is_shown(tmp_path):
    """The writer in packaging/ and the reader here agree on the file."""
    (tmp_path / "LICENSE").write_text("ours")
    parts = [
        licences.Part("One", "1.0", "MIT", "https://one.example", ["first\n", "second"]),
        licences.Part("Two", "2.0", "LGPL-2.1", "", ["third"]),
    ]
    (tmp_path / COLLECTED).write_text(licences.text_of(parts), encoding="utf-8")
    shown = licence_parts(tmp_path)
    assert [title for title, _ in shown] == [
        "Earshot · Apache-2.0",
        "One 1.0 · MIT · https://one.example",
        "Two 2.0 · LGPL-2.1",
    ]
    assert [text for _, text in shown] == ["ours", "first\n\n----\n\nsecond", "third"]


def test_from_the_sources_it_says_where_they_are():
    (_, ours), (_, packages) = licence_parts(root())
    assert "Apache License" in ours and packages == FROM_SOURCES


def test_about_opens_them_and_the_list_chooses(qtbot):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    window.resize(1300, 900)
    qtbot.addWidget(window)
    window.show()
    about = AboutPanel(window, "1.2.3", lambda: None, lambda: None)
    about.show_at(None)
    about.show_licences()
    panel = window.findChild(LicencesPanel)
    assert panel.isVisible() and not about.isVisible()
    assert "Apache License" in panel.text.toPlainText()
    panel.list.setCurrentRow(1)
    assert panel.text.toPlainText() == f"Packages\n\n{FROM_SOURCES}"


@pytest.mark.parametrize(
    ("licence", "accepted"), [("MIT License", True), ("LGPL-2.1-or-later", True), ("GPL-3.0", False)]
)
def test_a_licence_that_would_decide_for_the_program_is_not_accepted(licence, accepted):
    assert licences.is_accepted(licence) == accepted


def test_every_package_that_is_needed_has_a_text_and_an_accepted_licence():
    for distribution in licences.closure(licences.PROJECT).values():
        part = licences.part_of(distribution)
        if part.name not in licences.NOT_SHIPPED:
            assert part.texts, part.name
            assert licences.is_accepted(part.licence), (part.name, part.licence)
