import numpy as np

from workbench.dsp import built_loops


def test_the_fastest_module_that_runs_here_comes_first(monkeypatch):
    monkeypatch.setattr(built_loops.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(built_loops, "processor_has", lambda feature: feature == "X86_V3")
    assert built_loops.module_names() == ("prebuilt_v3", "prebuilt_v2")
    monkeypatch.setattr(built_loops, "processor_has", lambda feature: False)
    assert built_loops.module_names() == ("prebuilt_v2",)
    monkeypatch.setattr(built_loops.platform, "machine", lambda: "aarch64")
    assert built_loops.module_names() == ("prebuilt",)


def test_a_feature_of_the_processor_that_numpy_does_not_know_is_not_there():
    assert not built_loops.processor_has("X86_V99")
    assert all(built_loops.processor_has(name) for name in np.show_config(mode="dicts")["SIMD Extensions"]["baseline"])


def test_other_sources_other_folder(monkeypatch):
    before = built_loops.folder()
    monkeypatch.setattr(built_loops.importlib.metadata, "version", lambda name: "99")
    assert built_loops.folder() != before and built_loops.folder().parent == before.parent
