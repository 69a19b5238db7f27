"""Filters of a recording come back bit for bit, and what they have in common lies on the disk once."""

import dataclasses
import shutil
import zipfile

import numpy as np
import pytest

from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import RenderParams
from workbench.dsp.beams import BeamFilters
from workbench.engine.filter_files import KEPT, REMEMBERED, FilterReader, FilterWriter
from workbench.engine.listening_room import ListeningRoom
from workbench.engine.room_responses import room_responses
from workbench.render.effort import Effort
from workbench.render.plants import HeadPose
from workbench.render.renderer import RenderFilters, design_render

RNG = np.random.default_rng(0)
ROOM = ListeningRoom(rt60_s=0.3, distance_m=1.5)
LAYOUT = load_layout("pair-100mm")


def noise(*shape):
    return RNG.normal(0, 0.1, shape).astype(np.float32)


def loudspeakers(paths, **changed):
    return RenderFilters(noise(3, 2, 96), paths, noise(2, 2, 96), **changed)


def assert_same(one, other):
    """Bit for bit: −0.0 is not 0.0."""
    assert type(one) is type(other)
    for field in dataclasses.fields(one):
        value, again = getattr(one, field.name), getattr(other, field.name)
        if field.name in ("error_db", "draft"):  # what the sound does not hang on
            continue
        if isinstance(value, np.ndarray):
            assert value.dtype == again.dtype == np.float32 and value.shape == again.shape
            assert value.tobytes() == again.tobytes() and not again.flags.writeable
        elif field.init:
            assert value == again, field.name


def size(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.fixture
def writer(tmp_path):
    return FilterWriter(tmp_path / "designs")


@pytest.fixture
def reader(writer, tmp_path):
    return FilterReader(tmp_path / "designs")


def test_what_is_written_is_read_again(writer, reader):
    odd, none = noise(2, 2, 480), noise(4, 96)
    odd[0, 0, :2] = -0.0, np.float32(1e-42)
    none[1, 2:4] = np.inf, np.nan
    made = [
        BeamFilters(none, 48, 0.3, "lcmv", (1.5, -2.0)),
        loudspeakers(odd, latency_samples=300, audition_delay=64),
        BeamFilters(noise(4, 96), 48, -3.0, "superdirective"),
    ]
    assert [writer.save(filters) for filters in made] == [1, 2, 3]
    for number in (3, 1, 2):
        assert_same(made[number - 1], reader.load(number))


def test_a_slider_that_is_dragged_in_a_room_writes_the_paths_once(writer, reader, tmp_path):
    """As it is live: drafts for each move, and paths that only another head or room changes."""
    paths = room_responses(LAYOUT, ROOM)
    made = []
    for degrees in range(20, 40):
        params = RenderParams(virtual_deg=float(degrees), room=True)
        made.append(design_render(LAYOUT, params, paths=paths.copy(), effort=Effort(draft=True)))
    writer.save(made[0])
    first = size(tmp_path / "designs")
    for filters in made[1:]:
        writer.save(filters)
    assert first > 0.6 * paths.nbytes
    drivers = made[0].driver_fir.nbytes + made[0].ears_fir.nbytes
    assert size(tmp_path / "designs") - first < 19 * 0.7 * drivers < 19 * 0.15 * paths.nbytes
    loaded = [reader.load(number) for number in range(1, 21)]
    for filters, again in zip(made, loaded):
        assert_same(filters, again)
        assert again.audition_fir is loaded[0].audition_fir  # nor does it lie in memory twice


def test_a_head_that_moves_in_a_room_writes_the_first_reflections_alone(writer, reader, tmp_path):
    base = loudspeakers(room_responses(LAYOUT, ROOM))
    made = [base] + [
        dataclasses.replace(base, audition_fir=room_responses(LAYOUT, ROOM, HeadPose(offset_m=(0.0, side_m, 0.0))))
        for side_m in (0.02, 0.04, 0.06)
    ]
    sizes = []
    for filters in made:
        writer.save(filters)
        sizes.append(size(tmp_path / "designs"))
    assert np.diff(sizes).max() < 0.3 * sizes[0]
    for number in (4, 2, 1, 3):
        assert_same(made[number - 1], FilterReader(tmp_path / "designs").load(number))
        assert_same(made[number - 1], reader.load(number))


def test_each_file_refers_to_one_that_has_the_taps_itself(writer, reader, tmp_path):
    """However the arrays come and go: free field and room by turns, and beyond what is remembered."""
    rooms = [noise(2, 2, 4000) for _ in range(REMEMBERED + 2)]
    free = noise(2, 2, 480)
    order = [0, 0, 1, 0, 1, 1, *range(2, len(rooms)), 0, 0]
    made = []
    for place, number in enumerate(order):
        changed = rooms[number].copy()
        changed[..., : 10 * (place % 3)] += 1
        made += [loudspeakers(changed), loudspeakers(free)]
    for filters in made:
        writer.save(filters)
    for number in RNG.permutation(len(made)):
        assert_same(made[number], reader.load(number + 1))
        assert_same(made[number], FilterReader(tmp_path / "designs").load(number + 1))
    assert len(reader._kept) <= KEPT
    assert size(tmp_path / "designs") < (len(rooms) + 4) * rooms[0].nbytes  # the first is forgotten, and written again


def test_half_the_taps_must_be_spared(writer, tmp_path):
    paths = noise(2, 2, 1000)
    for changed, spared in ((500, True), (501, False)):
        folder = tmp_path / str(changed)
        writer, other = FilterWriter(folder), paths.copy()
        other[1, 0, changed - 1] += 1
        writer.save(loudspeakers(paths))
        writer.save(loudspeakers(other))
        with np.load(folder / "2.npz") as table:
            assert ("audition_fir_rest" in table) == spared
            assert table["audition_fir"].shape == (4, 2, 2, 500 if spared else 1000)


def test_a_file_that_could_not_be_written_is_not_referred_to(writer, reader, monkeypatch):
    filters = loudspeakers(noise(2, 2, 480))

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError):
        patched.setattr(np, "savez_compressed", full)
        writer.save(filters)
    assert writer.save(filters) == 1
    assert_same(filters, reader.load(1))


