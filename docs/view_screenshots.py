"""Pictures of each view for the handbook: the real program with the simulated room, one process a theme.

    python docs/view_screenshots.py THEME FOLDER

Called by `make_screenshots.py`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from workbench.dsp.bands import PEAK_HZ
from workbench.engine.session import Session
from workbench.engine.settings import Settings
from workbench.ui import theme
from workbench.ui.bridge import Bridge
from workbench.ui.frequency_scale import LOG
from workbench.ui.main_window import MainWindow
from workbench.ui.views.sound import SoundView
from workbench.ui.views.space import SpaceView

FILL_S = 14.0
"""How long the room plays before the first picture."""


def spin(seconds: float) -> None:
    """Let the program run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def shoot(window: MainWindow, save: Callable[[QWidget, str], None]) -> None:
    """Bring each view into a telling state and save it."""
    sound, space = window.sound, window.space
    spin(FILL_S)
    session = window.bridge.session
    localization = session.mailbox.localizations_since(-1)[-1]
    if localization.tracks:
        session.set({"beamformer.follow": localization.tracks[0].number})
    session.set({"beamformer.method": "superdirective"})
    spin(3.0)
    save(sound, "view-sound")
    save(space.source_map.parentWidget(), "view-map")
    canvas = space.beam.canvas
    canvas.set_cursor(canvas._pattern.steering_rad + 1.0 if canvas._pattern is not None else 1.0)
    save(space.beam.parentWidget(), "view-beam")
    canvas.set_cursor(None)
    space.beam.curves_button.setChecked(True)
    save(space.beam.parentWidget(), "view-beam-curves")
    space.show_lower_page(1)
    spin(0.5)
    save(space.loudspeakers.parentWidget(), "view-loudspeakers")
    space.show_lower_page(2)
    space.meters.choose_pair(("input", 0, 4))
    spin(3.5)
    save(space.meters.parentWidget(), "view-meters")
    sound.set_frozen(True)
    sound.scroll(-0.25)
    sound.axes.set_scale(LOG)
    sound.set_level_map("viridis")
    count = sound.shown.count
    sound._select((count - 700, count - 480))
    sound.crosshair.move(-5.6, 880.0)
    spin(0.2)
    save(sound, "view-sound-frozen")


def main() -> int:
    """Take the pictures of one theme."""
    chosen, folder = sys.argv[1], Path(sys.argv[2])
    app = QApplication([])
    app.setStyle("Fusion")
    app.setFont(theme.font(13))
    own = Path(tempfile.mkdtemp())
    session = Session(Settings(source="room", sink="none", array="uca8-100mm", layout="pair-100mm"))
    bridge = Bridge(session)
    store = QSettings(str(own / "window.ini"), QSettings.Format.IniFormat)
    folders = {name: own / name for name in ("presets", "recordings", "log")}
    window = MainWindow(bridge, SoundView(PEAK_HZ), SpaceView(), store, folders)
    window.set_theme(chosen)
    window.resize(1920, 1080)
    window.show()
    bridge.begin()
    session.start()

    def save(widget: QWidget, name: str) -> None:
        QGuiApplication.processEvents()
        path = folder / f"{name}-{chosen}.png"
        widget.grab().save(str(path))
        print(path, path.stat().st_size)

    try:
        shoot(window, save)
    finally:
        bridge.close()
    sys.stdout.flush()
    os._exit(0)  # late destructors have crashed interpreters that had painted


if __name__ == "__main__":
    main()
