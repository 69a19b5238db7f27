"""Starting and ending the window: options, fonts, log, the session, and an orderly end."""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from workbench import __version__
from workbench.core.errors import EarshotError, InputError
from workbench.ui import dialogs, scale, theme
from workbench.ui.crash_guard import CrashGuard

log = logging.getLogger(__name__)

NAME = "earshot"
DEVICE_WAIT_MS = 1500
"""With no sink named, the sound starts when the devices are listed, or after this time without one."""


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, e.g. 1920x1080") from None
    return width, height


def _scale(text: str) -> int:
    percent = scale.held_percent(text)
    if text.strip().removesuffix("%") != str(percent):
        raise argparse.ArgumentTypeError(f"{text!r} is not a scale from 100 to 300 percent")
    return percent


def _store(fresh: bool) -> QSettings:
    """Where the window is remembered."""
    config = platformdirs.user_config_path(NAME, appauthor=False)
    return QSettings(str(config / ("window-fresh.ini" if fresh else "window.ini")), QSettings.Format.IniFormat)


def argument_parser() -> argparse.ArgumentParser:
    """The window's own options."""
    parser = argparse.ArgumentParser(prog="workbench", description="Earshot, a live audio workbench.")
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="sound file, preset, settings, array, layout or session to open",
    )
    parser.add_argument("--source", metavar="SPEC", help="room[:SCENE], file:PATH or device:HOSTAPI/NAME")
    parser.add_argument("--sink", metavar="SPEC", help="none, file:PATH or device:HOSTAPI/NAME")
    parser.add_argument("--array", metavar="A", help="microphone array: a shipped name or a TOML file")
    parser.add_argument("--layout", metavar="L", help="loudspeaker layout: a shipped name or a TOML file")
    parser.add_argument("--settings", metavar="FILE", type=Path, help="settings file to begin with")
    parser.add_argument(
        "--theme", choices=("dark", "light", "contrast", "system"), help="instead of the remembered one"
    )
    parser.add_argument("--scale", type=_scale, metavar="PERCENT", help="size of everything, 100 to 300; remembered")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window, e.g. 1920x1080")
    parser.add_argument("--stopped", action="store_true", help="do not start the sound")
    parser.add_argument("--fresh", action="store_true", help="ignore and keep the remembered layout, theme and devices")
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save a picture of the window, then leave")
    parser.add_argument("--after", metavar="SECONDS", type=float, default=5.0, help="when --screenshot is taken")
    parser.add_argument(
        "--start-times", metavar="FILE", type=Path, help="write how long the start took (JSON, seconds), then leave"
    )
    return parser


def parse(argv: list[str]) -> argparse.Namespace:
    """The window's own options as given. Exits with 2 on a bad one, like every command."""
    return argument_parser().parse_args(argv)


def start_log(folder: Path) -> Path:
    """Log to a file that is kept small; a folder that cannot be written means no file, not no window."""
    path = folder / "earshot.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    except OSError as error:
        log.warning("no log file: %s", error)
        return path
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    for other in root.handlers:  # the terminal goes on saying what it said
        other.setLevel(max(other.level, root.level))
    root.addHandler(handler)
    root.setLevel(min(root.level or logging.WARNING, logging.INFO))
    return path


