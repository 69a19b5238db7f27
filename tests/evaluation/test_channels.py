"""Faults of microphones, found in simulated recordings that have them."""

import numpy as np
import pyroomacoustics as pra
import pytest
import soxr

from workbench.audio.files import read_sound
from workbench.core.geometry import load_array
from workbench.core.resources import resource
from workbench.evaluation.channels import check_channels

SECONDS = 5


def recording(array, rt60_s=0.35, snr_db=20.0):
    """Two talkers around an array in a reverberant room, with independent noise of the microphones."""
    room_m = np.array([5.2, 4.1, 2.8])
    absorption, order = pra.inverse_sabine(rt60_s, room_m)
    room = pra.ShoeBox(room_m, fs=48000, materials=pra.Material(absorption), max_order=min(order, 8))
    centre_m = np.array([2.5, 2.2, 1.2])
    room.add_microphone_array((array.mic_xyz_m + centre_m).T)
    for voice, place_m in (("anna", (3.8, 3.1, 1.6)), ("robert", (1.6, 0.7, 1.5))):
        samples, rate_hz = read_sound(resource("voices", f"{voice}.flac"))
        room.add_source(place_m, signal=np.resize(soxr.resample(samples[0], rate_hz, 48000), 48000 * SECONDS))
    room.simulate()
    samples = room.mic_array.signals[:, : 48000 * SECONDS]
    rms = np.sqrt(np.mean(samples**2))
    noise = np.random.default_rng(1).standard_normal(samples.shape) * rms * 10 ** (-snr_db / 20)
    return (0.1 / rms * (samples + noise)).astype(np.float32)


@pytest.fixture(scope="module")
def circle():
    array = load_array("uca8-100mm")
    return array, recording(array)


def faults(report):
    return {
        item.index: (item.fault, item.partner) if item.partner is not None else item.fault
        for item in report.channels
        if item.fault
    }


def test_a_healthy_array_has_no_faults(circle):
    array, samples = circle
    report = check_channels(samples, 48000, array)
    assert faults(report) == {} and report.note == "" and report.score > 0.15
    assert max(abs(item.gain_db) for item in report.channels) < 1.5


@pytest.mark.parametrize("index", [0, 5])
def test_an_inverted_channel(circle, index):
    array, samples = circle
    samples = samples.copy()
    samples[index] *= -1
    assert faults(check_channels(samples, 48000, array)) == {index: "inverted"}


@pytest.mark.parametrize("pair", [(0, 1), (2, 6), (3, 5)])
def test_swapped_channels(circle, pair):
    array, samples = circle
    samples = samples.copy()
    samples[list(pair)] = samples[list(pair[::-1])]
    first, second = pair
    assert faults(check_channels(samples, 48000, array)) == {first: ("swapped", second), second: ("swapped", first)}


@pytest.mark.parametrize("gain_db", [-6.0, 3.5])
def test_a_wrong_gain(circle, gain_db):
    array, samples = circle
    samples = samples.copy()
    healthy_db = check_channels(samples, 48000, array).channels[4].gain_db
    samples[4] *= 10 ** (gain_db / 20)
    report = check_channels(samples, 48000, array)
    assert faults(report) == {4: "gain"}
    assert report.channels[4].gain_db == pytest.approx(healthy_db + gain_db, abs=0.3)


@pytest.mark.parametrize("sound", [0.0, 0.25, 1e-6])
def test_a_dead_channel(circle, sound):
    array, samples = circle
    samples = samples.copy()
    samples[3] = sound  # digital silence, a constant, or next to nothing
    samples[3] += 1e-7 * np.random.default_rng(1).standard_normal(samples.shape[1])
    report = check_channels(samples, 48000, array)
    assert faults(report) == {3: "dead"} and report.channels[3].gain_db is None


def test_many_faults_at_once(circle):
    array, samples = circle
    samples = samples.copy()
    samples[2] = 0
    samples[[5, 6]] = samples[[6, 5]]
    samples[0] *= -1
    samples[4] *= 0.5
    expected = {0: "inverted", 2: "dead", 4: "gain", 5: ("swapped", 6), 6: ("swapped", 5)}
    assert faults(check_channels(samples, 48000, array)) == expected


def test_a_swap_that_hides_an_inversion(circle):
    array, samples = circle
    samples = samples.copy()
    samples[[1, 2]] = samples[[2, 1]]
    samples[1] *= -1
    assert faults(check_channels(samples, 48000, array)) == {1: ("swapped", 2), 2: ("swapped", 1)}


@pytest.mark.parametrize("index", [0, 3])
def test_a_symmetry_of_the_array_is_no_excuse_for_more_faults(index):
    """On a square, an inversion with two corners exchanged explains the sound as well as the inversion alone."""
    array = load_array("square4-30mm")
    samples = recording(array)
    samples[index] *= -1
    assert faults(check_channels(samples, 48000, array)) == {index: "inverted"}


def test_a_mirror_image_is_named_as_a_doubt():
    """Of a line of four, exchanging the inner two is the mirror image of exchanging the outer two."""
    array = load_array("line4-50mm")
    samples = recording(array)
    samples[[1, 2]] = samples[[2, 1]]
    report = check_channels(samples, 48000, array)
    assert set(faults(report)) in ({1, 2}, {0, 3})
    assert "cannot tell" in report.note


def test_noise_without_direction_accuses_nobody():
    array = load_array("uca8-100mm")
    noise = 0.01 * np.random.default_rng(1).standard_normal((8, 96000))
    report = check_channels(noise, 48000, array)
    assert faults(report) == {} and "no clear direction" in report.note


def test_silence_is_dead_everywhere():
    array = load_array("uca8-100mm")
    report = check_channels(np.zeros((8, 48000)), 48000, array)
    assert all(item.fault == "dead" for item in report.channels) and report.score == 0


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="expected"):
        check_channels(np.zeros((7, 48000)), 48000, load_array("uca8-100mm"))
