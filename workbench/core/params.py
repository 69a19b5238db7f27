"""The parameter tree: everything a person can move while sound plays.

One immutable `Params` is read once a hop by the worker; an edit makes a new one. Each field carries a
`Knob` (range, unit, default, label, help) from which sliders, `workbench params` and presets are built.
What a model dictates (rate, hop, bands) and what changes the structure of the chain (source, sink, array,
layout) is not here: those are commands of the session.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from workbench.core.errors import InputError

Value = float | int | bool | str


@dataclass(frozen=True, slots=True)
class Knob:
    """What a person needs to know about one parameter."""

    label: str
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    step: float = 1.0
    log: bool = False
    bipolar: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a choice."""
    hidden: bool = False
    """Set from elsewhere in the window (map, toolbar), so the parameter panel shows no row."""
    curve: bool = False
    """The text is a curve over frequency (`parse_curve`), `low` to `high` in `unit`."""
    text: bool = False
    """Any text will do (a file's name)."""


def _knob(default: Value, label: str, help: str, **more) -> Any:
    return field(default=default, metadata={"knob": Knob(label=label, help=help, **more)})


def _null_handle(number: int, default_deg: float) -> Any:
    return _knob(
        default_deg,
        f"Null {number}",
        "Direction of a null of LCMV that is placed by hand.",
        unit="°",
        low=-180.0,
        high=180.0,
        decimals=1,
        bipolar=True,
        hidden=True,
    )


@dataclass(frozen=True, slots=True)
class BeamformerParams:
    """Capture beamformer: the array's channels become one."""

    enabled: bool = _knob(True, "Beamformer", "Off: microphone 1 alone goes on.", hidden=True)
    method: str = _knob(
        "delay-and-sum",
        "Method",
        "Delay-and-sum: the microphones in step; robust, wide below 1 kHz. Superdirective: sharpest in a field "
        "from all sides. MVDR: learns the noise that is there. LCMV: superdirective with nulls on the other talkers.",
        choices=(
            ("delay-and-sum", "Delay-and-sum"),
            ("superdirective", "Superdirective"),
            ("mvdr", "MVDR"),
            ("lcmv", "LCMV"),
        ),
        hidden=True,
    )
    steering_deg: float = _knob(
        0.0,
        "Steering",
        "Where the beam listens: 0° is front, positive is left. Moves by itself while the beam follows a talker.",
        unit="°",
        low=-180.0,
        high=180.0,
        decimals=1,
        bipolar=True,
    )
    follow: int = _knob(
        0, "Follow track", "Track that the beam is locked to; 0: steered by hand.", low=0, high=1_000_000, hidden=True
    )
    white_noise_floor_db: float = _knob(
        -1.0,
        "White-noise floor",
        "Least white-noise gain of the beam. Lower is sharper, and lets through more microphone noise and mismatch.",
        unit="dB",
        low=-20.0,
        high=9.0,
        decimals=1,
        step=0.5,
    )
    null_depth_db: float = _knob(
        50.0,
        "Null depth",
        "How far below the talker LCMV turns down the directions of its nulls. Deeper costs sharpness elsewhere; "
        "where the white-noise floor does not allow it, the null is shallower.",
        unit="dB",
        low=0.0,
        high=60.0,
    )
    adaptation_ms: float = _knob(
        250.0,
        "Adaptation",
        "How far back MVDR averages the noise it hears. Shorter follows moving noise sooner, longer is steadier "
        "and sharper.",
        unit="ms",
        low=50.0,
        high=5000.0,
        step=10.0,
        log=True,
    )
    null_handles: int = _knob(
        0,
        "Null handles",
        "Nulls of LCMV that are placed by hand; 0: it puts them on the other talkers.",
        low=0,
        high=3,
        hidden=True,
    )
    null_1_deg: float = _null_handle(1, 90.0)
    null_2_deg: float = _null_handle(2, -90.0)
    null_3_deg: float = _null_handle(3, 180.0)
    low_cut_hz: float = _knob(
        80.0,
        "Low cut",
        "High-pass on the beam: takes out rumble below speech.",
        unit="Hz",
        low=20.0,
        high=300.0,
        step=5.0,
        log=True,
    )

    @property
    def nulls_deg(self) -> tuple[float, ...]:
        """Directions of the nulls that are placed by hand."""
        return (self.null_1_deg, self.null_2_deg, self.null_3_deg)[: self.null_handles]


