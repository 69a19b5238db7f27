import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.params import Params
from workbench.engine import settings
from workbench.engine.settings import Settings


def test_round_trip(tmp_path):
    path = tmp_path / "Zwei Sprecher – Lüfter.toml"
    saved = Settings(
        parameters.replace(Params(), {"enhance.strength_percent": 42.0, "render.audition": False}),
        source="file:/tmp/a b.wav",
        array="",
    )
    settings.save(saved, path)
    assert settings.load(path) == saved
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not an Earshot settings file"),
        ("earshot_settings = 99", "newer Earshot"),
        ("earshot_settings = 1\nvolume = 3", "unknown key 'volume'"),
        ("earshot_settings = 1\nsource = 3", "source must be text"),
        ("earshot_settings = 1\n[params.enhance]\nstrength_percent = 400", "outside"),
        ("earshot_settings = 1\n[params.enhance]\nstrenght = 4", "no such parameter"),
        ("earshot_settings = 1\nparams = 4", "must be a table"),
        ("earshot_settings = [", "not valid TOML"),
    ],
)
def test_damaged_files_are_named(tmp_path, text, words):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as error:
        settings.load(path)
    assert "broken.toml" in str(error.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        settings.save(Settings(), tmp_path / "nowhere" / "a.toml")


@given(text=st.text(max_size=200))
def test_any_text_is_either_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("fuzz") / "any.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(InputError):
        settings.load(path)
