"""Each module of the program has tests: a test module of its name, tests that import it, or those named here."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

THROUGH = {
    "audio.device_end": "audio/test_recovery.py",
    "audio.file_reading": "audio/test_file_source.py",
    "audio.jack_ports": "audio/test_devices_live.py",
    "audio.room_voices": "audio/test_room_changes.py",
    "commands.bench": "evaluation/test_bench.py",
    "commands.design": "commands/test_design_render.py",
    "commands.evaluate_render": "evaluation/test_rendering.py",
    "commands.live": "commands/test_bad_input.py",
    "commands.render": "commands/test_design_render.py",
    "core.messages.*": "core/test_messages.py",
    "core.params.*": "core/test_params.py",
    "dsp.loops.*": "dsp/test_kernels.py",
    "engine.ab_designs": "engine/test_ab_control.py",
    "engine.recorded_state": "engine/test_replay.py",
    "engine.session.*": "engine/test_session.py",
    "render.level": "commands/test_design_render.py",
    "render.manikin": "evaluation/test_rendering.py",
    "render.report_plots": "engine/test_design_export.py",
    "training.adapt_windows": "training/test_adapt.py",
    "training.card": "training/test_enhance.py",
    "training.crew": "training/test_enhance.py",
    "training.localize_producer": "training/test_localize_data.py",
    "training.run": "training/test_enhance.py",
    "ui.array_control": "ui/test_main_window.py",
    "ui.bridge.*": "ui/test_bridge.py",
    "ui.controls.base": "ui/controls/test_slider.py",
    "ui.dialogs.calibration_curve": "ui/dialogs/test_calibration_panel.py",
    "ui.dialogs.channel_map": "ui/dialogs/test_source_panel.py",
    "ui.dialogs.chooser": "ui/dialogs/test_source_panel.py",
    "ui.dialogs.difference_list": "ui/test_preset_control.py",
    "ui.dialogs.float_panel": "ui/test_main_window.py",
    "ui.dialogs.parts": "ui/dialogs/test_source_panel.py",
    "ui.dialogs.preset_panel": "ui/test_preset_control.py",
    "ui.file_control": "ui/test_bad_files.py",
    "ui.layout_control": "ui/test_main_window.py",
    "ui.oracle_panel": "ui/test_oracle.py",
    "ui.panels.abx_panel": "ui/test_abx_control.py",
    "ui.panels.adapt_panel": "ui/test_adapt_control.py",
    "ui.panels.walk_map": "ui/test_adapt_control.py",
    "ui.panels.crash_panel": "ui/test_crash_control.py",
    "ui.panels.first_run_panel": "ui/test_first_run.py",
    "ui.panels.note_panel": "ui/test_timeline_control.py",
    "ui.panels.timeline_strip": "ui/test_timeline_control.py",
    "ui.overlay_scroll": "ui/test_parameter_panel.py",
    "ui.parameter_group": "ui/test_parameter_panel.py",
    "ui.room_control": "ui/test_main_window.py",
    "ui.room_plan.plan": "ui/room_plan/test_panel.py",
    "ui.room_rows": "ui/test_room_panel.py",
    "ui.views.beam_*": "ui/test_beam.py",
    "ui.views.color_bar": "ui/test_headers.py",
    "ui.views.driver_plots": "ui/test_loudspeakers.py",
    "ui.views.map_*": "ui/test_source_map.py",
    "ui.views.oracle_picture": "ui/test_oracle.py",
    "ui.views.sound_parts": "ui/test_sound.py",
    "ui.views.statistics": "ui/test_sound.py",
    "ui.views.sweet_spot_plot": "ui/test_loudspeaker_panel.py",
    "ui.views.trade_plots": "ui/test_trade_panel.py",
    "ui.window.*": "ui/test_main_window.py",
}
"""Modules (patterns, below `workbench`) that are tested through what uses them: the test module where that is."""


def modules() -> list[str]:
    paths = sorted((ROOT / "workbench").rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if path.name != "__init__.py"]


def imported_by(path: Path) -> set[str]:
    """Modules and names that a file imports, dotted, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.fixture(scope="module")
def tested() -> set[str]:
    """Modules with a test module of their name, and those that a test imports."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if "soak" not in path.parts]
    named = {(path.relative_to(ROOT).parts[1], path.stem.removeprefix("test_")) for path in tests}
    found = set().union(*(imported_by(path) for path in tests))
    for module in modules():
        package = module.split(".")[1]
        if (package, module.rpartition(".")[2]) in named:
            found.add(module)
    return found


def test_every_module_has_tests(tested):
    untested = [module.removeprefix("workbench.") for module in modules() if module not in tested]
    missing = [module for module in untested if not any(fnmatch(module, pattern) for pattern in THROUGH)]
    assert missing == [], "write tests for them, or name in THROUGH where they are tested"


def test_the_table_names_what_is_there():
    known = [module.removeprefix("workbench.") for module in modules()]
    for pattern, test in THROUGH.items():
        assert any(fnmatch(module, pattern) for module in known), f"{pattern} is gone"
        assert (ROOT / "tests" / test).is_file(), test
