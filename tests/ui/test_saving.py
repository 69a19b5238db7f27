import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QWidget

from workbench.ui.saving import Saver


@pytest.fixture
def saver(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    said = []
    saver = Saver(window, lambda text: said.append(("refused", text)), lambda text: said.append(("notice", text)))
    saver.said = said
    yield saver  # the window lives as long as the test


def test_a_file_is_made_on_another_thread_and_written_whole(saver, qtbot, tmp_path):
    threads, shares = [], []
    saver.progressed.connect(lambda _, share: shares.append(share))

    def make(progress):
        threads.append(QThread.currentThread() is QApplication.instance().thread())
        progress(0.5)
        return b"numbers"

    with qtbot.waitSignal(saver.saved, timeout=20000) as saved:
        assert saver.save(tmp_path / "a.csv", make)
    assert saved.args == [str(tmp_path / "a.csv"), ""]
    assert (tmp_path / "a.csv").read_bytes() == b"numbers"
    assert threads == [False] and shares == [0.0, 0.5, 1.0]
    assert saver.said == [("notice", "Saved a.csv")] and not saver.saving


def test_a_saving_that_is_ended_leaves_the_old_file(saver, qtbot, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("before")
    begun, go_on = threading.Event(), threading.Event()

    def make(progress):
        begun.set()
        assert go_on.wait(20)
        for _ in range(10):
            progress(0.1)
        return b"after"

    assert saver.save(path, make)
    assert begun.wait(20)
    assert not saver.save(tmp_path / "b.csv", make)
    assert saver.said == [("refused", "Another file is still being saved")]
    with qtbot.waitSignal(saver.saved, timeout=20000):
        saver.stop()
        go_on.set()
    assert path.read_text() == "before" and [file.name for file in tmp_path.iterdir()] == ["a.csv"]
    assert saver.said[-1] == ("refused", "Saving a.csv was stopped; no file was written")
    with qtbot.waitSignal(saver.saved, timeout=20000):
        assert saver.save(path, lambda _: b"next")
    assert path.read_text() == "next"


def test_what_goes_wrong_is_said(saver, qtbot, tmp_path):
    with qtbot.waitSignal(saver.saved, timeout=20000):
        saver.save(tmp_path / "none" / "a.csv", lambda _: b"")
    with qtbot.waitSignal(saver.saved, timeout=20000):
        saver.save(tmp_path / "a.csv", lambda _: 1 / 0)
    (_, first), (_, second) = saver.said
    assert "cannot be written" in first and "division by zero" in second
    assert not list(tmp_path.iterdir())
