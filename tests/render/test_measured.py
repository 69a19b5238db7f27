from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.render.design import Design
from workbench.render.measured import describe, load_head, load_responses, plant_response
from workbench.render.plants import HeadPose, listener_plant, rigid_sphere
from workbench.render.renderer import make_filters
from workbench.render.report import fir_response, mean_separation_db

sofar = pytest.importorskip("sofar")

RADIUS_M = 0.0875
FREQUENCY_HZ = np.geomspace(100, 16000, 120)


def _sphere_head(path, rate_hz=44100, step_deg=5, swap=False, wrong=False):
    """A SOFA file of the rigid sphere's head-related impulse responses in the horizontal plane, at 1.5 m.

    `swap`: the right ear comes first; `wrong`: the ears' places are named the other way round.
    """
    size, late = 512, 100
    frequency_hz = np.fft.rfftfreq(size, 1 / rate_hz)
    azimuth = np.radians(np.arange(0, 360, step_deg))
    ears = np.array([np.pi / 2, -np.pi / 2])
    cosines = np.cos(azimuth[:, None] - ears)
    response = rigid_sphere(RADIUS_M, np.full(len(azimuth), 1.5), cosines, frequency_hz)
    fade = np.clip((0.5 * rate_hz - frequency_hz) / 2000, 0, 1)
    impulse = np.fft.irfft(response * fade * np.exp(-2j * np.pi * frequency_hz * late / rate_hz), size)
    sofa = sofar.Sofa("SimpleFreeFieldHRIR")
    sofa.Data_IR = 0.3 * (impulse[:, ::-1] if swap else impulse)
    sofa.Data_SamplingRate = rate_hz
    sofa.SourcePosition = np.stack([np.degrees(azimuth), 0 * azimuth, 1.5 + 0 * azimuth], axis=1)
    side = -0.0875 if swap != wrong else 0.0875
    sofa.ReceiverPosition = np.array([[0, side, 0], [0, -side, 0]])
    sofa.Data_Delay = np.zeros((1, 2))
    sofar.write_sofa(str(path), sofa)
    return str(path)


@pytest.mark.parametrize(
    ("rate_hz", "swap", "wrong"),
    [(44100, False, False), (48000, True, False), (96000, False, False), (44100, False, True), (44100, True, True)],
)
def test_a_measured_sphere_is_the_sphere(tmp_path, rate_hz, swap, wrong):
    """At any rate, whichever ear the file has first, and says that it has first; also beside the centre and with a
    turned head."""
    path = _sphere_head(tmp_path / "sphere.sofa", rate_hz, swap=swap, wrong=wrong)
    layout = load_layout("pair-100mm")
    for pose in (HeadPose(), HeadPose(offset_m=(0.0, 0.05, 0.0)), HeadPose(yaw_rad=0.2)):
        off = plant_response(layout, FREQUENCY_HZ, path, pose) / listener_plant(layout, FREQUENCY_HZ, pose)
        assert np.abs(20 * np.log10(np.abs(off))).max() < 0.6
        common = np.unwrap(np.angle(off.mean(axis=(1, 2))))
        np.testing.assert_allclose(common, 0.0, atol=0.3)  # the same delay for all: 3 us
        assert np.abs(np.angle(off * np.exp(-1j * common)[:, None, None])).max() < 0.1


def test_a_bigger_head_is_a_slower_one(tmp_path):
    path = _sphere_head(tmp_path / "sphere.sofa")
    layout = load_layout("pair-100mm")
    got = plant_response(layout, FREQUENCY_HZ[:100], path, head_radius_m=1.1 * RADIUS_M)
    want = listener_plant(layout, FREQUENCY_HZ[:100], head_radius_m=1.1 * RADIUS_M)
    assert np.abs(20 * np.log10(np.abs(got / want))).max() < 0.6


def test_a_design_for_a_measured_head_separates_for_it(tmp_path):
    path = _sphere_head(tmp_path / "sphere.sofa")
    layout = load_layout("pair-100mm")
    filters = make_filters(layout, Design(target="ears", cancellation_db=20.0, plant=path))
    frequency_hz = np.arange(280.0, 9000.0, 20.0)
    alone = fir_response(filters.ears_fir, frequency_hz, filters.latency_samples)
    assert mean_separation_db(listener_plant(layout, frequency_hz), alone, frequency_hz) > 16


def _responses(folder, layout, rate_hz=48000, late=300, gain=0.2):
    """What measuring this layout with a rigid sphere would have written."""
    size = 2048
    frequency_hz = np.fft.rfftfreq(size, 1 / rate_hz)
    fade = np.clip((0.5 * rate_hz - frequency_hz) / 2000, 0, 1) * np.exp(-2j * np.pi * frequency_hz * late / rate_hz)
    impulse = gain * np.fft.irfft(listener_plant(layout, frequency_hz).transpose(2, 1, 0) * fade, size)
    folder.mkdir(exist_ok=True)
    for number, ears in enumerate(impulse, start=1):
        soundfile.write(folder / f"{number:02d}_driver.wav", ears.T, rate_hz, subtype="FLOAT")
    return str(folder)


