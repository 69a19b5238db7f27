import pytest
from PySide6.QtCore import Qt

from workbench.core import params as parameters
from workbench.core.params import ENTRIES, Params
from workbench.ui import parameter_help
from workbench.ui.parameter_groups import APPLIES, GROUPS, OF_METHODS, applies
from workbench.ui.parameter_panel import ParameterPanel
from workbench.ui.theme import DARK

ARRAYS = (("uca8-100mm", "8-microphone circle, radius 100 mm"), ("line4-50mm", "4 in a row"))
LAYOUTS = (("pair-100mm", "Pair, 10 cm"), ("stereo-60deg", "Stereo pair"))


@pytest.fixture
def panel(qtbot):
    panel = ParameterPanel(ARRAYS, LAYOUTS)
    panel.apply_theme(DARK)
    panel.resize(336, 976)
    qtbot.addWidget(panel)
    panel.show_params(Params(), Params())
    panel.show()
    return panel


def rows(panel):
    return {path: row for group in panel.groups.values() for path, row in group.rows.items()}


def test_every_parameter_that_is_not_hidden_has_a_row(panel):
    shown = [path for path, entry in ENTRIES.items() if not entry.knob.hidden]
    assert list(rows(panel)) == shown
    assert {spec.name for spec in GROUPS} == {path.split(".")[0] for path in shown}


def test_rows_show_values_and_mark_what_differs_from_the_preset(panel):
    params = parameters.replace(Params(), {"enhance.strength_percent": 86.0, "render.audition": False})
    panel.show_params(params, Params())
    shown = rows(panel)
    assert shown["enhance.strength_percent"].slider.number == 86.0
    assert shown["enhance.strength_percent"].differs
    assert not shown["render.audition"].switch.isChecked()
    assert not shown["enhance.decay_ms"].differs
    panel.show_params(params, params)
    assert not shown["enhance.strength_percent"].differs


def test_the_table_of_what_applies_names_real_parameters_and_choices():
    for path, (choice, values) in APPLIES.items():
        assert path in ENTRIES
        assert values <= {value for value, _ in ENTRIES[choice].knob.choices}


def test_rows_without_effect_are_dimmed_and_keep_their_values(panel):
    shown = rows(panel)
    params = parameters.replace(Params(), {"beamformer.method": "superdirective", "render.enabled": False})
    panel.show_params(params, Params())
    assert not shown["beamformer.white_noise_floor_db"].dimmed
    assert shown["render.cancellation_db"].dimmed
    assert shown["render.cancellation_db"].slider.number == 12.0
    assert not applies(params, "render.cancellation_db")


def test_rows_of_another_method_take_no_room_but_can_be_found(panel):
    shown = rows(panel)
    of_methods = [path.removeprefix("beamformer.") for path in sorted(OF_METHODS)]

    def seen(method):
        panel.show_params(parameters.replace(Params(), {"beamformer.method": method}), Params())
        return [leaf for leaf in of_methods if not shown[f"beamformer.{leaf}"].isHidden()]

    assert seen("delay-and-sum") == []
    assert seen("superdirective") == ["white_noise_floor_db"]
    assert seen("mvdr") == ["adaptation_ms", "white_noise_floor_db"]
    assert seen("lcmv") == ["null_depth_db", "white_noise_floor_db"]
    panel.search.setText("adaptation")
    assert not shown["beamformer.adaptation_ms"].isHidden()
    panel.search.setText("")
    assert shown["beamformer.adaptation_ms"].isHidden()


@pytest.mark.parametrize("method", ["delay-and-sum", "superdirective", "mvdr", "lcmv"])
def test_all_rows_are_seen_at_1920_by_1080(panel, qtbot, method):
    panel.resize(336, 976)  # what toolbar, status bar and gutters leave
    panel.show()
    panel.show_params(parameters.replace(Params(), {"beamformer.method": method}), Params())
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() == 0)


def test_method_and_switch_are_edits(panel, qtbot):
    edits = []
    panel.edited.connect(lambda path, value, gesture: edits.append((path, value)))
    qtbot.mouseClick(panel.groups["localize"].switch, Qt.MouseButton.LeftButton)
    chooser = panel.groups["render"].method
    chooser.activated.emit(chooser.findData("plain"))
    assert edits == [("localize.enabled", False), ("render.method", "plain")]


