"""Records what came in and what went out, in a thread of its own, into files that are valid at any moment."""

from __future__ import annotations

import logging
import queue
import threading
import time
from pathlib import Path

import numpy as np

from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.wav_writer import WavWriter
from workbench.core.errors import EarshotError

log = logging.getLogger(__name__)

QUEUE_HOPS = 1000
HEADER_PERIOD_S = 1.0


class Recorder:
    """Raw microphones and processed output, sample for sample beside each other.

    Writes ``input.wav`` and ``output.wav`` (32-bit float, RF64 past 4 GB) into `folder`. Their headers are brought
    up to date every second, so that a crash costs a second at most. When the disk is full or gone, recording stops
    by itself: `error` says so, and both files are complete up to there.

    Overflow policy: ten seconds wait in the queue; what a disk is too slow for after that is left out as silence in
    both files (so that they keep time) and counted in `lost_blocks`, which must stay zero.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    input_channels, output_channels : int

    Raises
    ------
    EarshotError
        The folder or the files cannot be made.
    """

    def __init__(self, folder: str | Path, input_channels: int, output_channels: int):
        self.folder = Path(folder)
        self.lost_blocks = 0
        self.error: EarshotError | None = None
        self._queue: queue.Queue = queue.Queue(maxsize=QUEUE_HOPS)
        self._writers: list[WavWriter] = []
        self._unlisted = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, channels in (("input.wav", input_channels), ("output.wav", output_channels)):
                path = self.folder / name
                if path.exists():
                    raise FileExistsError(0, f"{name} is there already")
                self._writers.append(WavWriter(path, channels, RATE_HZ))
        except OSError as error:
            for writer in self._writers:
                writer.close()
            raise EarshotError(f"{self.folder}: cannot record there ({error.strerror})") from error
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Length of what is written so far."""
        return min(writer.frames for writer in self._writers) / RATE_HZ

    def push(self, raw: np.ndarray, processed: np.ndarray) -> None:
        """Take one hop: (input channels, HOP) and (output channels, HOP). Never waits; the arrays may not change."""
        if self.error is not None:
            return
        try:
            self._queue.put_nowait((self._unlisted, raw, processed))
            self._unlisted = 0
        except queue.Full:
            self._unlisted += 1
            self.lost_blocks += 1

    def stop(self) -> None:
        """Write out what is queued and complete the files; may be called twice."""
        if self._thread.is_alive():
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        header_due_s = time.monotonic() + HEADER_PERIOD_S
        try:
            while (item := self._queue.get()) is not None:
                self._write(*item)
                if time.monotonic() >= header_due_s:
                    for writer in self._writers:
                        writer.update_header()
                    header_due_s = time.monotonic() + HEADER_PERIOD_S
        except OSError as error:
            self.error = EarshotError(
                f"Recording stopped after {self.seconds:.1f} s: {error.strerror}. What was recorded is in {self.folder}"
            )
            self._drain()
        finally:
            for writer in self._writers:
                try:
                    writer.close()
                except OSError as error:
                    log.warning("%s: %s", self.folder, error)

    def _write(self, lost: int, *hops: np.ndarray) -> None:
        for writer, hop in zip(self._writers, hops):
            for _ in range(lost):
                writer.write(np.zeros((HOP, writer.channels), np.float32))
            writer.write(hop.T)

    def _drain(self) -> None:
        """Unblock a `stop` that waits for room."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return
