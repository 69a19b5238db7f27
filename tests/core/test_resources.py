import sys

import pytest

from workbench.core import resources
from workbench.core.errors import InputError


def test_shipped_names_win_over_files_and_paths_are_taken_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text("name = 'mine'")
    assert resources.find_toml("arrays", "uca8-100mm") == resources.resource("arrays", "uca8-100mm.toml")
    assert resources.find_toml("arrays", "mine.toml").resolve() == tmp_path / "mine.toml"
    with pytest.raises(InputError, match=r"nowhere: .*shipped: .*uca8-100mm"):
        resources.find_toml("arrays", "nowhere")


def test_a_frozen_program_has_its_files_in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.resource("icons") == tmp_path / "resources" / "icons"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"a = ", "not valid TOML"), (b"a = '\xff'", r"invalid UTF-8 at byte 5"), (None, "cannot be read")],
)
def test_what_cannot_be_read_is_named(tmp_path, content, words):
    path = tmp_path / "f.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        resources.read_toml(path)
    assert str(path) in str(error.value)
