import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import soundfile
import soxr

from workbench.cli import main
from workbench.core.geometry import load_layout
from workbench.core.resources import resource, shipped_names
from workbench.dsp.limiter import true_peak_dbtp
from workbench.dsp.loudness import integrated_lufs
from workbench.render.causal import audition_paths
from workbench.render.plants import listener_plant

RATE_HZ = 48000


def _export(folder, *arguments):
    assert main(["design", "--out", str(folder), *arguments]) == 0
    document = json.loads((folder / "fir.json").read_text())
    firs = []
    for name in document["inputs"]:
        data, rate = soundfile.read(folder / f"fir_{name}.wav", dtype="float32", always_2d=True)
        assert rate == document["rate"] == RATE_HZ
        assert soundfile.info(folder / f"fir_{name}.wav").subtype == "FLOAT"
        firs.append(data.T)
    return document, np.stack(firs)


def _ears(layout, document, fir, frequency_hz):
    at = np.arange(fir.shape[-1]) - document["latency_samples"]
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * at / RATE_HZ)
    return listener_plant(layout, frequency_hz) @ np.einsum("idt,ft->fdi", fir, turn, optimize=True)


@pytest.mark.parametrize("name", shipped_names("layouts"))
def test_exported_filters_do_what_their_report_says(tmp_path, name):
    document, fir = _export(tmp_path, "--layout", name, "--design", "ears")
    layout = load_layout(name)
    assert document["drivers"] == layout.driver_names
    assert document["inputs"] == ["left", "right"]
    assert document["target"] == "ears"
    assert fir.shape[:2] == (2, len(layout.drivers)) and fir.shape[2] <= 16384
    report = json.loads((tmp_path / "report.json").read_text())
    frequency_hz = np.geomspace(300, 8000, 200)
    ears = np.abs(_ears(layout, document, fir, frequency_hz))
    left_db = 20 * np.log10(ears[:, 0, 0] / ears[:, 1, 0])
    right_db = 20 * np.log10(ears[:, 1, 1] / ears[:, 0, 1])
    assert left_db.mean() == pytest.approx(report["separation_db"]["nominal"], abs=0.7)
    assert right_db.mean() == pytest.approx(left_db.mean(), abs=0.1)
    assert report["separation_db"]["5 cm"] < report["separation_db"]["nominal"]
    assert report["drive_db"] < report["design"]["boost_limit_db"] + report["design"]["droop_db"]
    for curve in ("separation", "drive"):
        ElementTree.fromstring((tmp_path / f"{curve}.svg").read_text())
        table = (tmp_path / f"{curve}.csv").read_text().splitlines()
        assert table[0].startswith("frequency_hz,") and len(table) > 100


def test_written_design_gives_the_same_filters(tmp_path):
    _, fir = _export(tmp_path / "a", "--layout", "pair-100mm", "--set", "render.virtual_deg=45", "--target", "ears")
    _, again = _export(tmp_path / "b", "--layout", "pair-100mm", "--design", str(tmp_path / "a" / "design.toml"))
    np.testing.assert_array_equal(fir, again)


def test_centre_beam_is_exported_and_reported(tmp_path):
    from workbench.render.drivers import patterns

    document, fir = _export(tmp_path, "--layout", "sphere5-60mm", "--design", "beam")
    assert document["inputs"] == ["left", "right", "center"]
    assert fir.shape[0] == 3
    frequency_hz = np.geomspace(400, 3000, 40)
    turn = np.exp(-2j * np.pi * frequency_hz[:, None] * np.arange(fir.shape[-1]) / RATE_HZ)
    weights = turn @ fir[2].T
    angles = np.radians([0.0, -90.0, 90.0, -45.0, 45.0])
    layout = load_layout("sphere5-60mm")
    level = 20 * np.log10(np.abs(np.einsum("fai,fi->fa", patterns(layout, angles, frequency_hz), weights)))
    assert (level[:, 1:3] - level[:, :1]).max() < -20
    assert np.abs(level[:, 3:] - level[:, :1]).max() < 3.0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["beam"]["mismatched_null_db_400_3000"] < -8
    for name in ("beam", "pattern"):
        ElementTree.fromstring((tmp_path / f"{name}.svg").read_text())


