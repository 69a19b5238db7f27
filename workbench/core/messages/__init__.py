"""Everything that crosses a thread: frozen messages with read-only arrays.

Shapes: C channels, H samples of a hop, B display bins, K = 34 bands, A azimuths, F frequencies.
Levels are dBFS; a sine of amplitude 1.0 has peak 0 dBFS and RMS -3.01 dBFS; a spectrum column shows it at 0.

A module for each subject.
"""

from workbench.core.messages.arrays import frozen
from workbench.core.messages.beam import BeamGain, BeamPattern
from workbench.core.messages.directions import Candidate, Localization, SpatialSpectrum, Track
from workbench.core.messages.health import Dropout, Health, LatencyPart, Said, TalkerRecording
from workbench.core.messages.loudspeakers import LoudspeakerDetail, LoudspeakerResponse, RoomDepth
from workbench.core.messages.microphones import MicrophoneReport, MicrophoneVerdict
from workbench.core.messages.oracle import ORACLE_RUNGS, OracleExcerpt, OracleReport, OracleRung
from workbench.core.messages.sound import (
    Block,
    EnhancementState,
    InputLevels,
    Levels,
    Loudness,
    PairScope,
    Snapshot,
    TalkerTruth,
)

__all__ = [
    "ORACLE_RUNGS",
    "BeamGain",
    "BeamPattern",
    "Block",
    "Candidate",
    "Dropout",
    "EnhancementState",
    "Health",
    "InputLevels",
    "LatencyPart",
    "Levels",
    "Localization",
    "Loudness",
    "LoudspeakerDetail",
    "LoudspeakerResponse",
    "MicrophoneReport",
    "MicrophoneVerdict",
    "OracleExcerpt",
    "OracleReport",
    "OracleRung",
    "PairScope",
    "RoomDepth",
    "Said",
    "Snapshot",
    "SpatialSpectrum",
    "TalkerRecording",
    "TalkerTruth",
    "Track",
    "frozen",
]