_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _log_qt(kind, context, message) -> None:
    logging.getLogger("qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)


def _begin_settings(args: argparse.Namespace):
    """The settings to begin with: the file's, then the options over it.

    Raises
    ------
    InputError
        A settings file, array or layout that cannot be used.
    """
    from workbench.core.geometry import load_array, load_layout
    from workbench.engine import settings as settings_files

    if args.file and not args.file.exists():
        raise InputError(f"{args.file}: no such file")
    settings = settings_files.load(args.settings) if args.settings else settings_files.Settings()
    given = {name: getattr(args, name) for name in ("source", "sink", "array", "layout")}
    if args.array:
        load_array(args.array)
    if args.layout:
        load_layout(args.layout)
    return replace(settings, **{name: value for name, value in given.items() if value})


def _require_screen() -> None:
    """Qt ends the whole program, without a word of use, where there is no screen."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not named:
        raise EarshotError(
            "there is no screen to open a window on (DISPLAY and WAYLAND_DISPLAY are not set); "
            "`workbench live` runs without one"
        )


def main(argv: list[str] | None = None) -> int:
    """Open the window and stay until it is closed.

    Returns
    -------
    int
        0; 2 for a bad option, settings file, array or layout; 1 where there is no screen; 130 when interrupted.
    """
    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        return _run(args)
    except InputError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 2
    except EarshotError as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(args: argparse.Namespace) -> int:
    log_folder = platformdirs.user_log_path(NAME, appauthor=False)
    start_log(log_folder)
    settings = _begin_settings(args)
    _require_screen()

    if QApplication.instance() is None:
        remembered = 100 if args.fresh else scale.held_percent(_store(False).value(scale.STORED, 100))
        scale.use_scale(args.scale or remembered)
    qInstallMessageHandler(_log_qt)
    app = QApplication.instance() or QApplication(["earshot"])
    app.setApplicationName("Earshot")
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    app.setFont(theme.font(13))

    # Heavy modules from here on: Qt is up, and the list of devices is made meanwhile.
    from workbench.engine.device_store import DeviceStore
    from workbench.engine.run_marker import RunMarker
    from workbench.engine.session import Session
    from workbench.ui.bridge import Bridge

    config = platformdirs.user_config_path(NAME, appauthor=False)
    run = RunMarker(_runs_folder())
    bridge = Bridge(Session(settings, DeviceStore(None if args.fresh else config / "devices.toml"), run))
    try:
        bridge.watch_devices(bridge.session.device_watch)
        return _show(app, _build_window(args, bridge, log_folder), bridge, args)
    finally:
        bridge.close()
        run.close()
        qInstallMessageHandler(None)


def _runs_folder() -> Path:
    """Where each run of the program has its mark while it lasts."""
    return platformdirs.user_state_path(NAME, appauthor=False) / "runs"


def _build_window(args: argparse.Namespace, bridge, log_folder: Path):
    """The main window with its views, as the options want it."""
    from workbench.dsp.bands import PEAK_HZ
    from workbench.ui.main_window import MainWindow
    from workbench.ui.views.sound import SoundView
    from workbench.ui.views.space import SpaceView

    config = platformdirs.user_config_path(NAME, appauthor=False)
    store = _store(args.fresh)
    if args.fresh:
        store.clear()
    if args.scale:
        store.setValue(scale.STORED, args.scale)
    folders = {
        "presets": config / "presets",
        "recordings": platformdirs.user_documents_path() / "Earshot recordings",
        "log": log_folder,
    }
    window = MainWindow(bridge, SoundView(PEAK_HZ), SpaceView(), store, folders)
    if args.settings:
        window.files.begin_with(args.settings)
    if args.theme:
        window.set_theme(args.theme, remember=False)
    if args.size:
        window.resize(*args.size)
    return window


def _show(app: QApplication, window, bridge, args: argparse.Namespace) -> int:
    """Show the window until it is closed, then take it apart. Returns the exit status."""

    interrupted = []

    def on_signal(number, _frame) -> None:
        # Python comes to this between any two of its lines, also while it paints: a window that is taken from the
        # screen then leaves Qt with a picture and nowhere to put it.
        interrupted.append(number)
        QTimer.singleShot(0, window.close)

    guard = CrashGuard(window.folders["log"])
    guard.failed.connect(window.crashes.on_failure)
    guard.install()
    old_handlers = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        window.show()
        bridge.begin()
        choose = {
            "choose_source": not (args.source or args.settings or args.file),
            "choose_sink": not (args.sink or args.settings),
        }
        if not args.screenshot:
            window.crashes.look_back(_runs_folder())
        named = args.file or args.source or args.sink or args.settings or args.fresh or args.stopped or args.screenshot
        if not named and window.first_run.wanted:
            window.first_run.begin()
        if args.file:
            window.files.take(args.file.absolute())
        starter = _Starter(window, bridge, window.store, **choose, start=not args.stopped)
        if args.start_times:
            _watch_start(window, bridge, args.start_times)
        if args.screenshot:
            QTimer.singleShot(round(1000 * args.after), lambda: _take_picture(window, args.screenshot))
        QTimer.singleShot(0, lambda: log.info("Earshot %s: the window is open", __version__))
        code = app.exec()
    finally:
        guard.remove()
        for number, handler in old_handlers.items():
            signal.signal(number, handler)
        bridge.close()
        starter = None  # noqa: F841 - its timer goes before the application does
        _end(app, window)
    if args.screenshot and not args.screenshot.is_file():
        raise InputError(f"{args.screenshot}: the picture could not be saved here")
    if args.start_times and not args.start_times.is_file():
        raise InputError(f"{args.start_times}: the times of the start could not be written here")
    return 130 if interrupted else code


class _Starter:
    """Chooses the remembered devices or the default output when the devices are known, then starts the sound, once.

    Where the devices take long, the sound begins without an output, and goes over to the default one when they are
    known, unless a person has chosen by then.
    """

    def __init__(self, window, bridge, store: QSettings, choose_source: bool, choose_sink: bool, start: bool):
        self.bridge, self.store, self.start = bridge, store, start
        self.choose_source, self.choose_sink = choose_source, choose_sink
        self.done = False
        if not (choose_source or choose_sink):
            self.go([])
            return
        bridge.devices_listed.connect(self.go)
        self.timer = QTimer(window)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(lambda: self.go(None))
        self.timer.start(DEVICE_WAIT_MS)

    def go(self, devices: list[dict] | None) -> None:
        """Start with what is there; None: that is not known yet."""
        known = devices is not None
        source, sink = (str(self.store.value(name, "")) for name in ("source", "sink"))
        remembered = sink == "none" or sink.startswith("device:")
        if not remembered:
            sink = dialogs.default_output(devices or [])
        if not self.done:
            self.done = True
            # A device that is not there now is stood in for, and taken when it appears.
            if self.choose_source and source.startswith("device:"):
                self.bridge.choose_source(source)
            if self.choose_sink:
                self.bridge.choose_sink(sink)
            if self.start:
                self.bridge.start()
        elif self.choose_sink and not remembered and self._nothing_is_heard and sink != "none":
            self.bridge.choose_sink(sink)
        self.choose_sink = self.choose_sink and not known

    @property
    def _nothing_is_heard(self) -> bool:
        """Nor recorded: a recording would end with the chain."""
        return self.bridge.session.sink_spec == "none" and self.bridge.health.recording_s is None


def _watch_start(window, bridge, path: Path) -> None:
    """Have the times of the start written, then leave."""
    from workbench.engine.meters import process_age_s
    from workbench.ui.start_watch import StartWatch, write_times

    def done(times: dict[str, float]) -> None:
        try:
            write_times(times, path)
        except OSError as error:
            log.error("%s: %s", path, error)
        window.close()

    watch = StartWatch(window, window.sound.before, process_age_s, done)
    bridge.snapshots.connect(watch.heard)


def _take_picture(window, path: Path) -> None:
    picture: QPixmap = window.grab()
    if not picture.save(str(path)):
        log.error("%s: the picture could not be saved", path)
    window.close()


def _end(app: QApplication, window) -> None:
    """Take the window apart while the application still lives: late destructors have crashed interpreters."""
    window.close()
    window.setParent(None)
    window.deleteLater()
    app.sendPostedEvents(None, 0)
    app.processEvents()