def test_every_plot_is_exported_with_its_numbers(tmp_path):
    _export(tmp_path, "--layout", "sphere3-60mm", "--design", "beam")
    report = json.loads((tmp_path / "report.json").read_text())
    plots = {path.stem for path in tmp_path.glob("*.svg")}
    assert plots == {path.stem for path in tmp_path.glob("*.csv")}
    assert {"separation", "drive", "beam", "pattern", "impulse", "group_delay", "filter_error"} < plots
    assert {"sweet_spot", "image_level", "image_time"} < plots
    error = np.genfromtxt(tmp_path / "filter_error.csv", delimiter=",", names=True)
    band = (error["frequency_hz"] >= 300) & (error["frequency_hz"] <= 8000)
    assert error["error"][band].max() == pytest.approx(report["filters"]["largest_error_db_300_8000"], abs=0.01)
    sweet = np.genfromtxt(tmp_path / "sweet_spot.csv", delimiter=",", skip_header=1)
    assert sweet[:, 1:].max() > 10 and sweet[len(sweet) // 2, 3] > sweet[0, 3] + 5


def test_virtual_loudspeakers_are_reported(tmp_path):
    document, _ = _export(tmp_path, "--layout", "stereo-60deg", "--set", "render.cancellation_db=20")
    assert document["target"] == "speakers"
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["virtual"]["itd_error_us"] < 45
    assert len(report["virtual"]["ild_db"]) == len(report["virtual"]["ild_band_hz"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--layout", "nowhere"], "no shipped layout"),
        (["--layout", "pair-100mm", "--design", "nothing"], "no shipped design"),
        (["--layout", "pair-100mm", "--design", "ears", "--set", "render.virtual_deg=40"], "give one of them"),
        (["--layout", "pair-100mm", "--set", "render.boost_limit_db=90"], "outside"),
    ],
)
def test_design_refuses_with_a_cause(tmp_path, capsys, arguments, message):
    assert main(["design", "--out", str(tmp_path / "out"), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_layout_that_cannot_play_stereo_is_refused(tmp_path, capsys):
    path = tmp_path / "mono.toml"
    path.write_text('name = "mono"\ndrivers = [{ name = "one", xyz_m = [0, 0, 0] }]\n')
    assert main(["design", "--layout", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "two drivers" in capsys.readouterr().err


def test_the_folder_cannot_be_a_file(tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert main(["design", "--layout", "pair-100mm", "--out", str(tmp_path / "taken")]) == 2
    assert "cannot be made a folder" in capsys.readouterr().err


@pytest.fixture
def music(tmp_path):
    rng = np.random.default_rng(0)
    x = 0.1 * rng.standard_normal((RATE_HZ + 77, 2))
    soundfile.write(tmp_path / "in.wav", x, RATE_HZ, subtype="FLOAT")
    return tmp_path / "in.wav", x.T


def _render(music, tmp_path, *arguments):
    assert main(["render", str(music[0]), str(tmp_path / "out.wav"), *arguments]) == 0
    data, rate = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)
    assert rate == RATE_HZ
    assert len(data) == music[1].shape[1]
    return data.T


def test_render_is_aligned_convolution_with_the_exported_filters(tmp_path, music):
    stereo = ("--layout", "sphere3-60mm", "--set", "render.upmix=off")
    document, fir = _export(tmp_path / "firs", *stereo)
    out = _render(music, tmp_path, *stereo, "--exact")
    late = document["latency_samples"]
    for driver in range(3):
        want = sum(np.convolve(music[1][i], fir[i, driver]) for i in range(2))[late : late + out.shape[1]]
        np.testing.assert_allclose(out[driver], want, atol=1e-5)


def test_plain_parts_add_up_to_the_input(tmp_path, music):
    left, right, centre = _render(music, tmp_path, "--layout", "pair-100mm", "--plain")
    np.testing.assert_allclose(left + centre, music[1][0], atol=1e-7)
    np.testing.assert_allclose(right + centre, music[1][1], atol=1e-7)


def test_a_centre_source_goes_through_the_beam(tmp_path):
    """What is the same on both sides is played by the centre's filters, once the upmix has settled."""
    _, fir = _export(tmp_path / "firs", "--layout", "sphere5-60mm", "--design", "beam")
    rng = np.random.default_rng(1)
    mono = 0.1 * rng.standard_normal(2 * RATE_HZ)
    soundfile.write(tmp_path / "mono.wav", mono, RATE_HZ, subtype="FLOAT")
    arguments = ["--layout", "sphere5-60mm", "--design", "beam", "--exact"]
    assert main(["render", str(tmp_path / "mono.wav"), str(tmp_path / "out.wav"), *arguments]) == 0
    out, _ = soundfile.read(tmp_path / "out.wav", dtype="float32", always_2d=True)
    for driver in range(5):
        want = np.convolve(mono, fir[2, driver])[240 : 240 + len(mono)]
        settled = slice(RATE_HZ // 2, -2000)
        error = np.sum((out[settled, driver] - want[settled]) ** 2) / np.sum(want[settled] ** 2)
        assert 10 * np.log10(error) < -40


def test_audition_has_two_channels(tmp_path, music):
    assert _render(music, tmp_path, "--layout", "sphere5-60mm", "--audition").shape[0] == 2


def test_exact_output_is_limited_only_when_asked(tmp_path, music, capsys):
    loud = 4 * music[1].T
    soundfile.write(music[0], loud, RATE_HZ, subtype="FLOAT")
    assert true_peak_dbtp(_render(music, tmp_path, "--layout", "pair-100mm", "--exact")) > 3
    assert "exceed full scale" in capsys.readouterr().err
    assert true_peak_dbtp(_render(music, tmp_path, "--layout", "pair-100mm", "--exact", "--limit")) < -0.8


def _programmes(seconds=6):
    """Tones at places between left and right over a bass in the middle; and speech, as loud as programmes are."""
    time_s, rng = np.arange(seconds * RATE_HZ) / RATE_HZ, np.random.default_rng(1)
    music = 0.15 * np.sin(2 * np.pi * 70 * time_s) * np.exp(-12 * ((2 * time_s) % 1)) * np.ones((2, 1))
    for number, hz in enumerate(220 * 2 ** (np.array([0, 4, 7, 12, 16, 19, 24]) / 12)):
        place = rng.uniform(0.2, 0.8)
        tone = sum(np.sin(2 * np.pi * hz * order * time_s + order) / order for order in range(1, 10))
        music += 0.06 * np.outer([place, 1 - place], tone * np.exp(-3 * ((time_s * (0.7 + 0.2 * number)) % 1)))
    voice, rate_hz = soundfile.read(resource("voices", "anna.flac"))
    voice = soxr.resample(voice, rate_hz, RATE_HZ)[: len(time_s)]
    return {"music": music, "speech": 1.5 * np.stack([voice, voice])}


@pytest.mark.parametrize("layout", ["pair-100mm", "sphere5-60mm", "stereo-60deg"])
def test_designs_are_equally_loud_with_music_and_speech_and_nothing_clips(tmp_path, layout):
    paths = audition_paths(load_layout(layout))
    for name, programme in _programmes().items():
        assert np.abs(programme).max() > 0.3
        soundfile.write(tmp_path / "in.wav", programme.T, RATE_HZ, subtype="FLOAT")
        found = {}
        for design in ("plain", "robust", "gentle", "virtual", "beam"):
            out = _render((tmp_path / "in.wav", programme), tmp_path, "--layout", layout, "--design", design)
            assert np.abs(out).max() < 1.0 and true_peak_dbtp(out) < -0.8
            ears = sum(
                np.stack([np.convolve(driver, path[ear]) for ear in range(2)]) for driver, path in zip(out, paths)
            )
            found[design] = integrated_lufs(ears)
        assert max(found.values()) - min(found.values()) < 1.0, (name, found)


def test_mono_at_another_rate(tmp_path):
    tone = 0.3 * np.sin(2 * np.pi * 500 * np.arange(44100) / 44100)
    soundfile.write(tmp_path / "mono.wav", tone, 44100, subtype="PCM_16")
    assert main(["render", str(tmp_path / "mono.wav"), str(tmp_path / "out.wav"), "--layout", "pair-100mm"]) == 0
    data, rate = soundfile.read(tmp_path / "out.wav")
    assert (rate, data.shape) == (RATE_HZ, (48000, 2))
    np.testing.assert_allclose(data[:, 0], data[:, 1], atol=1e-4)


def test_render_refuses_more_than_stereo(tmp_path, capsys):
    soundfile.write(tmp_path / "five.wav", np.zeros((100, 5)), RATE_HZ)
    assert main(["render", str(tmp_path / "five.wav"), str(tmp_path / "out.wav"), "--layout", "pair-100mm"]) == 2
    assert "5 channels" in capsys.readouterr().err
    assert not (tmp_path / "out.wav").exists()


def test_render_into_a_room(tmp_path, music, capsys):
    dry = _render(music, tmp_path, "--layout", "pair-100mm", "--audition")
    wet = _render(music, tmp_path, "--layout", "pair-100mm", "--room", "0.4,1.5")
    assert wet.shape == dry.shape == (2, music[1].shape[1])
    correlation = np.corrcoef(wet[0], dry[0])[0, 1]
    assert 0.3 < correlation < 0.98
    for wrong in ("much", "0.4,1.5,6x4", "0.4,30"):
        arguments = ["--layout", "pair-100mm", "--room", wrong]
        assert main(["render", str(music[0]), str(tmp_path / "no.wav"), *arguments]) == 2
        assert "room" in capsys.readouterr().err
    assert not (tmp_path / "no.wav").exists()


def test_surround_is_mixed_down_and_other_rates_are_taken(tmp_path, capsys):
    random = np.random.default_rng(3)
    six = (0.05 * random.standard_normal((96000 // 4, 6))).astype(np.float32)
    soundfile.write(tmp_path / "six.wav", six, 96000, subtype="FLOAT")
    half = np.sqrt(0.5)
    stereo = np.stack(
        [six[:, 0] + half * (six[:, 2] + six[:, 4]), six[:, 1] + half * (six[:, 2] + six[:, 5])], axis=1
    ).astype(np.float32)
    soundfile.write(tmp_path / "two.wav", stereo, 96000, subtype="FLOAT")
    for name in ("six", "two"):
        arguments = [
            "render",
            str(tmp_path / f"{name}.wav"),
            str(tmp_path / f"{name}-out.wav"),
            "--layout",
            "pair-100mm",
        ]
        assert main([*arguments, "--design", "gentle"]) == 0
    assert "5.1 mixed down" in capsys.readouterr().err
    made, want = (soundfile.read(tmp_path / f"{name}-out.wav")[0] for name in ("six", "two"))
    assert made.shape == (RATE_HZ // 4, 2)
    np.testing.assert_allclose(made, want, atol=1e-6)
    soundfile.write(tmp_path / "five.wav", six[:, :5], 48000)
    assert main(["render", str(tmp_path / "five.wav"), str(tmp_path / "x.wav"), "--layout", "pair-100mm"]) == 2