NETWORK_METHODS = ("percepnet", "percepnet-small")
"""Methods of the enhancement that are networks."""


@dataclass(frozen=True, slots=True)
class EnhanceParams:
    """Speech enhancement."""

    enabled: bool = _knob(True, "Enhancement", "Off: the beam passes unchanged, with the same delay.", hidden=True)
    method: str = _knob(
        "percepnet-small",
        "Method",
        "PercepNet: a network gives gains and comb strengths in 34 bands; small costs a fraction of the large one. "
        "Classical: noise tracking and the log-spectral-amplitude gain, no comb.",
        choices=(
            ("percepnet", "PercepNet"),
            ("percepnet-small", "PercepNet small"),
            ("classical", "Classical"),
            ("none", "None"),
        ),
        hidden=True,
    )
    model: str = _knob(
        "",
        "Network",
        "File of the enhancement network (.onnx, beside its manifest.json), one trained on own sounds perhaps; empty: "
        "the shipped one of the method.",
        text=True,
        hidden=True,
    )
    strength_percent: float = _knob(
        100.0,
        "Strength",
        "How much of the predicted band gain is applied. At 0 % the beam passes unchanged; at 100 % the full "
        "gain acts, down to the attenuation limit.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    comb_percent: float = _knob(
        80.0,  # by measurement: all of it costs voices in live rooms more than it gives noisy ones
        "Comb strength",
        "How much the comb filter cleans between the harmonics of voiced speech. At 0 % only band gains act.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    postfilter_beta: float = _knob(
        0.0,  # off by measurement: with 0.02 background ratings rise, intelligibility and clean speech suffer
        "Post-filter β",
        "Envelope post-filter: pushes noisy bands further down and restores the loudness. Smaller restores "
        "more; 0 is off.",
        low=0.0,
        high=0.2,
        decimals=3,
        step=0.005,
    )
    decay_ms: float = _knob(
        135.0,
        "Decay limit",
        "Shortest reverberation tail (RT60) that the gains may cut off. Longer sounds smoother, shorter drier.",
        unit="ms",
        low=20.0,
        high=600.0,
        step=5.0,
        log=True,
    )
    smoothing_ms: float = _knob(
        0.0,
        "Smoothing",
        "Time constant over which gains and comb strengths are averaged. Longer calms what flutters in the noise and "
        "softens the beginnings of words; 0 is off.",
        unit="ms",
        low=0.0,
        high=200.0,
        step=5.0,
    )
    attenuation_limit_db: float = _knob(
        30.0,
        "Attenuation limit",
        "The most that any band is turned down. Lower leaves more of the room; 60 dB removes all it can.",
        unit="dB",
        low=0.0,
        high=60.0,
    )
    mix_percent: float = _knob(
        100.0,
        "Dry/wet",
        "How much of the enhanced sound is heard (wet); the rest is the beam as it came (dry), in step with it, so "
        "that nothing hollows out. 0 % is the beam alone.",
        unit="%",
        low=0.0,
        high=100.0,
    )
    output_gain_db: float = _knob(
        0.0,
        "Output gain",
        "Level after enhancement.",
        unit="dB",
        low=-24.0,
        high=24.0,
        decimals=1,
        step=0.5,
        bipolar=True,
    )

    @property
    def network(self) -> str | None:
        """The network that gives the gains: a shipped name or a file; None while no network does."""
        if not self.enabled or self.method not in NETWORK_METHODS:
            return None
        return self.model or self.method


