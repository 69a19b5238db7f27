"""The image sources against closed forms, and against pyroomacoustics as the slow oracle."""

import numpy as np
import pytest

from workbench.audio.rooms import RATE_HZ, ShoeboxRoom, add_arrivals
from workbench.core.geometry import SPEED_OF_SOUND_M_S

SIZE_M = (6.0, 5.0, 3.0)
MICS_M = np.array([[2.9, 2.4, 1.2], [3.0, 2.4, 1.2], [2.9, 2.5, 1.3]])
SOURCE_M = np.array([4.1, 3.3, 1.4])


def oracle(room: ShoeboxRoom, order: int, length: int) -> np.ndarray:
    pra = pytest.importorskip("pyroomacoustics")
    before = pra.constants.get("rir_hpf_enable")
    pra.constants.set("rir_hpf_enable", False)
    try:
        material = pra.Material(1 - room.reflection**2)
        shoebox = pra.ShoeBox(SIZE_M, fs=RATE_HZ, materials=material, max_order=order)
        shoebox.add_source(SOURCE_M)
        shoebox.add_microphone_array(MICS_M.T)
        shoebox.compute_rir()
    finally:
        pra.constants.set("rir_hpf_enable", before)
    delay = pra.constants.get("frac_delay_length") // 2
    whole = np.zeros((len(MICS_M), length))
    for mic, (response,) in enumerate(shoebox.rir):
        cut = response[delay : delay + length]
        whole[mic, : len(cut)] = cut
    return whole


def relative_error_db(got: np.ndarray, want: np.ndarray, up_to_hz: float) -> float:
    """Error below a frequency (above, the two interpolators roll off differently)."""
    bins = int(up_to_hz / RATE_HZ * got.shape[1])
    first, second = np.fft.rfft(got)[:, :bins], np.fft.rfft(want)[:, :bins]
    scale = np.vdot(second, first).real / np.vdot(second, second).real
    assert scale == pytest.approx(1.0, abs=0.01)
    return 10 * np.log10(np.square(np.abs(first - scale * second)).sum() / np.square(np.abs(first)).sum())


def test_an_arrival_between_samples_is_a_pure_delay():
    response = np.zeros((1, 256))
    add_arrivals(response, np.array([[100.3]]), np.array([[0.5]]))
    frequency = np.arange(1, 105)  # up to 19.7 kHz
    want = 0.5 * np.exp(-2j * np.pi * frequency * 100.3 / 256)
    np.testing.assert_allclose(np.fft.rfft(response[0])[frequency], want, atol=2e-3)


def test_an_arrival_on_a_sample_is_that_sample():
    response = np.zeros((1, 256))
    add_arrivals(response, np.array([[100.0]]), np.array([[0.5]]))
    want = np.zeros(256)
    want[100] = 0.5
    np.testing.assert_allclose(response[0], want, atol=1e-12)


def test_arrivals_outside_of_the_response_are_left_out():
    response = np.zeros((2, 100))
    add_arrivals(response, np.array([[-200.5], [300.5]]), np.ones((2, 1)))
    assert not response.any()


def test_without_walls_only_the_direct_sound_is_left():
    room = ShoeboxRoom(SIZE_M, 0.0, MICS_M, 2400)
    response = room.response(SOURCE_M)
    for mic, at in enumerate(MICS_M):
        distance_m = np.linalg.norm(SOURCE_M - at)
        delay = distance_m * RATE_HZ / SPEED_OF_SOUND_M_S
        assert abs(int(np.argmax(response[mic])) - delay) <= 0.5
        gain = np.abs(np.fft.rfft(response[mic]))[10:800]
        np.testing.assert_allclose(gain, 1 / distance_m, rtol=0.01)


def test_the_early_response_is_pyroomacoustics_second_order():
    room = ShoeboxRoom(SIZE_M, 0.3, MICS_M, 2400)
    assert relative_error_db(room.early(SOURCE_M), oracle(room, 2, 2400), 18000) < -50


