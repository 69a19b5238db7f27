"""Between the bridge and what shows the enhancer: its panel, the choice of a network, the oracle's clean recording."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtWidgets import QWidget

from workbench.core.errors import InputError
from workbench.core.params import NETWORK_METHODS, EnhanceParams, entry
from workbench.enhance.models import ModelFacts, load_model, read_manifest
from workbench.ui.bridge import Bridge
from workbench.ui.dialogs import FloatPanel
from workbench.ui.painting import THIN_SPACE
from workbench.ui.theme import Tokens
from workbench.ui.views.enhancer import CHOOSE_FILE, EnhancerView
from workbench.ui.views.oracle import OracleView

log = logging.getLogger(__name__)

WIDTH = 720
NETWORK_FILES = "Networks (*.onnx)"
SOUND_FILES = "Sound (*.wav *.flac *.ogg *.mp3 *.aif *.aiff);;All files (*)"
PRECISION = {"int8": "of 8 bits", "int4": "of 4 bits", "float32": "of 32 bits"}
LOOK_EVERY = 30
"""Polls of the bridge between two looks at what the enhancer can use."""


def network_choices(params: EnhanceParams) -> list[tuple[str, str]]:
    """(value, label) of all that gives gains: networks of the manifest, the other methods, the file that is chosen."""
    labels = dict(entry("enhance.method").knob.choices)
    try:
        shipped = list(read_manifest())
    except InputError as error:
        log.warning("%s", error)
        shipped = []
    networks = [name for name in NETWORK_METHODS if name in shipped]
    others = sorted(set(shipped) - set(NETWORK_METHODS))
    rest = [name for name in labels if name not in NETWORK_METHODS]
    choices = [(name, labels.get(name, name)) for name in (*networks, *others, *rest)]
    for chosen in (params.model, params.method):
        if chosen and chosen not in dict(choices):
            choices.append((chosen, labels.get(chosen, Path(chosen).stem)))
    return choices


def facts_text(facts: ModelFacts) -> str:
    """A network in one line."""
    millions = f"{facts.weights / 1e6:.2g}{THIN_SPACE}million"
    return f"{millions} weights {PRECISION.get(facts.precision, facts.precision)}; checked against its manifest"


class _Check(QRunnable):
    """Reads a network and compares it with its manifest, on a pool thread."""

    def __init__(self, network: str, done: Signal):
        super().__init__()
        self.network, self.done = network, done

    def run(self):
        try:
            facts, error = load_model(self.network)[0], ""
        except InputError as problem:
            facts, error = None, str(problem)
        with contextlib.suppress(RuntimeError):  # the window may be gone by now
            self.done.emit(self.network, facts, error)


class EnhancerPanel(FloatPanel):
    """Header, and the enhancer's view."""

    def __init__(self, view: EnhancerView, window: QWidget):
        super().__init__("Enhancer", WIDTH, window)
        self.note.setText("network, cost, gains and comb strengths over time")
        self.view = view
        self.body.addWidget(view)

    def apply_theme(self, tokens: Tokens) -> None:
        super().apply_theme(tokens)
        self.view.apply_theme(tokens)


