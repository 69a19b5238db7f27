"""Work over files: what is done, skipped, refused and left behind."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from workbench.core import params as parameters
from workbench.core.errors import EarshotError, InputError
from workbench.core.params import Params
from workbench.engine import batch
from workbench.engine.batch import JOURNAL, UNFINISHED, collect, run_batch, targets
from workbench.engine.offline import process_file
from workbench.engine.recipes import Recipe

CLASSICAL = Recipe(parameters.replace(Params(), {"enhance.method": "classical"}))


@pytest.fixture
def folder(tmp_path):
    """Three sounds in two folders, and a text file that calls itself a sound."""
    rng = np.random.default_rng(2)
    for name in ("a/one.wav", "a/two.flac", "b/one.wav"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, 0.1 * rng.standard_normal(9600), 48000)
    (tmp_path / "in" / "b" / "text.wav").write_text("no sound")
    return tmp_path


def run(folder, recipe=CLASSICAL, jobs=1, **more):
    out = folder / "out"
    return run_batch(recipe, collect([folder / "in"], out), out, jobs=jobs, **more)


def outputs(folder):
    return sorted(p.relative_to(folder / "out").as_posix() for p in (folder / "out").rglob("*.flac"))


def test_each_file_becomes_what_the_chain_makes_of_it_and_the_bad_one_a_reason(folder):
    seen = []
    result = run(folder, progress=lambda r, done, total: seen.append((done, total)))
    assert (result.finished, result.skipped) == (3, 0)
    assert [f.source.name for f in result.failures] == ["text.wav"] and "text.wav" in result.failures[0].reason
    assert outputs(folder) == ["a/one.flac", "a/two.flac", "b/one.flac"]
    process_file(folder / "in/a/one.wav", folder / "alone.flac", CLASSICAL.params)
    assert (folder / "alone.flac").read_bytes() == (folder / "out/a/one.flac").read_bytes()
    assert len(seen) == 4 and seen[-1][0] == seen[-1][1]
    assert not (folder / "out" / UNFINISHED).exists()


def test_again_only_what_has_changed_is_done(folder):
    run(folder)
    soundfile.write(folder / "in/b/one.wav", np.zeros(4800), 48000)
    (folder / "out/a/two.flac").unlink()
    again = run(folder)
    assert (again.finished, again.skipped, len(again.failures)) == (2, 1, 1)
    assert soundfile.info(folder / "out/b/one.flac").frames == 4800
    louder = replace(CLASSICAL, params=parameters.replace(CLASSICAL.params, {"enhance.output_gain_db": 3.0}))
    assert run(folder, louder).finished == 3
    assert run(folder, louder).skipped == 3


def test_a_file_cut_short_since_is_made_again(folder):
    run(folder)
    path = folder / "out/a/one.flac"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert run(folder).finished == 1
    assert path.read_bytes() == whole


def test_what_a_killed_run_left_is_swept_away_and_taken_up(folder):
    run(folder)
    out = folder / "out"
    journal = (out / JOURNAL).read_text().splitlines()
    (out / JOURNAL).write_text("\n".join(journal[:-1]) + "\n" + journal[-1][: len(journal[-1]) // 2])
    (out / UNFINISHED).mkdir()
    (out / UNFINISHED / "half.flac").write_bytes(b"half")
    again = run(folder)
    assert (again.finished, again.skipped) == (1, 2)
    assert not (out / UNFINISHED).exists()
    assert run(folder).skipped == 3
    assert all(json.loads(line) for line in (out / JOURNAL).read_text().splitlines() if line.endswith("}"))


def test_files_of_other_people_are_left_as_they_are(folder):
    (folder / "out/a").mkdir(parents=True)
    (folder / "out/a/one.flac").write_bytes(b"mine")
    result = run(folder)
    assert (folder / "out/a/one.flac").read_bytes() == b"mine"
    assert any("is there already" in f.reason for f in result.failures) and result.finished == 2


def test_the_inputs_are_never_written_over(tmp_path):
    for name in ("a.wav", "b.wav"):
        soundfile.write(tmp_path / name, np.zeros(4800), 48000)
    before = (tmp_path / "a.wav").read_bytes()
    recipe = replace(CLASSICAL, format="wav")
    result = run_batch(recipe, collect([tmp_path / "a.wav", tmp_path / "b.wav"], tmp_path), tmp_path, jobs=1)
    assert [("the input itself" in f.reason) for f in result.failures] == [True, True]
    assert (tmp_path / "a.wav").read_bytes() == before


def test_an_error_while_writing_leaves_the_older_result(folder, monkeypatch):
    run(folder)
    old = (folder / "out/a/one.flac").read_bytes()
    soundfile.write(folder / "in/a/one.wav", np.zeros(4800), 48000)

    def fails(source, target, *_, **__):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(batch, "process_file", fails)
    result = run(folder)
    assert any("No space left" in f.reason and "one.flac" in f.reason for f in result.failures)
    assert (folder / "out/a/one.flac").read_bytes() == old
    assert not (folder / "out" / UNFINISHED).exists()


def test_an_unexpected_error_is_a_reason_too(folder, monkeypatch):
    def fails(*_, **__):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(batch, "process_file", fails)
    result = run(folder)
    assert result.finished == 0 and "ZeroDivisionError: by zero" in [f.reason for f in result.failures]


def test_names_that_would_meet_keep_their_kinds(tmp_path):
    sources = [tmp_path / "x/talk.wav", tmp_path / "x/talk.mp3", tmp_path / "y/talk.wav"]
    names = [t.relative_to(tmp_path).as_posix() for t in targets(sources, tmp_path, replace(CLASSICAL, suffix="_c"))]
    assert names == ["x/talk-wav_c.flac", "x/talk-mp3_c.flac", "y/talk_c.flac"]


def test_results_inside_the_folder_of_the_inputs_are_no_inputs(folder):
    out = folder / "in" / "clean"
    first = run_batch(CLASSICAL, collect([folder / "in"], out), out, jobs=1)
    again = run_batch(CLASSICAL, collect([folder / "in"], out), out, jobs=1)
    assert (first.finished, again.finished, again.skipped) == (3, 0, 3)


def test_what_cannot_be_collected(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no sound files"):
        collect([tmp_path / "empty"], tmp_path / "out")
    with pytest.raises(InputError, match="no files"):
        collect([], tmp_path / "out")


def test_two_runs_in_one_folder_do_not_mix(folder):
    pytest.importorskip("fcntl")

    def meanwhile(*_):
        with pytest.raises(InputError, match="another run"):
            run(folder)

    assert run(folder, progress=meanwhile).finished == 3


def test_a_folder_that_cannot_be_used(folder):
    (folder / "out").write_text("a file")
    with pytest.raises((InputError, EarshotError), match="out"):
        run(folder)


def test_over_processes_the_same_files(folder):
    run(folder)
    alone = {name: (folder / "out" / name).read_bytes() for name in outputs(folder)}
    other = run_batch(CLASSICAL, collect([folder / "in"], folder / "out2"), folder / "out2", jobs=2)
    assert (other.finished, len(other.failures)) == (3, 1)
    assert all((folder / "out2" / name).read_bytes() == content for name, content in alone.items())
