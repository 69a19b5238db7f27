import hashlib
import json
import math
from dataclasses import dataclass, replace

import pytest

from workbench.core.errors import InputError
from workbench.core.network_files import Manifest


@dataclass(frozen=True)
class Facts:
    file: str
    sha256: str
    bands: int


MANIFEST = Manifest("list.json", 3, "toys", "ask somebody", lambda entry: Facts(**entry))
FACTS = Facts("toy.onnx", hashlib.sha256(b"weights").hexdigest(), 34)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "toy.onnx").write_bytes(b"weights")
    MANIFEST.write_entry(tmp_path, "toy", FACTS)
    return tmp_path


def test_entries_are_kept_in_order_and_replaced_by_name(folder):
    MANIFEST.write_entry(folder, "a toy", replace(FACTS, file="a.onnx"))
    MANIFEST.write_entry(folder, "toy", replace(FACTS, bands=20))
    assert MANIFEST.read(folder) == {"a toy": replace(FACTS, file="a.onnx"), "toy": replace(FACTS, bands=20)}
    assert list(json.loads((folder / "list.json").read_text())["models"]) == ["a toy", "toy"]


def test_a_file_is_found_by_its_name_and_loaded_when_it_is_the_one(folder):
    facts = MANIFEST.named(folder / "toy.onnx")
    assert facts == FACTS and MANIFEST.load(folder / "toy.onnx", facts, {"bands": 34}) == b"weights"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema": 4, "models": {}}', "schema 4, this program reads 3; ask somebody"),
        ('{"schema": 3, "models": {"toy": {"file": "toy.onnx"}}}', "not a manifest of toys .*; ask somebody"),
        ("{", "not a manifest of toys"),
        ("[1]", "not a manifest of toys"),
    ],
)
def test_a_manifest_that_is_none_is_said_with_what_to_do(folder, text, said):
    (folder / "list.json").write_text(text)
    with pytest.raises(InputError, match=rf"list\.json: {said}"):
        MANIFEST.read(folder)
    with pytest.raises(InputError, match=said):
        MANIFEST.write_entry(folder, "toy", FACTS)
    assert (folder / "list.json").read_text() == text, "what could not be read is not overwritten"


def test_what_is_missing_or_other_than_the_manifest_says_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match=r"other\.onnx: not in .*list\.json; ask somebody"):
        MANIFEST.named(folder / "other.onnx")
    with pytest.raises(InputError, match=r"list\.json: no such file; ask somebody"):
        MANIFEST.read(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"made for bands = 34, this program needs 20; ask somebody"):
        MANIFEST.load(folder / "toy.onnx", FACTS, {"bands": 20})
    (folder / "toy.onnx").write_bytes(b"weightS")
    with pytest.raises(InputError, match=r"damaged or altered .*list\.json\); ask somebody"):
        MANIFEST.load(folder / "toy.onnx", FACTS, {})
    (folder / "toy.onnx").unlink()
    with pytest.raises(InputError, match=r"toy\.onnx: cannot be read"):
        MANIFEST.load(folder / "toy.onnx", FACTS, {})


def test_a_manifest_that_cannot_be_written_stays(folder):
    with pytest.raises(TypeError):
        MANIFEST.write_entry(folder, "odd", replace(FACTS, bands={math}))
    assert MANIFEST.read(folder) == {"toy": FACTS}
