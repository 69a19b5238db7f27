import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import Driver, SpeakerLayout, load_layout
from workbench.engine.listening_room import (
    ListeningRoom,
    depth_frequencies,
    device_images,
    listening_depth,
)
from workbench.engine.room_responses import room_responses
from workbench.render.causal import AUDITION_DELAY, audition_paths
from workbench.render.design import load_design
from workbench.render.designs import plain_stereo
from workbench.render.drivers import speaker_beam

ROOM = ListeningRoom()
POINT = SpeakerLayout("point", (Driver("one", (0.0, 0.0, 0.0)),), listener_distance_m=2.5)


def test_the_first_images_are_the_device_and_its_nearest_mirrors():
    images = device_images(ROOM)
    assert images.distance_m[0] == pytest.approx(2.5)
    np.testing.assert_allclose(images.leaving[0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(images.arriving[0], [-1, 0, 0], atol=1e-12)
    z = ROOM.device_xyz_m[2]
    floor = np.hypot(2.5, 2 * z)
    below = int(np.argmin(np.abs(images.distance_m - floor)))
    assert images.walls[below] == 1
    # What goes down to the floor comes up from it.
    assert images.leaving[below][2] == pytest.approx(-2 * z / floor) == images.arriving[below][2]
    assert (np.diff(images.distance_m) >= 0).all()


def test_a_point_source_has_the_critical_distance_of_the_textbook():
    """0.057 sqrt(V / T): the diffuse field's formula, within what a box differs from it."""
    depth = listening_depth(POINT, np.ones((len(depth_frequencies()), 1)), ROOM)
    want = 0.057 * np.sqrt(np.prod(ROOM.size_m) / ROOM.rt60_s)
    np.testing.assert_allclose(depth.critical_distance_m, want, rtol=0.25)
    assert np.ptp(depth.direct_to_reverberant_db) < 1e-6


def test_coherence_falls_with_frequency_and_with_distance():
    ones = np.ones((len(depth_frequencies()), 1))
    far = listening_depth(POINT, ones, ROOM).coherence
    near = listening_depth(POINT, ones, ListeningRoom(distance_m=0.5)).coherence
    assert far[:3].mean() > far[-9:].mean() + 0.2
    assert near.mean() > far.mean() + 0.2
    assert (far >= 0).all() and (near <= 1 + 1e-9).all()


@pytest.mark.parametrize(("design", "least_db"), [("beam", 2.1), ("near", 4.0)])
def test_a_beam_of_five_drivers_is_heard_more_directly(design, least_db):
    """What nulls and evenness of the one cost, the other gives to depth."""
    layout = load_layout("sphere5-60mm")
    frequency_hz = depth_frequencies()
    beam = speaker_beam(layout, frequency_hz, load_design(design).beam_goal())
    mix = np.broadcast_to(plain_stereo(layout).sum(axis=1), beam.shape)
    gain = listening_depth(layout, beam, ROOM).figures()["direct_to_reverberant_db"]
    gain -= listening_depth(layout, mix, ROOM).figures()["direct_to_reverberant_db"]
    assert gain >= least_db


def test_responses_hold_the_direct_sound_and_decay_as_asked():
    layout = load_layout("pair-100mm")
    room = ListeningRoom(rt60_s=0.4, distance_m=1.5)
    responses = room_responses(layout, room)
    assert responses.shape[:2] == (2, 2)
    direct = audition_paths(layout)
    free = slice(0, AUDITION_DELAY + 60)  # before the first reflection
    np.testing.assert_allclose(responses[..., free], direct[..., free], atol=0.02 * np.abs(direct).max())
    decay = np.cumsum((responses.astype(float) ** 2).sum(axis=(0, 1))[::-1])[::-1]
    level = 10 * np.log10(decay / decay[0])
    span = np.flatnonzero((level < -8) & (level > -25))
    slope = np.polyfit(span / 48000, level[span], 1)[0]
    assert -60 / slope == pytest.approx(0.4, rel=0.4)  # a low room does not decay evenly


def test_the_ratio_of_the_responses_is_the_one_computed():
    layout = load_layout("pair-100mm")
    left = room_responses(layout, ROOM)[0].astype(float)
    cut = AUDITION_DELAY + 120
    spectra = [np.abs(np.fft.rfft(part, 1 << 16)) ** 2 for part in (left[:, :cut], left[:, cut:])]
    band = slice(*(np.array([500, 4000]) * (1 << 16) // 48000))
    got = 10 * np.log10(spectra[0][:, band].sum() / spectra[1][:, band].sum())
    one = np.zeros((len(depth_frequencies()), 2))
    one[:, 0] = 1
    want = listening_depth(layout, one, ROOM).direct_to_reverberant_db
    frequency_hz = depth_frequencies()
    assert got == pytest.approx(want[(frequency_hz > 500) & (frequency_hz < 4000)].mean(), abs=2.0)


@pytest.mark.parametrize(
    "room", [{"distance_m": 5.0}, {"rt60_s": 0.0}, {"size_m": (0.5, 3.0, 3.0)}, {"rt60_s": float("nan")}]
)
def test_rooms_that_cannot_be_are_refused(room):
    with pytest.raises(InputError):
        ListeningRoom(**room)
