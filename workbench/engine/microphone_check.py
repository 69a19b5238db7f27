"""The microphone check beside the running chain: some seconds are recorded, a process of its own judges them.

The judging takes a core for seconds; in a process of its own, at low priority, it shares neither the interpreter nor
the turn with the sound. It is the same check as `workbench doctor --source … --array …`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from workbench.audio.stream import environment
from workbench.core.errors import EarshotError
from workbench.core.geometry import MicrophoneArray
from workbench.dsp.bands import HOP, RATE_HZ

SECONDS = 10.0
TIMEOUT_S = 120.0
FAULTS = {"dead": "is dead", "inverted": "is inverted", "gain": "has another gain than the others"}


class MicrophoneCheck:
    """Collects hops in memory that is there from the start, then judges them in a thread that waits for the process.

    Parameters
    ----------
    array : MicrophoneArray
    names : of its channels
    done : called from the thread with a sentence and whether something is at fault
    """

    def __init__(
        self,
        array: MicrophoneArray,
        names: tuple[str, ...],
        done: Callable[[str, bool], None],
        seconds: float = SECONDS,
    ):
        self._array, self._names, self._done = array, names, done
        self._samples = np.zeros((array.mics, round(seconds * RATE_HZ / HOP) * HOP), np.float32)
        self._position = 0
        self._full, self._ended = threading.Event(), threading.Event()
        self._process: subprocess.Popen | None = None
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
            return
        try:
            sentence, faulty = sentence_of(self._run(), self._names)
        except EarshotError as error:
            sentence, faulty = f"The microphones were not checked: {error}", True
        if not self._ended.is_set():
            self._done(sentence, faulty)

    def _run(self) -> dict:
        with tempfile.TemporaryDirectory(prefix="earshot-check-") as folder:
            sound, array = Path(folder) / "heard.wav", Path(folder) / "array.toml"
            soundfile.write(sound, self._samples.T, RATE_HZ, subtype="FLOAT")
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
            if hasattr(os, "setpriority"):
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
