"""The Enhancer panel and the oracle's clean recording, on a session without sound."""

import shutil
from dataclasses import replace

import pytest

from tests.ui.fakes import FakeSession, FakeSound
from workbench.core import params as parameters
from workbench.enhance.models import models_folder, read_manifest, write_manifest_entry
from workbench.ui import enhancer_control
from workbench.ui.bridge import Bridge
from workbench.ui.enhancer_control import EnhancerControl, network_choices
from workbench.ui.views.enhancer import CHOOSE_FILE
from workbench.ui.views.oracle import OracleView


class Asked:
    """Stands for the file dialog: answers with a path."""

    def __init__(self):
        self.answer, self.titles = None, []

    def __call__(self, title, filters, action):
        self.titles.append(title)
        if self.answer is not None:
            action(self.answer)


@pytest.fixture
def session():
    return FakeSession()


@pytest.fixture
def control(qtbot, session):
    sound, oracle, asked = FakeSound(), OracleView(), Asked()
    for widget in (sound, oracle):
        qtbot.addWidget(widget)
    control = EnhancerControl(sound, sound, Bridge(session), oracle, asked)
    control.asked, control.oracle = asked, oracle
    return control


@pytest.fixture
def mine(tmp_path):
    """A network of one's own beside its manifest."""
    path = tmp_path / "mine.onnx"
    shutil.copy(models_folder() / "percepnet-small.onnx", path)
    write_manifest_entry(tmp_path, "mine", replace(read_manifest()["percepnet-small"], file="mine.onnx"))
    return path


def items(chooser):
    return [chooser.itemText(k) for k in range(chooser.count())]


def test_all_of_the_manifest_can_be_chosen_and_the_facts_are_told(control, qtbot):
    assert {"PercepNet small", "Classical", "None", "Choose file…"} <= set(items(control.view.chooser))
    assert control.view.chooser.currentText() == "PercepNet small"
    qtbot.waitUntil(lambda: "weights" in control.view.state.text())
    assert "checked against its manifest" in control.view.state.text()


def test_choosing_by_name_forgets_a_file(control, session):
    session.set({"enhance.model": "/x/old.onnx"})
    control.choose("classical")
    assert session.params.enhance.method == "classical" and session.params.enhance.model == ""


def test_a_file_is_used_once_it_was_found_right(control, session, mine, qtbot):
    control.asked.answer = mine
    control.choose(CHOOSE_FILE)
    qtbot.waitUntil(lambda: session.params.enhance.model == str(mine))
    assert session.params.enhance.network == str(mine) and control.asked.titles == ["Network"]
    control.bridge._poll_params()
    assert control.view.chooser.currentText() == "mine"


def _truncate(path):
    path.write_bytes(path.read_bytes()[:1000])


def _alter(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _orphan(path):
    (path.parent / "manifest.json").unlink()


@pytest.mark.parametrize(("damage", "words"), [(_truncate, "SHA-256"), (_alter, "SHA-256"), (_orphan, "no such file")])
def test_a_file_that_is_not_right_is_refused_with_the_reason(control, session, mine, qtbot, damage, words):
    damage(mine)
    before = session.params
    control.asked.answer = mine
    with qtbot.waitSignal(control.bridge.failed) as said:
        control.choose(CHOOSE_FILE)
    assert words in said.args[0] and "not used" in said.args[0]
    assert session.params == before


def test_a_network_that_cannot_be_used_is_said_for_as_long_as_it_is_chosen(control, session, qtbot):
    session.set({"enhance.model": "/nowhere/gone.onnx"})
    control.bridge._poll_params()
    qtbot.waitUntil(lambda: "classical method goes on" in control.view.state.text())
    assert "gone" in control.view.chooser.currentText()
    assert control.view.state.property("tone") == "clip"
    control.choose("none")
    control.bridge._poll_params()
    assert control.view.state.text() == ""


def test_choices_without_a_manifest(monkeypatch):
    def none():
        raise enhancer_control.InputError("no manifest")

    monkeypatch.setattr(enhancer_control, "read_manifest", none)
    params = parameters.Params().enhance
    assert [label for _, label in network_choices(params)] == ["Classical", "None", "PercepNet small"]


def test_the_clean_recording_is_asked_for_and_measured_with(control, session, tmp_path):
    control.asked.answer = tmp_path / "clean.wav"
    control.oracle.clean_button.click()
    assert ("clean", str(tmp_path / "clean.wav")) in session.calls
    session.start()
    control._on_oracle(session.mailbox.oracle, False)
    assert ("measure",) not in session.calls
    control._on_oracle(session.mailbox.oracle, True)
    control._on_oracle(session.mailbox.oracle, True)
    assert session.calls.count(("measure",)) == 1


def test_the_button_is_there_for_files_alone(control):
    control.oracle.set_known(False, True)
    assert not control.oracle.clean_button.isHidden() and "clean recording" in control.oracle.message.text()
    control.oracle.set_known(False, False)
    assert control.oracle.clean_button.isHidden() and "simulated room" in control.oracle.message.text()
