"""The manifest and the files it vouches for: every way a model can be wrong gives a message with a remedy."""

import hashlib
import json
from dataclasses import asdict, replace

import pytest

from workbench.core.errors import InputError
from workbench.enhance.models import MANIFEST, ModelFacts, load_model, read_manifest, write_manifest_entry

FACTS = ModelFacts(
    file="net.onnx",
    sha256=hashlib.sha256(b"weights").hexdigest(),
    rate_hz=48000,
    hop=480,
    bands=34,
    features=70,
    look_ahead_frames=2,
    state=10,
    weights=100,
    precision="int8",
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"weights")
    write_manifest_entry(tmp_path, "net", FACTS)
    return tmp_path


def test_an_entry_survives_the_round_trip_beside_others(folder):
    write_manifest_entry(folder, "other", replace(FACTS, file="other.onnx"))
    assert read_manifest(folder)["net"] == FACTS
    assert sorted(read_manifest(folder)) == ["net", "other"]


def test_a_sound_model_is_returned_with_its_bytes(folder):
    assert load_model(folder / "net.onnx") == (FACTS, b"weights")


@pytest.mark.parametrize("damage", [b"", b"weight", b"weightS", b"weights and more"])
def test_altered_and_truncated_files_are_refused(folder, damage):
    (folder / "net.onnx").write_bytes(damage)
    with pytest.raises(InputError, match=r"net\.onnx: damaged or altered.*reinstall"):
        load_model(folder / "net.onnx")


def test_a_missing_file_is_named(folder):
    (folder / "net.onnx").unlink()
    with pytest.raises(InputError, match=r"net\.onnx: cannot be read.*reinstall"):
        load_model(folder / "net.onnx")


@pytest.mark.parametrize("key", ["rate_hz", "hop", "bands", "look_ahead_frames"])
def test_a_model_for_another_framing_is_refused(folder, key):
    write_manifest_entry(folder, "net", replace(FACTS, **{key: 7}))
    with pytest.raises(InputError, match=f"made for {key} = 7"):
        load_model(folder / "net.onnx")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": 1}', '{"schema": 1, "models": {"net": {"file": "net.onnx"}}}', "\x00"]
)
def test_a_manifest_that_is_none(folder, text):
    (folder / MANIFEST.name).write_text(text)
    with pytest.raises(InputError, match=MANIFEST.name):
        load_model(folder / "net.onnx")


def test_a_manifest_of_another_schema(folder):
    (folder / MANIFEST.name).write_text(json.dumps({"schema": 99, "models": {"net": asdict(FACTS)}}))
    with pytest.raises(InputError, match="schema 99"):
        load_model(folder / "net.onnx")


def test_no_manifest_and_no_such_name(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_model(tmp_path / "net.onnx")
    with pytest.raises(InputError, match="nonsense: no such model"):
        load_model("nonsense")