@pytest.mark.parametrize("rate_hz", [44100, 48000])
def test_measured_responses_are_the_plant(tmp_path, rate_hz):
    layout = load_layout("sphere3-60mm")
    folder = _responses(tmp_path / "found", layout, rate_hz)
    assert describe(layout, folder) == "measured responses found"
    for pose in (HeadPose(), HeadPose(offset_m=(0.0, 0.02, 0.0))):
        got, want = plant_response(layout, FREQUENCY_HZ, folder, pose), listener_plant(layout, FREQUENCY_HZ, pose)
        np.testing.assert_allclose(got, want, atol=0.02 * np.abs(want).max())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: [x[0]], "1 sound files for 2 drivers"),
        (lambda x: [x[0], x[1][:1000]], "1000 samples, but .* has 2048"),
        (lambda x: [x[0], 0 * x[1]], "left ear's response is silent"),
        (lambda x: [x[0], x[1] * [1, 0]], "right ear's response is silent"),
        (lambda x: [x[0], np.clip(40 * x[1], -1, 1)], "is clipped"),
        (lambda x: [x[0], x[1][:, :1]], "has 1 channels"),
        (lambda x: [x[0], np.where(x[1] == x[1].max(), np.nan, x[1])], "not a finite number"),
        (lambda x: [x[0][:, [0, 0]], x[1][:, [0, 0]]], "plant is singular"),
    ],
)
def test_bad_responses_are_refused(tmp_path, spoil, message):
    layout = load_layout("pair-100mm")
    folder = tmp_path / "found"
    _responses(folder, layout)
    paths = sorted(folder.iterdir())
    sounds = [soundfile.read(path)[0] for path in paths]
    for path in paths:
        path.unlink()
    for path, sound in zip(paths, spoil(sounds)):
        soundfile.write(path, sound, 48000, subtype="FLOAT")
    with pytest.raises(InputError, match=message):
        make_filters(layout, Design(plant=str(folder)))


def test_responses_of_two_rates_are_refused(tmp_path):
    folder = tmp_path / "found"
    _responses(folder, load_layout("pair-100mm"))
    last = sorted(folder.iterdir())[-1]
    soundfile.write(last, soundfile.read(last)[0], 44100, subtype="FLOAT")
    with pytest.raises(InputError, match=r"44100 Hz, but .* has 48000 Hz"):
        load_responses(str(folder), 2)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"Data_SamplingRate": 4000}, r"sampling rate \[4000.0\] Hz is not one between 8 and 192 kHz"),
        ({"Data_IR": np.zeros((3, 1, 64))}, "not of two ears"),
        ({"Data_IR": np.zeros((3, 2, 64))}, "silent"),
        ({"Data_IR": np.full((3, 2, 64), np.nan)}, "not a finite number"),
        ({"SourcePosition": np.zeros((2, 3))}, "3 responses, but 2 source positions"),
    ],
)
def test_heads_with_wrong_contents_are_refused(tmp_path, monkeypatch, spoil, message):
    path = tmp_path / "head.sofa"
    path.write_bytes(b"anything: the library is stood in for")
    good = {
        "GLOBAL_SOFAConventions": "SimpleFreeFieldHRIR",
        "Data_IR": np.eye(6, 64).reshape(3, 2, 64),
        "Data_SamplingRate": 48000,
        "SourcePosition": np.array([[0.0, 0, 1], [90, 0, 1], [270, 0, 1]]),
        "ReceiverPosition": np.array([[0, 0.09, 0], [0, -0.09, 0]]),
    }
    monkeypatch.setattr(sofar, "read_sofa", lambda *_, **__: SimpleNamespace(**good | spoil))
    with pytest.raises(InputError, match=message) as caught:
        load_head(str(path))
    assert "head.sofa" in str(caught.value)


def test_bad_heads_are_refused(tmp_path):
    sofar.write_sofa(str(tmp_path / "other.sofa"), sofar.Sofa("GeneralFIR"))
    with pytest.raises(InputError, match="holds GeneralFIR"):
        load_head(str(tmp_path / "other.sofa"))
    damaged = tmp_path / "damaged.sofa"
    damaged.write_bytes(b"no SOFA at all")
    with pytest.raises(InputError, match="not a readable SOFA file"):
        load_head(str(damaged))
    with pytest.raises(InputError, match="no such plant"):
        load_head(str(tmp_path / "missing.sofa"))
    with pytest.raises(InputError, match=r"a plant is a \.sofa file"):
        (tmp_path / "head.txt").write_text("")
        load_head(str(tmp_path / "head.txt"))
