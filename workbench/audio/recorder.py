"""Records what came in and what went out, in a thread of its own, into files that are valid at any moment."""

from __future__ import annotations

import logging
import queue
import threading
import time
from pathlib import Path

import numpy as np

from workbench.audio.files import FLAC_CHANNELS
from workbench.audio.flac_writer import FlacWriter
from workbench.audio.protocols import HOP, RATE_HZ
from workbench.audio.sound_parts import part_names
from workbench.audio.wav_writer import WavWriter
from workbench.core.errors import EarshotError, InputError

log = logging.getLogger(__name__)

QUEUE_HOPS = 1000
HEADER_PERIOD_S = 0.7
"""With what an encoder holds back a crash costs less than a second."""
MEASURED_AFTER_S = 5.0
FLAC_GUESS = 0.55
"""Of the size of 32-bit samples, before it is measured: what speech in noise takes."""


KINDS = ("wav", "flac")


class _Track:
    """One signal as one file, or as several where the format holds only so many channels."""

    def __init__(self, folder: Path, name: str, channels: int, kind: str):
        self.channels = channels
        self._parts: list[tuple[slice, WavWriter | FlacWriter]] = []
        most = FLAC_CHANNELS if kind == "flac" else channels
        make = FlacWriter if kind == "flac" else WavWriter
        try:
            for title, part in part_names(name, channels, most):
                path = folder / f"{title}.{kind}"
                if path.exists():
                    raise FileExistsError(0, f"{path.name} is there already")
                self._parts.append((part, make(path, part.stop - part.start, RATE_HZ)))
        except BaseException:
            self.close()
            raise

    @property
    def frames(self) -> int:
        """Samples of each channel so far."""
        return min(writer.frames for _, writer in self._parts)

    @property
    def clipped(self) -> int:
        """Samples that the format could not hold."""
        return sum(getattr(writer, "clipped", 0) for _, writer in self._parts)

    def write(self, samples: np.ndarray) -> None:
        """Append (channels, n) float32."""
        for part, writer in self._parts:
            writer.write(samples[part].T)

    def update_header(self) -> None:
        """Make the files complete as they stand."""
        for _, writer in self._parts:
            writer.update_header()

    def close(self) -> None:
        """Complete the files."""
        for _, writer in self._parts:
            writer.close()


class Recorder:
    """What the source gave and what went out, sample for sample beside each other.

    Writes ``input`` and ``output`` into `folder`, as .wav (32-bit float, RF64 past 4 GB) or .flac (24-bit, clipped at
    full scale; more than eight channels make several files, ``input 1-8.flac`` and so on, which open as one). Their
    headers are brought up to date every second, so that a crash costs a second at most. When the disk is full or gone,
    recording stops by itself: `error` says so, and all files are complete up to there.

    Overflow policy: ten seconds wait in the queue; what a disk is too slow for after that is left out as silence in
    both files (so that they keep time) and counted in `lost_blocks`, which must stay zero.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    input_channels, output_channels : int
    kind : "wav" or "flac"

    Raises
    ------
    EarshotError
        The folder or the files cannot be made.
    InputError
        Another kind.
    """

    def __init__(self, folder: str | Path, input_channels: int, output_channels: int, kind: str = "wav"):
        if kind not in KINDS:
            raise InputError(f"recording as {kind!r}: expected {' or '.join(KINDS)}")
        self.folder, self.kind = Path(folder), kind
        self.lost_blocks = 0
        self.error: EarshotError | None = None
        self._queue: queue.Queue = queue.Queue(maxsize=QUEUE_HOPS)
        self._writers: list[_Track] = []
        self._unlisted = 0
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, channels in (("input", input_channels), ("output", output_channels)):
                self._writers.append(_Track(self.folder, name, channels, kind))
        except OSError as error:
            for writer in self._writers:
                writer.close()
            raise EarshotError(f"{self.folder}: cannot record there ({error.strerror})") from error
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def bytes_a_second(self) -> float:
        """How fast the disk fills: known of .wav, measured of .flac once there are some seconds."""
        raw = 4.0 * RATE_HZ * sum(writer.channels for writer in self._writers)
        if self.kind == "wav":
            return raw
        if self.seconds < MEASURED_AFTER_S:
            return raw * FLAC_GUESS
        try:
            return sum(path.stat().st_size for path in self.folder.glob("*.flac")) / self.seconds
        except OSError:
            return raw * FLAC_GUESS

    @property
    def clipped_samples(self) -> int:
        """Samples beyond full scale that .flac could not hold."""
        return sum(writer.clipped for writer in self._writers)

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
            reason = error.strerror or error
            self.error = EarshotError(
                f"Recording stopped after {self.seconds:.1f} s: {reason}. What was recorded is in {self.folder}"
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
                writer.write(np.zeros((writer.channels, HOP), np.float32))
            writer.write(hop)

    def _drain(self) -> None:
        """Unblock a `stop` that waits for room."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return