@dataclass(frozen=True, slots=True)
class LocalizeParams:
    """Localization and tracking of talkers."""

    enabled: bool = _knob(True, "Localization", "Off: no directions are computed.", hidden=True)
    method: str = _knob(
        "combined",
        "Method",
        "Combined: the network and SRP-PHAT together; the surest where the array has a network. Network: it alone. "
        "SRP-PHAT: steered response power, shared out among talkers zone by zone; needs no training. MUSIC: "
        "directions from which the array's noise subspace hears nothing. Normalised MUSIC: the same, every "
        "frequency counting alike.",
        choices=(
            ("combined", "Combined"),
            ("network", "Network"),
            ("srp", "SRP-PHAT"),
            ("music", "MUSIC"),
            ("normmusic", "Normalised MUSIC"),
        ),
        hidden=True,
    )
    model: str = _knob(
        "",
        "Network",
        "File of the localization network (.onnx), one adapted to this room perhaps; empty: the shipped one for the "
        "array.",
        text=True,
        hidden=True,
    )
    threshold: float = _knob(
        0.5,
        "Threshold",
        "Least confidence of a direction that may start a track; half of it keeps a track going. Higher: fewer "
        "phantoms, later starts.",
        low=0.0,
        high=1.0,
        decimals=2,
        step=0.01,
    )
    max_sources: int = _knob(4, "Talkers at most", "The most directions reported at once.", low=1, high=4)
    smoothing_ms: float = _knob(
        350.0,
        "Smoothing",
        "Time constant of a track's azimuth. Longer is steadier, shorter follows a moving talker sooner.",
        unit="ms",
        low=50.0,
        high=2000.0,
        step=10.0,
        log=True,
    )
    track_birth_s: float = _knob(
        0.3,
        "Track birth",
        "How long a direction must persist before it counts as a talker.",
        unit="s",
        low=0.05,
        high=2.0,
        decimals=2,
        step=0.05,
    )
    track_death_s: float = _knob(
        3.0,
        "Track death",
        "How long a silent talker keeps its track.",
        unit="s",
        low=0.2,
        high=10.0,
        decimals=2,
        step=0.1,
    )


