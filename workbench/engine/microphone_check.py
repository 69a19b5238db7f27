"""The microphone check beside the running chain: some seconds are recorded, a process of its own judges them.

The judging takes a core for seconds; in a process of its own, at low priority, it shares neither the interpreter nor
the turn with the sound. It is the same check as `workbench doctor --source … --array …`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.stream import environment
from workbench.core.channel_map import ChannelMap
from workbench.core.errors import EarshotError, InputError
from workbench.core.geometry import MicrophoneArray
from workbench.core.messages import MicrophoneReport, MicrophoneVerdict
from workbench.dsp.bands import HOP, RATE_HZ

SECONDS = 10.0
TIMEOUT_S = 120.0
TOLD_EVERY = RATE_HZ // 4
PIECE = 20 * HOP
FAULTS = {"dead": "is dead", "inverted": "is inverted", "gain": "has another gain than the others"}


class MicrophoneCheck:
    """Collects hops in memory that is there from the start, then judges them in a thread that waits for the process.

    Parameters
    ----------
    array : MicrophoneArray
    names : of its channels
    done : called from the thread with a sentence and whether something is at fault
    changed : called with a `MicrophoneReport` whenever there is news, from any thread
    """

    def __init__(
        self,
        array: MicrophoneArray,
        names: tuple[str, ...],
        done: Callable[[str, bool], None],
        seconds: float = SECONDS,
        changed: Callable[[MicrophoneReport], None] = lambda _: None,
    ):
        self._array, self._names, self._done, self._changed = array, names, done, changed
        self._samples = np.zeros((array.mics, round(seconds * RATE_HZ / HOP) * HOP), np.float32)
        self._position = 0
        self._full, self._ended = threading.Event(), threading.Event()
        self._process: subprocess.Popen | None = None
        self._changed(MicrophoneReport("listening"))
        self._thread = threading.Thread(target=self._judge, name="microphone check", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Not yet said what was found."""
        return self._thread.is_alive()

    def push(self, samples: np.ndarray) -> None:
        """Take one hop (mics, HOP). Never waits."""
        if self._full.is_set():
            return
        self._samples[:, self._position : self._position + HOP] = samples
        self._position += HOP
        if self._position % TOLD_EVERY == 0:
            self._changed(MicrophoneReport("listening", self._position / self._samples.shape[1]))
        if self._position >= self._samples.shape[1]:
            self._full.set()

    def close(self) -> None:
        """Give up; nothing is said any more."""
        self._ended.set()
        self._full.set()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        self._thread.join()

    def _judge(self) -> None:
        self._full.wait()
        if self._ended.is_set():
            self._changed(MicrophoneReport())
            return
        self._changed(MicrophoneReport("judging", 1.0))
        try:
            found = self._run()
            report = report_of(found, self._names)
            sentence, faulty = sentence_of(found, self._names)
        except EarshotError as error:
            sentence, faulty = f"The microphones were not checked: {error}", True
            report = MicrophoneReport("failed", error=str(error))
        if self._ended.is_set():
            self._changed(MicrophoneReport())
            return
        self._changed(report)
        self._done(sentence, faulty)

    def _write(self, path: Path) -> None:
        """In small pieces: turning all of it at once would hold the interpreter for longer than a hop."""
        with soundfile.SoundFile(path, "w", RATE_HZ, len(self._samples), subtype="FLOAT") as file:
            for start in range(0, self._samples.shape[1], PIECE):
                file.write(self._samples[:, start : start + PIECE].T)

    def _run(self) -> dict:
        with tempfile.TemporaryDirectory(prefix="earshot-check-") as folder:
            sound, array = Path(folder) / "heard.wav", Path(folder) / "array.toml"
            self._write(sound)
            rows = ", ".join(f"[{', '.join(f'{value:.9g}' for value in row)}]" for row in self._array.mic_xyz_m)
            array.write_text(f'name = "checked"\nmics = [{rows}]\n')
            program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "workbench"]
            arguments = ["doctor", "--source", f"file:{sound}", "--array", str(array), "--json"]
            self._process = subprocess.Popen(
                [*program, *arguments, "--seconds", str(max(SECONDS, self._samples.shape[1] / RATE_HZ))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment({"OMP_NUM_THREADS": "1"}),
                text=True,
            )
            with contextlib.suppress(AttributeError, OSError):  # a program with less priority may not give it more
                os.setpriority(os.PRIO_PROCESS, self._process.pid, 10)
            try:
                out, said = self._process.communicate(timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired as error:
                self._process.kill()
                self._process.communicate()
                raise EarshotError("it took too long") from error
        if self._process.returncode != 0:
            raise EarshotError((said.strip().splitlines() or ["the check failed"])[-1])
        return json.loads(out)


def report_of(found: dict, names: tuple[str, ...]) -> MicrophoneReport:
    """The doctor's report as a message."""
    verdicts = tuple(
        MicrophoneVerdict(item["index"], names[item["index"]], item["fault"], item["with"], item["gain_db"])
        for item in found["channels"]
    )
    at = datetime.now().strftime("%H:%M")
    return MicrophoneReport("done", 1.0, verdicts, found.get("score", 0.0), found.get("note", ""), at=at)


def remedy(channel_map: ChannelMap, report: MicrophoneReport, verdict: MicrophoneVerdict) -> tuple[ChannelMap, str]:
    """The channel map in which a fault is made good, as far as that can be, and what a button for it says.

    A dead microphone is muted; an inverted one turned; another gain evened out; exchanged ones put in their places,
    with all that changed places with them. The verdicts are counted by the map's positions.

    Raises
    ------
    InputError
        The map has no such position, or the gain that is needed is out of range.
    """
    index = verdict.index
    if index >= len(channel_map.positions):
        raise InputError(f"the channel map has no microphone {index + 1}")
    position = channel_map.positions[index]
    if verdict.fault == "dead":
        return channel_map.with_position(index, muted=True), f"Mute {verdict.name}"
    if verdict.fault == "inverted":
        return channel_map.with_position(index, inverted=not position.inverted), f"Invert {verdict.name}"
    if verdict.fault == "gain":
        gain_db = round(position.gain_db - (verdict.gain_db or 0.0), 1)
        return channel_map.with_position(index, gain_db=gain_db), f"Set {verdict.name} to {gain_db:+.1f} dB"
    if verdict.fault == "swapped":
        belongs = {one.index: one.partner for one in report.verdicts if one.fault == "swapped"}
        circle, at = [index], belongs.get(index)
        while at is not None and at != index and at in belongs and at not in circle:
            circle.append(at)
            at = belongs[at]
        positions = list(channel_map.positions)
        for one in circle:
            positions[belongs[one]] = channel_map.positions[one]
        return ChannelMap(tuple(positions)), "Exchange them" if len(circle) == 2 else "Put them in order"
    return channel_map, ""


def sentence_of(report: dict, names: tuple[str, ...]) -> tuple[str, bool]:
    """What the doctor's report says, in words, and whether anything is at fault."""
    parts = []
    for item in report["channels"]:
        name = names[item["index"]]
        if item["fault"] == "swapped":
            parts.append(f"{name} is swapped with {names[item['with']]}")
        elif item["fault"] == "gain":
            parts.append(f"{name} {FAULTS['gain']} ({item['gain_db']:+.1f} dB)")
        elif item["fault"]:
            parts.append(f"{name} {FAULTS[item['fault']]}")
    note = f" Note: {report['note']}." if report.get("note") else ""
    if parts:
        return f"Microphone check: {', '.join(parts)}.{note}", True
    return f"Microphone check: nothing wrong with the {len(report['channels'])} channels.{note}", False
