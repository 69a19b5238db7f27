import os
import sys

import pytest
from PySide6.QtCore import QUrl

from workbench.ui import desktop


@pytest.fixture
def seen(monkeypatch):
    """What another program would be started with."""
    found = []

    def open_url(url):
        found.append((url.toLocalFile(), os.environ.get("LD_LIBRARY_PATH")))
        return True

    monkeypatch.setattr(desktop.QDesktopServices, "openUrl", open_url)
    return found


@pytest.mark.parametrize(("before", "theirs"), [(None, None), ("/opt/theirs", "/opt/theirs")])
def test_a_frozen_program_keeps_its_libraries_from_the_browser(monkeypatch, seen, before, theirs):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/earshot/_internal")
    if before is None:
        monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    else:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    assert desktop.open_address(QUrl.fromLocalFile("/a/page.html"))
    assert seen == [("/a/page.html", theirs)]
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/earshot/_internal"


def test_from_a_checkout_the_surroundings_are_a_persons_own(monkeypatch, seen):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/home/somebody/lib")
    assert desktop.open_address(QUrl.fromLocalFile("/a"))
    assert seen == [("/a", "/home/somebody/lib")]
