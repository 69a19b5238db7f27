"""Thousands of damaged presets and journals: each is read as something valid or refused with a reason; nothing crashes.

python -m tests.soak.fuzzed_files [--full] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from tests.engine.test_replay import record
from tests.soak.verdict import verdict
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import ENTRIES, Params
from workbench.dsp.bands import RATE_HZ
from workbench.engine import journal, presets, recorded_session, recorded_state
from workbench.engine.chain import Chain

WORDS = (
    "{",
    "}",
    '"',
    "[",
    "]",
    "=",
    "1e999",
    "-1",
    "null",
    "true",
    "nan",
    "\x00",
    "é",
    "at",
    "params",
    "0x",
    "''",
    "\n",
)


def damaged(text: str, rng: random.Random) -> str:
    """The text after one to four accidents: cut, doubled, overwritten, swapped."""
    for _ in range(rng.randint(1, 4)):
        if not text:
            return text
        a, b = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:a] + text[b:]
        elif kind == 1:
            text = text[:a] + rng.choice(WORDS) + text[a:]
        elif kind == 2:
            text = text[:a] + text[a : min(b, a + 200)] + text[a:]
        elif kind == 3:
            text = text[:a]
        else:
            digits = [at for at, letter in enumerate(text) if letter.isdigit()]
            if digits:
                at = rng.choice(digits)
                text = text[:at] + rng.choice(("9", "-", "e", "99999999")) + text[at + 1 :]
    return text


def fuzz_presets(count: int, folder: Path, rng: random.Random) -> tuple[int, int]:
    """(taken, refused)."""
    originals = [path.read_text(encoding="utf-8") for path in presets.shipped()]
    path, before, taken = folder / "fuzz.toml", Params(), 0
    for _ in range(count):
        path.write_text(damaged(rng.choice(originals), rng), encoding="utf-8")
        try:
            after = presets.load(path).apply(before)
        except InputError as error:
            assert "fuzz.toml" in str(error), error
            continue
        taken += 1
        assert all(
            parameters.check(name, parameters.get(after, name)) == parameters.get(after, name) for name in ENTRIES
        )
    assert before == Params()
    return taken, count - taken


def fuzz_sessions(count: int, folder: Path, rng: random.Random) -> tuple[int, int]:
    """(taken, refused)."""
    noise = np.random.default_rng(0).normal(0, 0.1, (2 * RATE_HZ, 4)).astype(np.float32)
    soundfile.write(folder / "noise.wav", noise, RATE_HZ, "FLOAT")

    def act(session):
        yield lambda: session.set({"enhance.strength_percent": 50.0, "beamformer.steering_deg": 40.0})
        yield lambda: session.ab.choose("b")
        yield lambda: session.set({"render.virtual_deg": 20.0})

    session = record(folder / "good", f"file:{folder / 'noise.wav'}", act, "square4-30mm", "pair-100mm", 0.3)
    path, text = session / journal.EVENTS_NAME, (session / journal.EVENTS_NAME).read_text(encoding="utf-8")
    untouched = {file.name: file.stat().st_mtime_ns for file in session.iterdir() if file.name != path.name}
    taken = 0
    for _ in range(count):
        path.write_text(damaged(text, rng), encoding="utf-8")
        try:
            opened = recorded_session.open_session(session)
            chain = Chain(recorded_session.config_of(opened), analyse=False, compare=bool(opened.header["compare"]))
            state = recorded_state.State(opened, partial(recorded_state.install_networks, chain))
            for event in opened.events:
                state.take(event)
        except InputError:
            continue
        taken += 1
    assert untouched == {file.name: file.stat().st_mtime_ns for file in session.iterdir() if file.name != path.name}
    shutil.rmtree(session)
    return taken, count - taken


def main() -> int:
    """Raises what should not happen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 files instead of 600")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    found = []
    count, rng = (5000 if args.full else 300), random.Random(args.seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "good").mkdir()
        for name, fuzz in (("presets", fuzz_presets), ("sessions", fuzz_sessions)):
            taken, refused = fuzz(count, folder, rng)
            found.append(f"{name}: {taken} taken, {refused} refused with a reason")
            print(found[-1], flush=True)
    return verdict(True, "; ".join(found))


if __name__ == "__main__":
    sys.exit(main())
