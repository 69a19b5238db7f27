"""Opens what a person names: `device:HOSTAPI/NAME[#channels 1,2,5]`, `file:PATH`, `room[:SCENE]`, `none`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import soundfile

from workbench.audio.protocols import Sink, Source
from workbench.core.errors import InputError


def open_source(
    spec: str,
    *,
    loop: bool = False,
    block: int | None = None,
    rate_hz: int | None = None,
    array: str | None = None,
    with_clean: bool = False,
    clean: str | Path | None = None,
    begin_s: float = 0.0,
    variables: dict[str, str] | None = None,
) -> Source:
    """The source that `spec` names, with its channels known, not started yet.

    Parameters
    ----------
    spec : `device:HOSTAPI/NAME[#channels 1,2,5]`, `file:PATH` or `room[:SCENE]`
    loop : start a file again at its end
    block, rate_hz : samples per callback and rate of a device; None = what suits it
    array : name or path of the array to stand in a room; None = the scene's own
    with_clean : bring the clean signal along if a file has one beside it, see `clean_sibling`
    clean : the clean recording to a file, wherever it lies; used in place of the one beside it
    begin_s : where in a file to begin (and to begin again, where it loops)
    variables : changes to the audio process's environment, such as JACK_DEFAULT_SERVER

    Raises
    ------
    InputError
        Not such a spec, or a file or scene that cannot be used.
    DeviceError
        The device is not there. (Whether it takes the rate and the channels shows when it is started.)
    """
    kind, _, rest = spec.partition(":")
    if kind == "device":
        from workbench.audio.capture import DeviceSource
        from workbench.audio.specs import parse_device

        source = DeviceSource(parse_device(rest), block=block or 0, rate_hz=rate_hz, variables=variables)
        source.probe()
        return source
    if kind == "file":
        from workbench.audio.file_source import FileSource

        path = _path(spec, rest)
        region_s = (begin_s, None) if begin_s > 0 else None
        return FileSource(
            path, loop=loop, region_s=region_s, clean=clean or (clean_sibling(path) if with_clean else None)
        )
    if kind == "room":
        from workbench.audio.scene_files import load_scene
        from workbench.audio.simulator import RoomSource

        scene = load_scene(*([rest] if rest else []))
        return RoomSource(scene if array is None else dataclasses.replace(scene, array=array))
    raise InputError(f"source {spec!r}: expected device:HOSTAPI/NAME[#channels 1,2], file:PATH or room[:SCENE]")


def open_sink(
    spec: str,
    channels: int,
    *,
    block: int | None = None,
    rate_hz: int | None = None,
    frames: int | None = None,
    prefill: int | None = None,
    own_clock: bool = False,
    variables: dict[str, str] | None = None,
) -> Sink:
    """The sink that `spec` names, not started yet.

    Parameters
    ----------
    spec : `device:HOSTAPI/NAME[#channels 1,2]`, `file:PATH` (.wav or .flac) or `none`
    channels : int
        Channels of the chain; a device without a channel list uses as many of them as it has.
    rate_hz : rate of the file or device; None = 48 kHz (or what the device insists on)
    frames : exact length of a file at its rate
    block, prefill, own_clock, variables : see `workbench.audio.playback.DeviceSink`

    Raises
    ------
    InputError
        Not such a spec, or a path that cannot become a sound file.
    """
    kind, _, rest = spec.partition(":")
    if kind == "device":
        from workbench.audio.playback import DeviceSink
        from workbench.audio.specs import parse_device

        device = parse_device(rest)
        return DeviceSink(
            device,
            channels,
            block=block or 0,
            rate_hz=rate_hz,
            prefill=prefill,
            own_clock=own_clock,
            variables=variables,
        )
    if kind == "file":
        from workbench.audio.file_sink import FileSink

        return FileSink(_path(spec, rest), channels, rate_hz=rate_hz, frames=frames)
    if spec == "none":
        from workbench.audio.file_sink import NullSink

        return NullSink(channels)
    raise InputError(f"sink {spec!r}: expected device:HOSTAPI/NAME[#channels 1,2], file:PATH or none")


def clean_sibling(path: str | Path) -> Path | None:
    """The clean recording that lies beside a noisy one: `NNN_clean` beside `NNN_noisy`, of the same rate and length.

    Whatever does not fit is none: a file is played without it.
    """
    path = Path(path)
    if not path.stem.endswith("noisy"):
        return None
    stem = path.stem.removesuffix("noisy") + "clean"
    for candidate in (path.with_name(stem + suffix) for suffix in (path.suffix, ".flac", ".wav")):
        try:
            noisy, clean = soundfile.info(str(path)), soundfile.info(str(candidate))
        except (soundfile.LibsndfileError, RuntimeError, OSError):
            continue
        if (noisy.samplerate, noisy.frames) == (clean.samplerate, clean.frames):
            return candidate
    return None


def _path(spec: str, rest: str) -> str:
    if not rest:
        raise InputError(f"{spec!r}: no path after file:")
    return rest
