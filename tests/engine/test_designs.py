import json
import shutil
import threading

import numpy as np
import pytest

from tests.engine.watched import until
from workbench.audio.mismatch import real_microphones
from workbench.audio.scene_parts import Mismatch
from workbench.core import params as parameters
from workbench.core.geometry import load_array, load_layout
from workbench.core.messages import Block
from workbench.core.params import Params
from workbench.dsp.bands import HOP
from workbench.engine import designs
from workbench.engine.chain import Chain, ChainConfig
from workbench.engine.designs import DesignBench, DesignThread, NetworkUnusable
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures
from workbench.enhance import models
from workbench.enhance.enhancer import Enhancer

ARRAY, LAYOUT = load_array("uca8-100mm"), load_layout("pair-100mm")
CLASSICAL = parameters.replace(Params(), {"enhance.method": "classical"})
NETWORK = parameters.replace(Params(), {"enhance.method": "percepnet-small"})
MISSING = parameters.replace(Params(), {"enhance.method": "percepnet"})


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder of models with the small network alone, used in place of the shipped one."""
    source = models.models_folder()
    entry = models.read_manifest(source)["percepnet-small"]
    shutil.copy(source / entry.file, tmp_path)
    models.write_manifest_entry(tmp_path, "percepnet-small", entry)
    monkeypatch.setattr(models, "models_folder", lambda: tmp_path)
    return tmp_path


def test_only_what_shapes_a_filter_causes_a_design():
    bench = DesignBench(ARRAY, LAYOUT)
    assert bench.needs(Params(), 0.5)
    bench.request(Params(), 0.5)
    before = bench.designs
    harmless = parameters.replace(Params(), {"beamformer.low_cut_hz": 120.0, "render.place_deg": 20.0})
    assert not bench.needs(harmless, 0.5)
    bench.request(harmless, 0.5)
    assert bench.designs is before
    bench.request(harmless, 0.6)
    assert bench.designs.beam is not before.beam and bench.designs.render is before.render


def test_a_network_is_loaded_when_it_is_chosen_and_kept(shipped):
    enhancer = Enhancer(2)
    bench = DesignBench(None, None, enhancer)
    bench.request(CLASSICAL, 0.0)
    assert "percepnet-small" not in enhancer.methods
    bench.request(parameters.replace(NETWORK, {"enhance.enabled": False}), 0.0)
    assert "percepnet-small" not in enhancer.methods
    bench.request(NETWORK, 0.0)
    assert "percepnet-small" in enhancer.methods
    installed = enhancer._estimators["percepnet-small"]
    bench.request(CLASSICAL, 0.0)
    bench.request(NETWORK, 0.0)
    assert enhancer._estimators["percepnet-small"] is installed


def test_a_missing_network_is_said_once_and_all_else_is_designed(shipped):
    bench = DesignBench(ARRAY, None, Enhancer(1))
    with pytest.raises(NetworkUnusable, match=r"percepnet cannot be used: .*no such model"):
        bench.request(MISSING, 0.5)
    assert bench.designs.beam is not None
    bench.request(MISSING, 0.5)  # not tried again in every hop


@pytest.mark.parametrize("damage", ["truncated", "altered", "manifest"])
def test_a_damaged_network_is_refused(shipped, damage):
    path = shipped / "percepnet-small.onnx"
    data = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "altered":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    else:
        manifest = json.loads((shipped / "manifest.json").read_text())
        manifest["models"]["percepnet-small"]["rate_hz"] = 16000
        (shipped / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(NetworkUnusable, match="rate_hz" if damage == "manifest" else "damaged or altered"):
        DesignBench(None, None, Enhancer(1)).request(NETWORK, 0.0)


def test_sound_goes_on_while_a_network_loads_and_when_it_fails(monkeypatch, shipped):
    """Requests return at once; the classical gains act until the network is there, and after a failure."""
    release = threading.Event()

    def slow(channels, model):
        assert release.wait(60)
        return made(channels, model)

    made = designs.NetworkGains
    monkeypatch.setattr(designs, "NetworkGains", slow)
    chain = Chain(ChainConfig(1, limit=False), analyse=False)
    said: list[str] = []
    thread = DesignThread(DesignBench(None, None, chain.enhancers, install=chain.install), said.append)
    block = Block((0.1 * np.random.default_rng(0).standard_normal((1, HOP))).astype(np.float32), 0, 0.0)
    try:
        for _ in range(5):
            thread.request(NETWORK, 0.0)
            chain.process(block, NETWORK, thread.designs)
        assert "percepnet-small" not in chain.enhancer.methods
        release.set()
        until(lambda: chain.process(block, NETWORK, thread.designs) and "percepnet-small" in chain.methods)
        assert not np.isnan(chain.enhancer.state.snr_db)
        thread.request(MISSING, 0.0)
        until(lambda: said)
        assert "percepnet cannot be used" in said[0] and said[0].endswith("The classical method goes on.")
        assert chain.process(block, MISSING, thread.designs).samples.shape == (1, HOP)
    finally:
        release.set()
        thread.close()


def test_the_pattern_is_that_of_the_microphones_as_they_are():
    mailbox = Mailbox()
    bench = DesignBench(ARRAY, None, mailbox=mailbox)
    bench.request(Params(), 0.0)
    perfect = mailbox.beam_pattern
    worn = real_microphones(ARRAY, Mismatch(dead=(3,)), 1)
    bench.surroundings.true_microphones = lambda: worn
    assert bench.needs(Params(), 0.0)
    bench.request(Params(), 0.0)
    assert not bench.needs(Params(), 0.0)
    drop_db = perfect.white_noise_gain_db - mailbox.beam_pattern.white_noise_gain_db
    np.testing.assert_allclose(drop_db, 20 * np.log10(8 / 7), atol=0.02)


def test_what_takes_long_to_be_drawn_is_drawn_when_asked_for_and_once():
    mailbox = Mailbox()
    bench = DesignBench(None, LAYOUT, mailbox=mailbox)
    bench.request(Params(), 0.0, draw=False)
    assert bench.designs.render is not None and mailbox.loudspeaker_response is None
    other = DesignBench(None, LAYOUT, mailbox=Pictures(mailbox, shown=False))
    other.adopt(bench)
    bench.draw()
    drawn = mailbox.loudspeaker_response
    assert drawn is not None and drawn.detail is not None
    bench.draw()
    assert mailbox.loudspeaker_response is drawn
    other.draw()  # shown later, it has the same to show
    assert other._preparations[0]._pictures._newest["loudspeaker_response"].detail is not None


def test_a_thread_draws_what_was_prepared_before_it_began():
    mailbox = Mailbox()
    bench = DesignBench(None, LAYOUT, mailbox=mailbox)
    bench.request(Params(), 0.0, draw=False)
    thread = DesignThread(bench, lambda text: None)
    try:
        until(lambda: mailbox.loudspeaker_response is not None)
    finally:
        thread.close()


def test_what_is_only_being_prepared_is_not_taken_over_as_prepared(monkeypatch):
    bench, other = DesignBench(ARRAY, LAYOUT), DesignBench(ARRAY, LAYOUT)
    busy, go, prepare = threading.Event(), threading.Event(), designs.RenderPreparation.prepare

    def slow(self, *hop):
        busy.set()
        assert go.wait(60)
        return prepare(self, *hop)

    monkeypatch.setattr(designs.RenderPreparation, "prepare", slow)
    thread = threading.Thread(target=bench.request, args=(Params(), 0.0))
    thread.start()
    assert busy.wait(60)
    other.adopt(bench)
    assert other.designs.beam is not None and other.designs.render is None and other.needs(Params(), 0.0)
    go.set()
    thread.join(60)
    other.adopt(bench)
    assert other.designs.render is bench.designs.render is not None and not other.needs(Params(), 0.0)
