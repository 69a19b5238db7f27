"""Two settings through the chain at once; what is equal in both, from the microphones on, runs once.

There are two sets of stages. Up to the first group of stages in which the settings differ, one set works for both;
from there on each side has its own. When the settings part, the side that is heard keeps the set that has been
running, so that nothing is heard of it, and the other one starts from silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.core.params import Params
from workbench.engine.stages import GROUPS, Designs, StageSet


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One setting: its parameters and the filters designed for them."""

    params: Params
    designs: Designs


@dataclass(slots=True, eq=False)
class LaneSound:
    """One hop of a side on its way: see `StageSet`."""

    sound: np.ndarray | None = None
    beam: np.ndarray | None = None
    enhanced: np.ndarray | None = None
    scene: np.ndarray | None = None
    rendered: np.ndarray | None = None
    stages: dict[str, StageSet] | None = None
    """The set that each group ran in."""


def differing_groups(one: Params, other: Params) -> tuple[bool, bool, bool]:
    """In which of GROUPS two settings differ (what is common to all settings, such as a followed track, aside)."""
    beam, other_beam = one.beamformer, other.beamformer
    same_beam = beam is other_beam or all(
        getattr(beam, name) == getattr(other_beam, name) for name in beam.__dataclass_fields__ if name != "follow"
    )
    return not same_beam, one.enhance != other.enhance, one.render != other.render


class Lanes:
    """Runs one or two sides over two sets of stages.

    Parameters
    ----------
    sets : (StageSet, StageSet), or one alone where nothing is compared
    """

    latency = 0
    """Beside that of the stages."""

    def __init__(self, *sets: StageSet):
        self.sets = sets
        self.reset()

    def reset(self) -> None:
        """Forget all sound; one set works for both sides again."""
        for stages in self.sets:
            stages.forget()
        self._of = {group: [0, 0] for group in GROUPS}
        self.shared: tuple[str, ...] = GROUPS

    def process(
        self,
        x: np.ndarray,
        sides: tuple[Side, ...],
        heard: int = 0,
        audition: bool = False,
        between: Callable[[np.ndarray], np.ndarray] | None = None,
        lap: Callable[[str], None] = lambda group: None,
    ) -> tuple[LaneSound, ...]:
        """One hop.

        Parameters
        ----------
        x : (channels, HOP) float32
        sides : one Side or two
        heard : int
            The side that must go on without a break when the settings part.
        audition : bool
            Loudspeakers as they would sound at the ears.
        between : called with the heard side's enhanced sound; what it gives, if it is another array, replaces the
            enhanced sound of both sides (the oracle ladder)
        lap : called with the name of each group when it is done, for the clock

        Returns
        -------
        tuple of LaneSound, one for each side
        """
        if len(sides) == 1:
            sides, alone = (sides[0], sides[0]), True
            differ = (False, False, False)
        else:
            alone = False
            differ = differing_groups(sides[0].params, sides[1].params)
        self._share(differ, heard)
        lanes = (LaneSound(stages={}), LaneSound(stages={}))
        order = (heard, 1 - heard)
        for side, stages in self._runs("beam", order):
            lanes[side].sound, lanes[side].beam = stages.capture(x, sides[side].params, sides[side].designs)
        self._copy("beam", lanes, order, "sound", "beam")
        lap("beam")
        for side, stages in self._runs("enhance", order):
            lanes[side].enhanced = stages.enhance(lanes[side].sound, sides[side].params)
        self._copy("enhance", lanes, order, "enhanced")
        if between is not None:
            own = lanes[heard].enhanced
            replaced = between(own)
            if replaced is not own:
                lanes[0].enhanced = lanes[1].enhanced = replaced
        lap("enhance")
        for side, stages in self._runs("render", order):
            lane, asked = lanes[side], sides[side]
            lane.rendered, lane.scene = stages.render(lane.enhanced, asked.params, asked.designs, audition)
        self._copy("render", lanes, order, "rendered", "scene")
        lap("render")
        for side, lane in enumerate(lanes):
            lane.stages = {group: self.sets[of[side]] for group, of in self._of.items()}
        return lanes[:1] if alone else lanes

    def _share(self, differ: tuple[bool, ...], heard: int) -> None:
        """Decide which set works for whom in each group."""
        apart = False
        shared = []
        for group, differs in zip(GROUPS, differ):
            apart = apart or differs
            of = self._of[group]
            if not apart:
                shared.append(group)
                of[0] = of[1] = of[heard]
            elif of[0] == of[1]:  # they part here: the other side gets the set that rested
                other = 1 - of[heard]
                of[1 - heard] = other
                self.sets[other].forget(group)
        self.shared = tuple(shared)

    def _runs(self, group: str, order: tuple[int, int]):
        """Which sides run in a group, the heard one first, and in which set."""
        of = self._of[group]
        return [(side, self.sets[of[side]]) for side in (order[:1] if group in self.shared else order)]

    def _copy(self, group: str, lanes: tuple[LaneSound, LaneSound], order: tuple[int, int], *names: str) -> None:
        if group in self.shared:
            for name in names:
                setattr(lanes[order[1]], name, getattr(lanes[order[0]], name))