class EnhancerControl(QObject):
    """Keeps the Enhancer panel true, carries out its choices, and chooses the oracle's clean recording.

    Parameters
    ----------
    window : QWidget
    sound : the Sound region, whose history and axes the panel shares
    bridge : Bridge
    oracle : OracleView
    ask_file : called with a title, name filters and what to do with the path
    """

    _checked = Signal(str, object, str)

    def __init__(self, window: QWidget, sound, bridge: Bridge, oracle: OracleView, ask_file: Callable):
        super().__init__(window)
        self.sound, self.bridge, self.ask_file = sound, bridge, ask_file
        self.view = EnhancerView(sound.history, sound.bands, sound.crosshair)
        self.panel = EnhancerPanel(self.view, window)
        self._params = bridge.params.enhance
        self._facts: dict[str, ModelFacts] = {}
        self._problems: dict[str, str] = {}
        self._ready: tuple[str, ...] = ()
        self._wanted = ""
        self._polls = 0
        self._waiting: list = []
        self._measure_when_known = False
        self.view.network_wanted.connect(self.choose)
        self._checked.connect(self._on_checked)
        bridge.params_changed.connect(self._on_params)
        bridge.snapshots.connect(self._on_snapshots)
        bridge.running_changed.connect(lambda _: self._look())
        bridge.structure_changed.connect(self.view.clear)
        bridge.oracle_changed.connect(self._on_oracle)
        sound.frozen_changed.connect(lambda _: self.view.set_shown(sound.shown))
        oracle.clean_wanted.connect(self.choose_clean)
        self._on_params(bridge.params)

    # ---- the network -----------------------------------------------------------------------------------------

    def choose(self, network: str) -> None:
        """Use a method, a shipped network, or a file that is asked for."""
        if network == CHOOSE_FILE:
            self.view.set_networks(network_choices(self._params), self._chosen)  # until there is one
            self.ask_file("Network", NETWORK_FILES, self.take_file)
            return
        methods = dict(entry("enhance.method").knob.choices)
        if network in methods:
            values = {"enhance.method": network, "enhance.model": ""}
        else:
            method = self._params.method if self._params.method in NETWORK_METHODS else "percepnet-small"
            values = {"enhance.method": method, "enhance.model": network}
        self.bridge.set({**values, "enhance.enabled": True}, gesture=f"network {network}")

    def take_file(self, path: Path) -> None:
        """Use a network file, once it is found to be what its manifest says."""
        self._problems.pop(str(path), None)
        self._facts.pop(str(path), None)
        self._wanted = str(path)
        self._check(str(path))

    def _check(self, network: str) -> None:
        QThreadPool.globalInstance().start(_Check(network, self._checked))

    def _on_checked(self, network: str, facts: ModelFacts | None, error: str) -> None:
        if facts is not None:
            self._facts[network] = facts
        else:
            self._problems[network] = error
        if network == self._wanted:
            self._wanted = ""
            if facts is not None:
                self.choose(network)
            else:
                self.bridge.failed.emit(f"This network is not used: {error}")
        self._show_state()

    @property
    def _chosen(self) -> str:
        return self._params.model if self._params.network == self._params.model else self._params.method

    def _on_params(self, params) -> None:
        before, self._params = self._params, params.enhance
        if self.view.chooser.count() == 0 or (before.method, before.model) != (
            params.enhance.method,
            params.enhance.model,
        ):
            self.view.set_networks(network_choices(self._params), self._chosen)
        network = self._params.network
        if network and network not in self._facts and network not in self._problems:
            self._check(network)
        self._show_state()

    def _look(self) -> None:
        ready = self.bridge.session.methods_ready
        if ready != self._ready:
            self._ready = ready
            self._show_state()

    def _show_state(self) -> None:
        params, network = self._params, self._params.network
        if not params.enabled:
            self.view.set_state("Enhancement is off: the beam passes unchanged, with the same delay.")
        elif network is None:
            self.view.set_state("No network: noise tracking gives the gains." if params.method == "classical" else "")
        elif network in self._problems:
            self.view.set_state(f"The classical method goes on instead. {self._problems[network]}", failed=True)
        elif network not in self._facts:
            self.view.set_state("Checking…")
        elif self._ready and network not in self._ready:
            self.view.set_state("Loading; until then the classical method gives the gains.")
        else:
            self.view.set_state(facts_text(self._facts[network]))

    def _on_snapshots(self, snapshots: list) -> None:
        self._polls += 1
        if self._polls % LOOK_EVERY == 0:
            self._look()
        if self.panel.isVisible() and self._polls % 2 == 0:
            self.view.show_snapshots(self._waiting + snapshots)
            self._waiting = []
        else:
            self._waiting = [*self._waiting, *snapshots][-100:]

    # ---- the oracle's clean recording ------------------------------------------------------------------------

    def choose_clean(self) -> None:
        """Ask for the clean recording of the file that plays, and measure with it."""
        self.ask_file("Clean recording", SOUND_FILES, self.take_clean)

    def take_clean(self, path: Path) -> None:
        """Play the file anew with this clean recording; one that does not belong to it is refused with a reason."""
        self._measure_when_known = self.bridge.choose_clean(path)

    def _on_oracle(self, report, known: bool) -> None:
        if self._measure_when_known and known and self.bridge.session.running and not report.state:
            self._measure_when_known = False
            self.bridge.measure_oracle()
