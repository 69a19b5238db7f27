import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QWidget

from tests.ui.fakes import FakeSession
from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.engine import presets
from workbench.ui.bridge import Bridge
from workbench.ui.bridge.settings import FACTORY
from workbench.ui.dialogs import PresetPanel
from workbench.ui.preset_control import FALLBACK, PresetControl

ENHANCE = dict(presets.from_params(Params(), "", ("enhance",)).values)
FAN = presets.Preset("Fan", {**ENHANCE, "enhance.decay_ms": 50.0}, "Hum.")


@pytest.fixture
def parts(qtbot, tmp_path):
    host = QWidget()
    host.resize(1200, 900)
    qtbot.addWidget(host)
    host.show()
    session = FakeSession()
    bridge = Bridge(session)
    store = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    folder = tmp_path / "presets"
    folder.mkdir()
    presets.save(FAN, folder / "fan.toml")
    asked = []
    control = PresetControl(host, bridge, PresetPanel(host), store, folder, lambda *what: asked.append(what))
    bridge.poll()
    bridge._poll_slow(session.mailbox)
    yield session, bridge, control, folder, asked  # not `return`: the host must live as long as the test


def shown(control):
    control.refresh()
    control.panel.show_at(None)
    control.refresh_differences()
    return control.panel


def test_the_panel_lists_shipped_ones_then_ones_own(parts):
    _, _, control, _, _ = parts
    names = [row.choice.text for row in shown(control).rows]
    assert names[:2] == ["Shipped", FACTORY]
    assert names[-2:] == ["Your own", "Fan"]
    assert len(names) == len(presets.shipped()) + 4


def test_ones_own_presets_are_those_of_both_suffixes(parts):
    _, _, control, folder, _ = parts
    presets.save(FAN, folder / "again.earshot-preset")
    (folder / "notes.txt").write_text("no preset")
    assert control.paths()[-2:] == [folder / "again.earshot-preset", folder / "fan.toml"]
    assert control.choose(str(folder / "again.earshot-preset"))


def test_a_chosen_preset_changes_its_stage_alone_as_one_step(parts):
    _session, bridge, control, folder, _ = parts
    bridge.set({"render.virtual_deg": 40.0})
    assert control.choose(str(folder / "fan.toml"))
    assert (bridge.params.enhance.decay_ms, bridge.params.render.virtual_deg) == (50.0, 40.0)
    assert bridge.preset_name == "Fan" and not bridge.edited
    bridge.undo()
    assert bridge.params.enhance.decay_ms == 135.0


def test_changes_are_listed_and_taken_back(parts, qtbot):
    _, bridge, control, folder, _ = parts
    control.choose(str(folder / "fan.toml"))
    panel = shown(control)
    assert panel.differences.rows == ()
    bridge.set({"enhance.strength_percent": 30.0, "enhance.comb_percent": 10.0, "render.virtual_deg": 40.0})
    assert [(row.name, row.left, row.right) for row in panel.differences.rows] == [
        ("Strength", "100 %", "30 %"),
        ("Comb strength", "80 %", "10 %"),
    ]
    qtbot.mouseClick(panel.differences.buttons[0], Qt.MouseButton.LeftButton)
    assert bridge.params.enhance.strength_percent == 100.0
    qtbot.mouseClick(panel.all_back, Qt.MouseButton.LeftButton)
    assert control.preset.differences(bridge.params) == []
    assert bridge.params.render.virtual_deg == 40.0


def test_a_damaged_preset_is_said_and_changes_nothing(parts):
    _, bridge, control, folder, _ = parts
    (folder / "bad.toml").write_text("earshot_preset = 1\n[enhance]\nstrength_percent = 400\n")
    said = []
    bridge.failed.connect(said.append)
    before = bridge.params
    assert not control.choose(str(folder / "bad.toml"))
    assert "bad.toml" in said[-1] and bridge.params is before and bridge.preset_name == FACTORY
    assert "cannot be read" in next(row.choice.note for row in shown(control).rows if row.choice.text == "bad")


def test_save_writes_the_own_preset_and_asks_for_a_shipped_one(parts):
    _, bridge, control, folder, asked = parts
    control.save()
    assert len(asked) == 1  # the factory settings cannot be written over
    control.choose(str(folder / "fan.toml"))
    bridge.set({"enhance.decay_ms": 60.0, "render.virtual_deg": 40.0})
    control.save()
    saved = presets.load(folder / "fan.toml")
    assert (saved.name, saved.description, saved.stages) == ("Fan", "Hum.", ("enhance",))
    assert saved.values["enhance.decay_ms"] == 60.0
    assert not bridge.edited
    assert control.save_to(folder / "größer.toml")
    assert presets.load(folder / "größer.toml").values["render.virtual_deg"] == 40.0
    assert bridge.preset_name == "größer"


def test_a_folder_that_cannot_be_written_is_said(parts):
    _, bridge, control, folder, _ = parts
    said = []
    bridge.failed.connect(said.append)
    assert not control.save_to(folder / "nowhere" / "a.toml")
    assert "cannot be written" in said[-1]


def test_a_preset_comes_with_its_device_and_the_fallback_with_the_others(parts):
    session, bridge, control, folder, _ = parts
    control.set_rule("device:JACK/array", str(folder / "fan.toml"))
    control.set_rule(FALLBACK, str(presets.shipped()[0]))

    def choose(spec):
        bridge.choose_source(spec)
        bridge._poll_slow(session.mailbox)
        return bridge.preset_name

    assert choose("device:JACK/array#1-4") == "Fan"
    assert choose("device:ALSA/other") == presets.load(presets.shipped()[0]).name
    assert choose("file:/a.wav") == presets.load(presets.shipped()[0]).name  # no device: nothing is taken
    assert choose("device:JACK/array") == "Fan"
    (folder / "fan.toml").unlink()
    control.choose("factory")
    choose("room")
    said = []
    bridge.noticed.connect(said.append)
    choose("device:JACK/array")
    assert "no longer there" in said[-1]


def test_another_array_and_a_louder_preset_are_said(parts):
    _session, bridge, control, folder, _ = parts
    values = dict(presets.from_params(Params(), "", ("beamformer", "enhance")).values)
    values["enhance.output_gain_db"] = 9.0
    presets.save(presets.Preset("Loud", values, array="line4-50mm"), folder / "loud.toml")
    said = []
    bridge.noticed.connect(said.append)
    control.choose(str(folder / "loud.toml"))
    assert "9.0 dB louder: muted" in said[-1] and "made for the array line4-50mm" in said[-1]
    assert not shown(control).misfit.isHidden()


def test_all_back_of_the_factory_settings(parts):
    _, bridge, control, _, _ = parts
    bridge.set({"enhance.decay_ms": 60.0})
    control.back("")
    assert bridge.params == parameters.replace(Params(), {})