def test_the_whole_response_is_that_of_pyroomacoustics():
    room = ShoeboxRoom(SIZE_M, 0.25, MICS_M, 2400)
    got = room.response(SOURCE_M)
    length = got.shape[1] - 300  # the end is faded
    assert relative_error_db(got[:, :length], oracle(room, 60, length), 18000) < -35


def test_early_and_late_share_the_reflections_wherever_the_cut_is():
    short, long = (ShoeboxRoom(SIZE_M, 0.2, MICS_M, early) for early in (960, 2400))
    assert np.abs(short.early(SOURCE_M)).sum() < np.abs(long.early(SOURCE_M)).sum()
    one, other = (room.response(SOURCE_M)[:, :9000] for room in (short, long))
    assert relative_error_db(one, other, 18000) < -40


@pytest.mark.parametrize("rt60_s", [0.2, 0.35, 0.5])
def test_the_decay_has_the_reverberation_time_asked_for(rt60_s):
    response = ShoeboxRoom(SIZE_M, rt60_s, MICS_M, 2400).response(SOURCE_M).astype(float)
    # Image gains are all positive: below 20 Hz, where no voice is, they pile up. Look above 200 Hz.
    spectrum = np.fft.rfft(response)
    spectrum[:, : int(200 * response.shape[1] / RATE_HZ)] = 0
    decay = np.cumsum(np.square(np.fft.irfft(spectrum))[:, ::-1], axis=1)[:, ::-1].mean(axis=0)
    decay_db = 10 * np.log10(decay / decay[0])
    span = np.flatnonzero((decay_db <= -5) & (decay_db >= -25))
    slope = np.polyfit(span / RATE_HZ, decay_db[span], 1)[0]
    assert -60 / slope == pytest.approx(rt60_s, rel=0.12)


@pytest.mark.parametrize(("size_m", "rt60_s"), [(SIZE_M, 0.01), (SIZE_M, 2.5), ((2.0, 2.0, 2.0), 1.0)])
def test_an_unreachable_reverberation_time_becomes_the_nearest_and_is_said(size_m, rt60_s):
    room = ShoeboxRoom(size_m, rt60_s, np.array([[1.0, 1.0, 1.0]]), 2400)
    assert f"RT60 {rt60_s:g} s cannot be reached" in room.notice
    assert f"{room.rt60_s:.2f} s is used" in room.notice
    assert room.rt60_s != rt60_s
    assert np.isfinite(room.response(np.array([0.6, 0.7, 0.8]))).all()
    assert ShoeboxRoom(size_m, room.rt60_s, room.mic_xyz_m, 2400).notice == ""


def test_a_reachable_reverberation_time_is_not_spoken_of():
    room = ShoeboxRoom(SIZE_M, 0.3, MICS_M, 2400)
    assert room.notice == "" and room.rt60_s == 0.3


def test_late_reflections_of_the_first_microphones_alone_are_the_same():
    room = ShoeboxRoom(SIZE_M, 0.3, MICS_M, 2400)
    np.testing.assert_array_equal(room.late(SOURCE_M, mics=2), room.late(SOURCE_M)[:2])


def test_a_microphone_that_hears_late_does_so_by_its_delay():
    delay_s = np.array([0.0, 30e-6, -10e-6])
    plain, late = (ShoeboxRoom(SIZE_M, 0.2, MICS_M, 2400, delays).response(SOURCE_M) for delays in (None, delay_s))
    size = plain.shape[1]
    frequency = np.fft.rfftfreq(size, 1 / RATE_HZ)
    shift = np.exp(-2j * np.pi * frequency * delay_s[:, None])
    low = frequency < 16000
    error = np.fft.rfft(late) - np.fft.rfft(plain) * shift
    assert np.square(np.abs(error[:, low])).sum() < 1e-4 * np.square(np.abs(np.fft.rfft(plain)[:, low])).sum()