@dataclass(frozen=True, slots=True)
class RenderParams:
    """Spatial rendering to loudspeakers or headphones."""

    enabled: bool = _knob(True, "Rendering", "Off: plain stereo to the first two outputs.", hidden=True)
    method: str = _knob(
        "crosstalk",
        "Method",
        "Crosstalk cancellation: each ear hears only its own channel, so that virtual loudspeakers can be "
        "placed wider than the real ones. Plain stereo: left and right to their drivers.",
        choices=(("crosstalk", "Crosstalk cancellation"), ("plain", "Plain stereo")),
        hidden=True,
    )
    target: str = _knob(
        "speakers",
        "Target",
        "Virtual loudspeakers: left and right seem to come from the virtual angle. Ears: each channel is for one ear "
        "alone, as binaural recordings want it.",
        choices=(("speakers", "Virtual loudspeakers"), ("ears", "Ears")),
        hidden=True,
    )
    place_deg: float = _knob(
        0.0,
        "Placed at",
        "Where the enhanced talker stands in the stereo scene, between the virtual loudspeakers.",
        unit="°",
        low=-30.0,
        high=30.0,
        bipolar=True,
    )
    place_follows: bool = _knob(
        False,
        "Place follows beam",
        "The talker is heard on the side where the beam points: its place between the virtual loudspeakers goes along.",
    )
    cancellation_db: float = _knob(
        12.0,
        "Cancellation",
        "How far the sound for one ear is kept from the other. Less is gentler, and holds when the head moves.",
        unit="dB",
        low=0.0,
        high=30.0,
        decimals=1,
        step=0.5,
    )
    cancellation_shape: str = _knob(
        "",
        "Target shape",
        "How the wanted cancellation differs from the slider over frequency: points as hertz:decibels, e.g. "
        "300:-6 1000:0 8000:-3. Between them it is drawn straight over log frequency; empty is flat.",
        unit="dB",
        low=-30.0,
        high=30.0,
        hidden=True,
        curve=True,
    )
    boost_limit_db: float = _knob(
        10.0,
        "Boost limit",
        "The most that a driver may be driven over what plain stereo needs to be as loud at the ear. It comes "
        "before the cancellation.",
        unit="dB",
        low=0.0,
        high=20.0,
        decimals=1,
        step=0.5,
    )
    droop_db: float = _knob(
        1.5,
        "Droop",
        "How far the level at the fed ear may fall where the boost limit is reached: as much more separation.",
        unit="dB",
        low=0.0,
        high=12.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_cm: float = _knob(
        5.0,
        "Head region",
        "How far the head may move sideways: separation is kept there, and for smaller and larger heads, too.",
        unit="±cm",
        low=0.0,
        high=30.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    region_weight: float = _knob(
        0.1,
        "Region weight",
        "What the head's other places count against its nominal one. Near 0 the nominal null is deepest; 1 gives "
        "up some of it for a wider one.",
        low=0.0,
        high=10.0,
        decimals=2,
        step=0.05,
        hidden=True,
    )
    virtual_deg: float = _knob(
        30.0,
        "Virtual angle",
        "Where the virtual left and right loudspeakers stand, from straight ahead.",
        unit="±°",
        low=5.0,
        high=90.0,
    )
    upmix: bool = _knob(
        True,
        "Centre channel",
        "What is common to left and right becomes a centre channel with a loudspeaker beam of its own. Off: it stays a "
        "phantom between left and right.",
        hidden=True,
    )
    centre: str = _knob(
        "beam",
        "Centre path",
        "Speaker beam: all drivers radiate the centre straight ahead, and little to the sides. Plain mix: it is added "
        "to left and right alike.",
        choices=(("beam", "Speaker beam"), ("mix", "Plain mix")),
        hidden=True,
    )
    centre_width_percent: float = _knob(
        0.0,
        "Centre width",
        "How much of the centre is given back to left and right. At 0 % the centre stands in the middle alone; at "
        "100 % it is as wide as the stereo pair.",
        unit="%",
        low=0.0,
        high=100.0,
        hidden=True,
    )
    adaptation_ms: float = _knob(
        200.0,
        "Adaptation time",
        "How long the upmix looks back to tell what is common to left and right. Shorter follows quick changes, longer "
        "sounds steadier.",
        unit="ms",
        low=20.0,
        high=2000.0,
        step=10.0,
        log=True,
        hidden=True,
    )
    null_deg: float = _knob(
        90.0,
        "Beam nulls",
        "Directions, on both sides, into which the centre's beam radiates least.",
        unit="±°",
        low=10.0,
        high=180.0,
        hidden=True,
    )
    window_deg: float = _knob(
        45.0,
        "Beam window",
        "The centre's beam is kept even from one side to the other of this window. It must be narrower than the nulls.",
        unit="±°",
        low=5.0,
        high=90.0,
        hidden=True,
    )
    beam_null_db: float = _knob(
        20.5,
        "Null depth",
        "How far below the axis the beam's nulls shall be, up to 3 kHz. Where there is room to spare, less is radiated "
        "in all directions instead.",
        unit="dB",
        low=3.0,
        high=40.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    beam_even_db: float = _knob(
        2.9,
        "Evenness",
        "By how much the beam's level may differ from the axis within its window, up to 3 kHz. More lets the nulls be "
        "deeper, and less be radiated elsewhere.",
        unit="±dB",
        low=0.5,
        high=12.0,
        decimals=1,
        step=0.1,
        hidden=True,
    )
    band_low_hz: float = _knob(
        200.0,
        "Works from",
        "Below, cancellation and beam go over into plain stereo and a plain mix: long waves would drive small drivers "
        "too hard.",
        unit="Hz",
        low=20.0,
        high=2000.0,
        step=10.0,
        log=True,
        hidden=True,
    )
    band_high_hz: float = _knob(
        14000.0,
        "Works up to",
        "Above, cancellation and beam go over into plain stereo and a plain mix: there a centimetre of head movement "
        "undoes them.",
        unit="Hz",
        low=2500.0,
        high=20000.0,
        step=100.0,
        log=True,
        hidden=True,
    )
    head_side_cm: float = _knob(
        0.0,
        "Head sideways",
        "Where the head is in the headphone audition: positive is to the listener's right.",
        unit="cm",
        low=-40.0,
        high=40.0,
        decimals=1,
        step=0.5,
        bipolar=True,
        hidden=True,
    )
    head_back_cm: float = _knob(
        0.0,
        "Head backwards",
        "Where the head is in the headphone audition: positive is farther away than the layout says.",
        unit="cm",
        low=-40.0,
        high=40.0,
        decimals=1,
        step=0.5,
        bipolar=True,
        hidden=True,
    )
    audition: bool = _knob(
        True,
        "Headphone audition",
        "Plays what the ears would hear from the loudspeakers, over headphones. Off: the drivers' own signals.",
    )
    limit_dbtp: float = _knob(
        -1.0,
        "True-peak limit",
        "Nothing louder than this leaves for a sound device.",
        unit="dBTP",
        low=-20.0,
        high=0.0,
        decimals=1,
        step=0.5,
    )


@dataclass(frozen=True, slots=True)
class OutputParams:
    """The last stage before the sink."""

    gain_db: float = _knob(
        0.0,
        "Output level",
        "Level of everything that is heard.",
        unit="dB",
        low=-60.0,
        high=12.0,
        decimals=1,
        step=0.5,
        hidden=True,
    )
    muted: bool = _knob(False, "Mute", "Silences the output, with a ramp.", hidden=True)
    bypass: bool = _knob(
        False,
        "Bypass",
        "The input itself, channel by channel, delayed as much as the chain delays: bit for bit.",
        hidden=True,
    )


@dataclass(frozen=True, slots=True)
class Params:
    """The whole tree. Paths are dotted: ``enhance.strength_percent``."""

    beamformer: BeamformerParams = field(default_factory=BeamformerParams)
    enhance: EnhanceParams = field(default_factory=EnhanceParams)
    localize: LocalizeParams = field(default_factory=LocalizeParams)
    render: RenderParams = field(default_factory=RenderParams)
    output: OutputParams = field(default_factory=OutputParams)


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter of the tree: where it is, what type it has, what it is by default, and its knob."""

    path: str
    kind: type
    default: Value
    knob: Knob


def _entries() -> Iterator[Entry]:
    for group in fields(Params):
        for leaf in fields(group.default_factory):
            yield Entry(f"{group.name}.{leaf.name}", type(leaf.default), leaf.default, leaf.metadata["knob"])


ENTRIES: dict[str, Entry] = {entry.path: entry for entry in _entries()}
"""Every parameter by its dotted path, in the order of the panel."""


def entry(path: str) -> Entry:
    """The entry at a dotted path.

    Raises
    ------
    InputError
        No such parameter.
    """
    try:
        return ENTRIES[path]
    except KeyError:
        raise InputError(f"{path}: no such parameter (`workbench params` lists them)") from None


def get(params: Params, path: str) -> Value:
    """Value of one parameter."""
    group, leaf = entry(path).path.split(".")
    return getattr(getattr(params, group), leaf)


def parse_curve(path: str, text: Any) -> tuple[tuple[float, float], ...]:
    """Points (frequency_hz, value) of a curve written as ``300:-6 1000:0``, ascending; none where the text is empty.

    Raises
    ------
    InputError
        Not such a text, a frequency outside 20 Hz to 24 kHz or given twice, or a value out of the knob's range.
    """
    knob = entry(path).knob
    if not isinstance(text, str):
        raise InputError(f"{path}: {text!r} is not a text of points hertz:value")
    points = []
    for word in text.split():
        try:
            frequency_hz, value = (float(part.replace("−", "-")) for part in word.split(":"))
        except ValueError:
            raise InputError(f"{path}: {word!r} is not a point hertz:value, such as 1000:-6") from None
        if not 20 <= frequency_hz <= 24000:
            raise InputError(f"{path}: {word}: the frequency is outside 20…24000 Hz")
        if not knob.low <= value <= knob.high:
            raise InputError(f"{path}: {word}: the value is outside {knob.low:g}…{knob.high:g} {knob.unit}".rstrip())
        points.append((frequency_hz, value))
    points.sort()
    if len({frequency_hz for frequency_hz, _ in points}) < len(points):
        raise InputError(f"{path}: two points have the same frequency")
    return tuple(points)


def format_curve(points: Iterable[tuple[float, float]]) -> str:
    """The text of a curve's points, to 0.1 Hz and 0.01."""
    return " ".join(f"{round(frequency_hz, 1):g}:{round(value, 2):g}" for frequency_hz, value in points)


def check(path: str, value: Any) -> Value:
    """The value in the parameter's own type, if it is of the right kind and in range.

    Raises
    ------
    InputError
        Wrong type, not finite, out of range, or not one of the choices.
    """
    spec = entry(path)
    knob = spec.knob
    if spec.kind is bool:
        if not isinstance(value, bool):
            raise InputError(f"{path}: {value!r} is neither true nor false")
        return value
    if knob.curve:
        return format_curve(parse_curve(path, value))
    if knob.text:
        if not isinstance(value, str):
            raise InputError(f"{path}: {value!r} is not a text")
        return value
    if spec.kind is str:
        allowed = [choice for choice, _ in knob.choices]
        if value not in allowed:
            raise InputError(f"{path}: {value!r} is not one of {', '.join(allowed)}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{path}: {value!r} is not a number")
    if not knob.low <= value <= knob.high:  # also false for NaN
        raise InputError(f"{path}: {value:g} is outside {knob.low:g}…{knob.high:g} {knob.unit}".rstrip())
    if spec.kind is int and value != int(value):
        raise InputError(f"{path}: {value:g} is not a whole number")
    return spec.kind(value)


def parse(path: str, text: str) -> Value:
    """Read a value from text (`--set path=value`), checked like `check`."""
    spec = entry(path)
    text = text.strip()
    if spec.kind is bool:
        words = {
            "true": True,
            "on": True,
            "1": True,
            "yes": True,
            "false": False,
            "off": False,
            "0": False,
            "no": False,
        }
        if text.lower() not in words:
            raise InputError(f"{path}: {text!r} is neither true nor false")
        return words[text.lower()]
    if spec.kind is str:
        return check(path, text)
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise InputError(f"{path}: {text!r} is not a number") from None
    return check(path, number)


def replace(params: Params, values: dict[str, Any]) -> Params:
    """A new tree with the given paths changed; all are checked before any is applied.

    Raises
    ------
    InputError
        Any path or value is not valid. `params` stays as it is.
    """
    groups: dict[str, dict[str, Value]] = {}
    for path, value in values.items():
        checked = check(path, value)
        group, leaf = path.split(".")
        groups.setdefault(group, {})[leaf] = checked
    changed = {name: dataclasses.replace(getattr(params, name), **leaves) for name, leaves in groups.items()}
    return dataclasses.replace(params, **changed)


def as_text(path: str, value: Value) -> str:
    """A value for a person, with its unit: "86 %", "on", "Superdirective"."""
    spec = entry(path)
    if spec.kind is bool:
        return "on" if value else "off"
    if spec.kind is str:
        return dict(spec.knob.choices).get(value, value) or "none"
    sign, unit = ("±", spec.knob.unit[1:]) if spec.knob.unit.startswith("±") else ("", spec.knob.unit)
    space = "" if unit in ("", "°") else " "
    return f"{sign}{value:.{spec.knob.decimals}f}{space}{unit}".replace("-", "−")


def differences(first: Params, second: Params) -> list[str]:
    """Paths at which two trees differ, in the order of the panel."""
    return [path for path in ENTRIES if get(first, path) != get(second, path)]


def to_dict(params: Params) -> dict[str, dict[str, Value]]:
    """Nested plain dictionary, for TOML and JSON."""
    return dataclasses.asdict(params)


def from_dict(table: dict[str, Any], base: Params | None = None) -> Params:
    """Read a nested dictionary over `base` (defaults if None).

    Raises
    ------
    InputError
        Unknown key, wrong type or out of range.
    """
    flat: dict[str, Any] = {}
    for group, leaves in table.items():
        if not isinstance(leaves, dict):
            raise InputError(f"{group}: expected a group of parameters")
        for leaf, value in leaves.items():
            flat[f"{group}.{leaf}"] = value
    return replace(base or Params(), flat)
