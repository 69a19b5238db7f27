"""The window's tests run without a screen, and a warning from Qt fails them."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PATIENCE_MS = 60_000
"""What is waited for at most. What comes ends the wait at once, so that only a failure takes this long."""


class PatientBot(QtBot):
    """pytest-qt's bot for a machine that is busy with something else."""

    def waitUntil(self, callback, *, timeout=0):
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal, *, timeout=PATIENCE_MS, raising=None, **options):
        if raising is not False:  # as `assertNotEmitted` asks: then waiting is all that it does
            timeout = max(timeout, PATIENCE_MS)
        return super().waitSignal(signal, timeout=timeout, raising=raising, **options)

    def waitExposed(self, widget, *, timeout=0):
        return super().waitExposed(widget, timeout=max(timeout, PATIENCE_MS))


@pytest.fixture(scope="session", autouse=True)
def own_qt_settings(tmp_path_factory):
    """What Qt itself remembers, such as the folders of its file dialog, is neither a person's nor another process's."""
    folder = tmp_path_factory.mktemp("qt-settings")
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder))


@pytest.fixture
def qtbot(qapp, request):
    return PatientBot(request)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))  # the offscreen screen itself