def test_array_and_loudspeakers_are_chosen_here(panel):
    chosen = []
    panel.structure_chosen.connect(lambda what, name: chosen.append((what, name)))
    for name, group in (("line4-50mm", "beamformer"), ("stereo-60deg", "render")):
        chooser = panel.groups[group].structure_row.chooser
        chooser.activated.emit(chooser.findData(name))
    assert chosen == [("array", "line4-50mm"), ("layout", "stereo-60deg")]
    panel.set_structure("line4-50mm", "/x/own.toml")
    assert panel.groups["beamformer"].structure_row.chooser.currentText() == "4 in a row"
    assert panel.groups["render"].structure_row.chooser.currentText() == "/x/own.toml"


def test_search_leaves_what_fits(panel, qtbot):
    qtbot.keyClicks(panel.search, "comb")
    visible = [path for path, row in rows(panel).items() if row.isVisible()]
    assert visible == ["enhance.comb_percent"]
    panel.search.setText("rendering")
    assert all(row.isVisible() for row in panel.groups["render"].rows.values())
    panel.search.setText("no such thing")
    assert panel.nothing.isVisible()
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert all(row.isVisible() for path, row in rows(panel).items() if path not in OF_METHODS)


def test_help_follows(panel):
    panel.describe("enhance.strength_percent")
    assert panel.help.title.text() == "Strength"
    assert panel.help.facts.text() == "0–100\u2009%  default 100\u2009%"
    panel.describe("beamformer.white_noise_floor_db")
    assert panel.help.text.text().startswith("Acts with Superdirective, MVDR or LCMV only.")
    panel.describe("array")
    assert panel.help.title.text() == "Array"
    panel.describe("render.method")
    assert panel.help.title.text() == "Rendering"


@pytest.mark.parametrize("path", [path for path, entry in ENTRIES.items() if not entry.knob.hidden])
def test_every_help_text_fits_its_box(panel, path):
    panel.describe(path)
    box = panel.help.text
    needed = box.fontMetrics().boundingRect(0, 0, box.width(), 1000, Qt.TextFlag.TextWordWrap, box.text()).height()
    assert needed <= box.height() + 2


def test_compact_groups_are_tabs(panel):
    panel.set_compact(True)
    panel.resize(332, 354)
    panel.show_tab("localize")
    assert [name for name, group in panel.groups.items() if group.isVisible()] == ["localize"]
    assert not panel.search.isVisible()
    panel.focus_search()
    assert panel.search.isVisible()
    panel.search.setText("boost")
    assert [name for name, group in panel.groups.items() if group.isVisible()] == ["render"]
    panel.show_tab("beamformer")
    assert [name for name, group in panel.groups.items() if group.isVisible()] == ["beamformer"]


def test_folding(panel, qtbot):
    qtbot.mouseClick(panel.groups["enhance"].heading, Qt.MouseButton.LeftButton)
    assert not panel.groups["enhance"].body.isVisible()
    panel.fold_all(False)
    assert panel.groups["enhance"].body.isVisible()


def test_units_stay_with_their_numbers():
    assert parameter_help._kept_together("At 0 % and 1 kHz, 4 talkers") == "At 0\u202f% and 1\u202fkHz, 4 talkers"


def test_a_low_panel_scrolls_without_moving_its_columns(panel, qtbot):
    row = panel.groups["render"].rows["render.limit_dbtp"]
    left = row.box.x()
    panel.resize(336, 400)
    qtbot.waitUntil(lambda: panel.scroll.bar.isVisible())
    assert row.box.x() == left
    panel.scroll.bar.setValue(panel.scroll.bar.maximum())
    assert panel.scroll.verticalScrollBar().value() == panel.scroll.verticalScrollBar().maximum() > 0
    panel.resize(336, 1600)
    qtbot.waitUntil(lambda: not panel.scroll.bar.isVisible())


def test_the_narrow_windows_help_still_holds_three_lines(qtbot):
    box = parameter_help.HelpBox()
    qtbot.addWidget(box)
    box.resize(330, 92)
    wide = box.height()
    box.set_compact(True)
    assert box.height() < wide
    box.show_help("Strength", "0–100 %", "word " * 20)
    box.show()
    assert box.text.height() >= 3 * box.text.fontMetrics().height()
