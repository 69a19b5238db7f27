"""The real window on an X server of its own (Xvfb), with a session that the script commands."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SIZE = (1920, 1080)


@contextlib.contextmanager
def screen(size: tuple[int, int] = SIZE) -> Iterator[str]:
    """An X server of its own, named in DISPLAY; without Xvfb, Qt's own offscreen platform.

    Raises
    ------
    RuntimeError
        The server did not start.
    """
    if shutil.which("Xvfb") is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield "offscreen"
        return
    guard = (
        ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    )  # it dies with us, should we be killed
    # The server itself takes a free number, and says it once it answers: of two that look for a free one at the same
    # time, both would find the same. Keys do not repeat: one that is held because the machine is busy is pressed once.
    number_end, told_end = os.pipe()
    server = subprocess.Popen(
        [
            *(*guard, "Xvfb", "-displayfd", str(told_end), "-r", "-noreset", "-nolisten", "tcp"),
            *("-screen", "0", f"{size[0]}x{size[1]}x24"),
        ],
        pass_fds=[told_end],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told_end)
    try:
        with os.fdopen(number_end) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb ended with {server.wait()} and gave no screen")
        os.environ["DISPLAY"] = f":{number}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


class Shown:
    """The main window over a session, painting; `spin` lets it live for a while."""

    def __init__(self, session, size: tuple[int, int] = SIZE, theme_name: str = ""):
        from PySide6.QtCore import QSettings
        from PySide6.QtWidgets import QApplication

        from workbench.dsp.bands import PEAK_HZ
        from workbench.ui import theme
        from workbench.ui.bridge import Bridge
        from workbench.ui.main_window import MainWindow
        from workbench.ui.views.sound import SoundView
        from workbench.ui.views.space import SpaceView

        self.app = QApplication.instance() or QApplication([])
        self.app.setStyle("Fusion")
        self.app.setFont(theme.font(13))
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self.session, self.bridge = session, Bridge(session)
        store = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        folders = {name: folder / name for name in ("presets", "recordings", "log")}
        self.window = MainWindow(self.bridge, SoundView(PEAK_HZ), SpaceView(), store, folders)
        if theme_name:
            self.window.set_theme(theme_name)
        self.window.resize(*size)
        self.window.move(0, 0)
        self.window.show()
        self.bridge.begin()

    def spin(self, seconds: float) -> None:
        """Let the window work for so long."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Let the window work until `condition` holds; whether it did in time."""
        end_s = time.monotonic() + limit_s
        while not condition() and time.monotonic() < end_s:
            self.spin(0.05)
        return condition()

    def close(self) -> None:
        """Take everything apart."""
        self.bridge.close()
        self.window.close()
        self.window.setParent(None)
        self.window.deleteLater()
        self.app.sendPostedEvents(None, 0)
        self.app.processEvents()
        self._folder.cleanup()
