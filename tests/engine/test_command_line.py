import shlex

from workbench.commands.common import parse_settings
from workbench.core import params as parameters
from workbench.core.params import Params
from workbench.engine.command_line import live_command, replay_command

CHANGED = parameters.replace(
    Params(),
    {
        "enhance.strength_percent": 42.5,
        "enhance.enabled": False,
        "beamformer.method": "mvdr",
        "render.cancellation_shape": "300:-6 1000:0",
        "localize.max_sources": 2,
        "output.muted": True,
    },
)


def test_the_line_gives_the_same_parameters_back():
    words = shlex.split(live_command(CHANGED, "file:/a b/ü.wav", "none", "uca8-100mm", None))
    assert words[:6] == ["workbench", "live", "--source", "file:/a b/ü.wav", "--sink", "none"]
    settings = [words[number + 1] for number, word in enumerate(words) if word == "--set"]
    assert parse_settings(settings) == parameters.replace(CHANGED, {"output.muted": False})
    assert words[6:8] == ["--array", "uca8-100mm"] and "--layout" not in words


def test_defaults_need_no_words():
    assert live_command(Params(), "room", "none", None, None) == "workbench live --source room --sink none"


def test_a_session_with_spaces_is_quoted():
    assert shlex.split(replay_command("/a b/2026", "o'ut.wav")) == [
        "workbench",
        "replay",
        "/a b/2026",
        "--out",
        "o'ut.wav",
    ]
