"""Markers lie beside a session, or among the own files where that cannot be."""

import json

import pytest

from workbench.core.errors import InputError
from workbench.core.timeline import Marker
from workbench.engine import marker_files
from workbench.engine.marker_files import MarkerFiles

MARKERS = (Marker(0.5, "hier – jetzt"), Marker(2.25))


@pytest.fixture
def files(tmp_path):
    return MarkerFiles(tmp_path / "own" / "markers")


def test_those_of_a_session_go_with_its_folder(files, tmp_path):
    folder = tmp_path / "a session ü"
    folder.mkdir()
    assert files.load("session", str(folder)) is None
    assert files.save("session", str(folder), MARKERS[::-1]) == folder / "markers.json"
    moved = folder.rename(tmp_path / "moved")
    assert files.load("session", str(moved)) == MARKERS and not files.folder.exists()


def test_those_of_a_file_lie_among_the_own_files_by_its_path(files, tmp_path):
    for name, markers in (("a.wav", MARKERS), ("b/a.wav", MARKERS[:1])):
        files.save("file", str(tmp_path / name), markers)
    assert files.load("file", str(tmp_path / "a.wav")) == MARKERS
    assert files.load("file", str(tmp_path / "b/a.wav")) == MARKERS[:1]
    assert sorted(path.suffix for path in files.folder.iterdir()) == [".json", ".json"]


def test_a_session_that_cannot_be_written_keeps_its_markers_elsewhere_until_it_can(files, tmp_path, monkeypatch):
    folder = tmp_path / "read-only"
    folder.mkdir()
    files.save("session", str(folder), MARKERS[:1])
    monkeypatch.setattr(marker_files.os, "access", lambda path, mode: path != folder)
    assert files.save("session", str(folder), MARKERS).parent == files.folder
    assert files.load("session", str(folder)) == MARKERS
    monkeypatch.undo()
    files.save("session", str(folder), MARKERS[1:])
    assert files.load("session", str(folder)) == MARKERS[1:] and not list(files.folder.iterdir())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "damaged"),
        ('{"earshot_markers": 9, "markers": []}', "newer Earshot"),
        ('{"earshot_markers": 1, "markers": [{"text": "x"}]}', "damaged"),
        ("[]", "damaged"),
    ],
)
def test_what_cannot_be_used_is_named(files, tmp_path, text, words):
    (tmp_path / "markers.json").write_text(text)
    with pytest.raises(InputError, match=words):
        files.load("session", str(tmp_path))


def test_no_place_at_all_is_an_error_and_the_old_file_stays(files, tmp_path, monkeypatch):
    files.save("session", str(tmp_path), MARKERS)
    monkeypatch.setattr(marker_files.os, "access", lambda path, mode: False)
    with pytest.raises(InputError, match="cannot be written"):
        files.save("session", str(tmp_path), ())
    assert json.loads((tmp_path / "markers.json").read_text())["markers"][0]["text"] == "hier – jetzt"
