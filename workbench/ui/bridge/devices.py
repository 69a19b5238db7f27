"""The list of sound devices: from the engine's watch, or listed on a pool thread."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import asdict

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from workbench.ui.bridge.state import BridgeState

log = logging.getLogger(__name__)


class _Listing(QRunnable):
    """Lists the devices on a pool thread."""

    def __init__(self, lister: Callable[[], list[dict]], done: Signal):
        super().__init__()
        self.lister, self.done = lister, done

    def run(self):
        try:
            devices, problem = self.lister(), ""
        except Exception as error:
            log.exception("listing the devices failed")
            devices, problem = [], str(error)
        with contextlib.suppress(RuntimeError):  # the bridge may be gone by now
            self.done.emit(devices, problem)


class DeviceList(BridgeState):
    """Which sound devices there are.

    Parameters
    ----------
    lister : () -> list of dict, optional
        Lists the devices; takes up to a second. Without one `watch_devices` brings them.
    """

    _listing_done = Signal(list, str)
    """From the pool thread: what was found, or why nothing."""

    def __init__(self, session, lister: Callable[[], list[dict]] | None = None, parent: QObject | None = None):
        super().__init__(session, parent)
        self._lister = lister
        self._listing = False
        self._watch = None
        self._devices: list[dict] = []
        self._listing_done.connect(self._on_devices)

    @property
    def devices(self) -> list[dict]:
        """The sound devices as last listed."""
        return self._devices

    def watch_devices(self, watch) -> None:
        """Take the devices from the engine's watch, which tells of changes by itself."""

        def tell() -> None:
            devices = [asdict(device) for device in watch.listing.devices] if watch.listing else []
            with contextlib.suppress(RuntimeError):  # the bridge may be gone by now
                self._listing_done.emit(devices, watch.error)

        self._watch = watch
        watch.subscribe(tell)
        if watch.serial:
            tell()

    def refresh_devices(self) -> None:
        """List the devices again, off the GUI thread; `devices_listed` brings them."""
        if self._watch is not None:
            self._watch.refresh()
            return
        if self._lister is None or self._listing:
            return
        self._listing = True
        QThreadPool.globalInstance().start(_Listing(self._lister, self._listing_done))

    def _on_devices(self, devices: list[dict], error: str) -> None:
        self._listing = False
        self._devices = devices
        if error:
            self.failed.emit(f"The sound devices could not be listed: {error}")
        self.devices_listed.emit(devices)
