"""What stands in a scene: talkers and their ways, noises, and the faults of the microphones. Plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass

NOISE_KINDS = ("fan", "babble", "traffic", "keyboard", "room")
"""`room` is the steady hum of a quiet room (Hoth's spectrum)."""
NOISE_FIELDS = ("point", "diffuse")


@dataclass(frozen=True, slots=True)
class Arc:
    """A way back and forth between two azimuths at constant distance, with a rest of `rest_s` at each end."""

    from_deg: float
    to_deg: float
    speed_deg_s: float
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Walk:
    """Straight lines from where the talker stands to each of `points` = (azimuth_deg, distance_m), with a rest at each.

    After the last point the talker goes back the same way, or straight to the start if `closed`.
    """

    points: tuple[tuple[float, float], ...]
    speed_m_s: float = 0.8
    rest_s: float = 0.0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Talker:
    """Somebody who speaks: `voice` is a shipped name or a sound file; `name` is unlike that of anybody else.

    `level_db` is relative to the nominal level (active speech at -26 dBFS, 1 m away); `pause_s` of silence follows
    each time the voice has been played through; `start_s` is where in the voice the scene begins. Not `walking`:
    stands where its path begins.
    """

    name: str
    voice: str
    azimuth_deg: float
    distance_m: float
    height_m: float = 0.0
    level_db: float = 0.0
    pause_s: float = 0.0
    start_s: float = 0.0
    muted: bool = False
    walking: bool = True
    path: Arc | Walk | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """A noise from one point of the room, or from all directions alike (`field` "diffuse").

    `snr_db` is the first talker's active speech over the noise's mean power, both at the microphones, reflections
    included, for where the scene puts them. The place says nothing for a diffuse noise; `blade_hz` is a fan's.
    """

    kind: str
    field: str = "point"
    snr_db: float = 20.0
    azimuth_deg: float = 180.0
    distance_m: float = 1.5
    height_m: float = 0.0
    blade_hz: float = 132.0


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How the microphones differ from what the array's file says. Microphones are numbered from 1.

    `*_sigma_*` are standard deviations of errors drawn from the scene's seed; `gain_db` and `delay_us` are given
    errors, one for each microphone, and are added. `swapped` are pairs of channels that changed places.
    """

    gain_sigma_db: float = 0.0
    delay_sigma_us: float = 0.0
    position_sigma_mm: float = 0.0
    gain_db: tuple[float, ...] = ()
    delay_us: tuple[float, ...] = ()
    dead: tuple[int, ...] = ()
    inverted: tuple[int, ...] = ()
    swapped: tuple[tuple[int, int], ...] = ()
