"""Filters for both sides of a comparison: a bench and a thread for each, pictures of the shown side alone."""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.params import Params
from workbench.engine.ab_lanes import Side, differing_groups
from workbench.engine.designs import DesignBench, DesignThread
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures


class ABDesigns:
    """Two benches, each on a thread of its own; `request` never waits.

    While both sides are alike in everything that is designed, the other bench takes over what the shown one has, and
    nothing is designed twice.

    Parameters
    ----------
    make_bench : called with `Pictures`, gives a bench of one chain
    mailbox : gets the pictures of the shown side
    report : called with a sentence when a design fails
    """

    def __init__(
        self, make_bench: Callable[[Pictures], DesignBench], mailbox: Mailbox | None, report: Callable[[str], None]
    ):
        self._pictures = (Pictures(mailbox), Pictures(mailbox, shown=False))
        self.benches = tuple(make_bench(pictures) for pictures in self._pictures)
        self._report = report
        self._threads: tuple[DesignThread, ...] = ()
        self._shown = 0

    def begin(self, shown: int) -> None:
        """Take over on the other side what the shown one has prepared, and begin to design beside the chain."""
        self._shown = shown
        self.benches[1 - shown].adopt(self.benches[shown])
        for number, pictures in enumerate(self._pictures):
            pictures.show(number == shown)
        self._pictures[1 - shown].adopt(self._pictures[shown])
        self._threads = tuple(DesignThread(bench, self._report) for bench in self.benches)

    def close(self) -> None:
        """End the threads, after the designs they are at."""
        for thread in self._threads:
            thread.close()

    def sides(self, params: tuple[Params, Params], azimuth_rad: tuple[float, float], shown: int) -> tuple[Side, Side]:
        """Ask for what both sides need, and take what is ready.

        Parameters
        ----------
        params, azimuth_rad : of A and of B
        shown : int
            The side whose pictures go to the mailbox.
        """
        if shown != self._shown:
            self._shown = shown
            for number, pictures in enumerate(self._pictures):
                pictures.show(number == shown)
        self._threads[shown].request(params[shown], azimuth_rad[shown])
        other = 1 - shown
        if azimuth_rad[0] == azimuth_rad[1] and not any(differing_groups(*params)):
            drafted = self.benches[shown].rest_s is not None  # which the other side's thread would not replace
            if not drafted and self.benches[other].designs is not self.benches[shown].designs:
                self.benches[other].adopt(self.benches[shown])
                self._pictures[other].adopt(self._pictures[shown])
        else:
            self._threads[other].request(params[other], azimuth_rad[other])
        return Side(params[0], self.benches[0].designs), Side(params[1], self.benches[1].designs)
