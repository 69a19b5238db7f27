"""The design process: loudspeakers' filters and their pictures, away from the interpreter that sound and window share.

A child of the program, started as the program itself with ``--design-server LINK`` (see `workbench.__main__`); the
number is an inherited descriptor, the link. Over it comes one `Task` at a time, and one `Answer` goes back for each.
What comes while a task is worked on means that it is no longer wanted. When the parent's end closes, for whatever
reason, the child leaves at its next step. Or there comes one `TradesTask`: then numbers from 0 to 1 go back until its
answer does.

`workbench.engine.design_process` and `workbench.engine.trades` are the parents' ends.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing.connection import Connection

import numpy as np

from workbench.core.errors import InputError
from workbench.core.geometry import SpeakerLayout
from workbench.core.messages import LoudspeakerResponse
from workbench.core.params import RenderParams
from workbench.core.trades import Trades
from workbench.engine.compute_child import receive, send
from workbench.engine.listening_room import ListeningRoom, prepare_depth, room_depth
from workbench.render.detail import loudspeaker_detail
from workbench.render.effort import Effort, Outdated
from workbench.render.renderer import RenderFilters, design_render, loudspeaker_response
from workbench.render.tradeoffs import trades

NICENESS = 5
"""On few processors the sound goes first."""


@dataclass(frozen=True)
class Task:
    """Filters to be designed, and drawn.

    layout : pickled
        Much that is computed is kept with the layout that it is for, which is told by its identity: see `kept_layout`.
    params : as they are designed; asked : as the person has them, for the picture
    delay, paths : as in `renderer.design_render`
    draft : bool
    room : in which to tell how deep the sound stands; None: in none
    """

    layout: bytes
    params: RenderParams
    asked: RenderParams
    delay: int
    paths: np.ndarray | None
    draft: bool
    room: ListeningRoom | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a task: filters and picture; or a refusal for the person; or what went wrong; or nothing, where it
    was no longer wanted."""

    filters: RenderFilters | None = None
    response: LoudspeakerResponse | None = None
    refusal: str = ""
    failure: str = ""


@dataclass(frozen=True)
class TradesTask:
    """What a design may be traded for, see `tradeoffs.trades`."""

    layout: SpeakerLayout
    params: RenderParams


@dataclass(frozen=True)
class TradesAnswer:
    """The trades; or a refusal for the person; or what went wrong."""

    trades: Trades | None = None
    refusal: str = ""
    failure: str = ""


@lru_cache(maxsize=4)
def kept_layout(data: bytes) -> SpeakerLayout:
    """The layout that was pickled, the same object for the same bytes."""
    return pickle.loads(data)


def picture(
    layout: SpeakerLayout, asked: RenderParams, filters: RenderFilters, room: ListeningRoom | None = None
) -> LoudspeakerResponse:
    """What the loudspeakers' views show of filters; and how deep the sound stands in a room."""
    detail = loudspeaker_detail(layout, asked, filters)
    if room is not None:
        detail = replace(detail, depth=room_depth(layout, filters, room))
    return replace(loudspeaker_response(layout, filters), detail=detail)


class Designer:
    """Answers tasks; what several have in common is computed once."""

    def __init__(self):
        self._known: deque[tuple[bytes, ListeningRoom]] = deque(maxlen=4)

    def answer(self, task: Task, effort: Effort) -> Answer:
        """Carry out a task."""
        try:
            layout = kept_layout(task.layout)
            filters = design_render(layout, task.params, task.delay, task.paths, effort)
            room = task.room if self._knows(layout, task) else None
            return Answer(filters, picture(layout, task.asked, filters, room))
        except Outdated:
            return Answer()
        except InputError as error:
            return Answer(refusal=str(error))
        except Exception as error:  # the process goes on: other settings may do
            return Answer(failure=f"{type(error).__name__}: {error}")

    def _knows(self, layout: SpeakerLayout, task: Task) -> bool:
        """Whether depth in the task's room takes milliseconds. One that is new takes most of a second: no draft waits
        for it."""
        if task.room is None:
            return False
        one = task.layout, task.room
        if one not in self._known:
            if task.draft:
                return False
            prepare_depth(layout, task.room)
            self._known.append(one)
        return True


def answer_trades(task: TradesTask, progress: Callable[[float], None]) -> TradesAnswer:
    """Carry out a task; what `progress` raises of OSError ends it."""
    try:
        return TradesAnswer(trades(task.layout, task.params, progress))
    except InputError as error:
        return TradesAnswer(refusal=str(error))
    except OSError:  # nobody waits for it any more
        raise
    except Exception as error:
        return TradesAnswer(failure=f"{type(error).__name__}: {error}")


def serve(link: Connection) -> None:
    """Answer tasks until the other end closes."""
    designer = Designer()
    try:
        while True:
            task = receive(link)
            if isinstance(task, TradesTask):
                send(link, answer_trades(task, lambda part: send(link, part)))
            elif task is not None:  # else one was given up that is answered already
                send(link, designer.answer(task, Effort(task.draft, outdated=link.poll)))
    except (EOFError, OSError):
        return


def main(argv: list[str]) -> int:
    """Serve one parent; the command line is internal."""
    if len(argv) != 1 or not argv[0].isdecimal():
        print("--design-server is for the program's own use", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C reaches all; the parent decides
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with Connection(int(argv[0])) as link:
        serve(link)
    return 0
