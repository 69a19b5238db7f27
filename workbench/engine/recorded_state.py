"""What a recorded session's journal says that holds at a moment: settings, steering, designs, networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.core import params as parameters
from workbench.core.ab import ABChoice
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine import inputs
from workbench.engine.ab_lanes import Side
from workbench.engine.chain import Chain
from workbench.engine.filter_files import FilterReader
from workbench.engine.inputs import InputSetup, prepare
from workbench.engine.journal import DESIGNS_NAME, EVENTS_NAME
from workbench.engine.recorded_session import RecordedSession
from workbench.engine.stages import Designs
from workbench.enhance.runtime import NetworkGains


class State:
    """What holds at a sample of the recording.

    `install` gets the names of the methods that the enhancer had.
    """

    def __init__(self, session: RecordedSession, install: Callable[[list[str]], None]):
        self._session, self._install = session, install
        sides = 2 if session.header["compare"] else 1
        self.params = [Params() for _ in range(sides)]
        self.designs = [Designs() for _ in range(sides)]
        self.choice: ABChoice | None = None
        self.methods: tuple[str, ...] | None = None
        """Those that the enhancer had; None where the journal does not say."""
        self.setup: InputSetup | None = None
        self.gains = None
        self._loaded: dict[int, Any] = {}
        self._files = FilterReader(session.folder / DESIGNS_NAME)

    def sides(self) -> tuple[Side, ...]:
        return tuple(Side(params, designs) for params, designs in zip(self.params, self.designs))

    def take(self, event: dict[str, Any]) -> None:
        """Raises InputError when the line is damaged, or what it needs is missing."""
        where = f"{self._session.folder / EVENTS_NAME}: at sample {event['at']}"
        try:
            if "params" in event:
                for number, values in enumerate(event["params"]):
                    self.params[number] = parameters.replace(self.params[number], values)
            if "designs" in event:
                self._take_designs(event["designs"])
            if "choice" in event:
                self.choice = ABChoice(**event["choice"])
            if "inputs" in event:
                self.setup = inputs.from_table(event["inputs"])
                self.gains = prepare(self.setup, self._session.header["input_channels"])
            if "methods" in event:
                self._install(event["methods"])
                self.methods = tuple(event["methods"])
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise InputError(f"{where}: the line is damaged ({error!r})") from error

    def _take_designs(self, numbers: list[dict[str, int]]) -> None:
        loaded = {}
        for side, used in enumerate(numbers):
            filters = {}
            for kind, number in used.items():
                if number not in loaded:
                    loaded[number] = self._loaded[number] if number in self._loaded else self._files.load(number)
                filters[kind] = loaded[number]
            self.designs[side] = replace(self.designs[side], **filters)
        self._loaded = loaded


def install_networks(chain: Chain, methods: list[str]) -> None:
    """Load the networks among the methods that a chain does not have yet; it has them from its next hop on. Raises
    InputError."""
    for method in methods:
        if any(method not in enhancer.methods for enhancer in chain.enhancers):
            chain.install(method, tuple(NetworkGains(enhancer.channels, method) for enhancer in chain.enhancers))