def test_what_is_damaged_is_named(writer, reader, tmp_path):
    folder = tmp_path / "designs"
    filters = loudspeakers(noise(2, 2, 480))
    for _ in range(2):
        writer.save(filters)
    with pytest.raises(InputError, match=r"3\.npz: missing or damaged"):
        reader.load(3)
    kept = (folder / "1.npz").read_bytes()
    with zipfile.ZipFile(folder / "1.npz") as file:
        inside = file.getinfo("audition_fir.npy").header_offset + 300
    zeros = kept[:inside] + bytes(50) + kept[inside + 50 :]
    for broken in (b"", b"PK", b"PK\x03\x04" + kept[4:60], kept[: len(kept) // 2], zeros):
        (folder / "1.npz").write_bytes(broken)
        for number in (1, 2):  # the second lives on the first
            with pytest.raises(InputError, match=r"1\.npz: missing or damaged"):
                FilterReader(folder).load(number)
    (folder / "1.npz").unlink()
    with pytest.raises(InputError, match=r"1\.npz: missing or damaged .*No such file"):
        FilterReader(folder).load(2)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("audition_fir_rest", np.array(2), "no more than here"),
        ("audition_fir_rest", np.array(9), r"9\.npz"),
        ("audition_fir_rest", np.zeros(3), "damaged"),
        ("audition_fir", np.zeros((4, 3, 2, 0), np.uint8), "does not begin"),
        ("audition_fir", np.zeros((4, 2, 2, 481), np.uint8), "does not begin"),
        ("audition_fir", np.zeros((3, 2, 2, 0), np.uint8), "bytes of shape"),
        ("audition_fir", np.array("x"), "damaged"),
        ("kind", np.array("room"), "damaged"),
        ("latency_samples", np.array("late"), "damaged"),
    ],
)
def test_what_makes_no_sense_is_named(writer, reader, tmp_path, name, value, words):
    filters = loudspeakers(noise(2, 2, 480))
    for _ in range(2):
        writer.save(filters)
    path = tmp_path / "designs" / "2.npz"
    with np.load(path) as table:
        changed = {**dict(table), name: value}
    np.savez_compressed(path, **changed)
    with pytest.raises(InputError, match=words):
        reader.load(2)


def test_the_files_are_plain_npz(writer, tmp_path):
    shutil.rmtree(tmp_path / "designs", ignore_errors=True)
    writer.save(BeamFilters(noise(4, 96), 48, 0.3, "lcmv"))
    with zipfile.ZipFile(tmp_path / "designs" / "1.npz") as file:
        assert {"kind.npy", "fir.npy", "steering_rad.npy"} < set(file.namelist())
