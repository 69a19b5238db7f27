"""The design process: the same filters as here, to the bit, and an end for every state it may be in."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest

from tests.engine.watched import until
from workbench.core import params as parameters
from workbench.core.errors import InputError
from workbench.core.geometry import load_layout
from workbench.core.params import Params
from workbench.engine import compute_child, design_process, design_server
from workbench.engine.chain import Designs
from workbench.engine.compute_child import receive, send
from workbench.engine.design_process import DesignFailed, DesignProcess
from workbench.engine.design_server import Answer, Designer, Task, picture
from workbench.engine.listening_room import ListeningRoom, room_depth
from workbench.engine.mailbox import Mailbox
from workbench.engine.pictures import Pictures
from workbench.engine.render_preparation import RenderPreparation, Wish
from workbench.engine.session import Session
from workbench.engine.settings import Settings
from workbench.render.effort import EXACT, Effort, Outdated
from workbench.render.renderer import design_render

LAYOUT = load_layout("pair-100mm")
PICKLED = pickle.dumps(LAYOUT)
PATIENCE_S = 60.0
DRAFT = Effort(draft=True)


def task(draft: bool = False, **values) -> Task:
    params = parameters.replace(Params(), {f"render.{name}": value for name, value in values.items()}).render
    return Task(PICKLED, params, params, 240, None, draft)


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture(scope="module")
def lasting():
    process = DesignProcess()
    yield process
    process.close()


@pytest.fixture
def process():
    process = DesignProcess()
    yield process
    process.close()


@pytest.mark.parametrize("draft", [False, True])
def test_filters_and_picture_are_those_that_are_made_here_to_the_bit(lasting, draft):
    asked = task(draft, cancellation_db=16.3, null_deg=83.0)
    filters, response = lasting.design(asked, Effort(draft))
    here = design_render(LAYOUT, asked.params, 240, effort=Effort(draft))
    assert filters.draft is here.draft is draft and response.detail.draft is draft
    for name in ("driver_fir", "audition_fir", "ears_fir"):
        np.testing.assert_array_equal(getattr(filters, name), getattr(here, name))
        assert not getattr(filters, name).flags.writeable
    np.testing.assert_array_equal(filters.to_drivers.spectra, here.to_drivers.spectra)
    np.testing.assert_array_equal(filters.to_headphones.spectra, here.to_headphones.spectra)
    drawn = picture(LAYOUT, asked.asked, here)
    np.testing.assert_allclose(response.driver_gain_db, drawn.driver_gain_db, atol=1e-4)
    np.testing.assert_allclose(response.detail.beam_db, drawn.detail.beam_db, atol=1e-4)
    assert response.detail.params == asked.asked


def test_what_cannot_be_designed_is_refused_in_the_same_words(lasting):
    with pytest.raises(InputError, match="lies within the even window") as there:
        lasting.design(task(null_deg=30.0, window_deg=45.0), EXACT)
    with pytest.raises(InputError) as here:
        design_render(LAYOUT, task(null_deg=30.0, window_deg=45.0).params, 240)
    assert str(there.value) == str(here.value)


def test_one_that_is_no_longer_wanted_is_given_up_and_the_next_one_made(lasting):
    with pytest.raises(Outdated):
        lasting.design(task(cancellation_db=12.1, null_deg=71.0), Effort(outdated=lambda: True))
    filters, _ = lasting.design(task(True, cancellation_db=12.2), DRAFT)
    here = design_render(LAYOUT, task(cancellation_db=12.2).params, 240, effort=DRAFT)
    np.testing.assert_array_equal(filters.driver_fir, here.driver_fir)


def test_several_threads_each_get_their_own(lasting):
    made: dict[float, np.ndarray] = {}

    def ask(level_db: float) -> None:
        made[level_db] = lasting.design(task(True, cancellation_db=level_db), DRAFT)[0].driver_fir

    threads = [threading.Thread(target=ask, args=(level_db,)) for level_db in (8.0, 11.0, 14.0, 17.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    for level_db, fir in made.items():
        here = design_render(LAYOUT, task(cancellation_db=level_db).params, 240, effort=DRAFT)
        np.testing.assert_array_equal(fir, here.driver_fir)
    assert len(made) == 4


def test_a_server_that_was_told_to_give_up_says_that_it_made_nothing():
    """Whoever gave it up knows then that it may ask again."""
    ours, its = Pipe()
    ours.send_bytes(b"")
    assert Designer().answer(task(null_deg=69.0), Effort(outdated=its.poll)) == Answer()
    assert receive(its) is None


def test_what_nobody_has_foreseen_is_an_answer_too():
    nonsense = Task(b"no layout", Params().render, Params().render, 240, None, False)
    assert "UnpicklingError" in Designer().answer(nonsense, EXACT).failure


def test_what_nobody_has_foreseen_ends_the_design_and_not_the_process(lasting):
    nonsense = Task(b"no layout", Params().render, Params().render, 240, None, False)
    with pytest.raises(DesignFailed, match="UnpicklingError"):
        lasting.design(nonsense, EXACT)
    assert lasting.design(task(True), DRAFT) is not None


def test_depth_in_a_new_room_waits_for_the_design_itself():
    """That takes most of a second, and a slider is being dragged."""
    designer, room = Designer(), ListeningRoom(rt60_s=0.2, distance_m=1.5)
    asked = [replace(task(draft), room=room) for draft in (True, False, True)]
    depths = [designer.answer(one, Effort(one.draft)).response.detail.depth for one in asked]
    assert depths[0] is None and depths[1].rt60_s == depths[2].rt60_s == 0.2
    here = room_depth(LAYOUT, design_render(LAYOUT, asked[1].params, 240), room)
    assert depths[1].direct_to_reverberant_db == pytest.approx(here.direct_to_reverberant_db, abs=1e-6)


def test_arrays_come_over_the_link_as_they_are_and_read_only():
    ours, its = Pipe()
    sent = {"a": np.arange(6.0).reshape(2, 3), "b": np.zeros((0, 4), np.float32), "c": np.arange(8)[::2], "d": "text"}
    send(ours, sent)
    found = receive(its)
    for name in "abc":
        np.testing.assert_array_equal(found[name], sent[name])
        assert found[name].dtype == sent[name].dtype
    assert found["d"] == "text" and not found["a"].flags.writeable


def test_it_ends_when_nobody_uses_it_and_stays_while_somebody_looks(process, monkeypatch):
    monkeypatch.setattr(design_process, "KEPT_S", 0.05)
    assert not process.running
    process.look(True)
    assert process.design(task(True), DRAFT) is not None
    child = process._process.pid
    time.sleep(0.5)
    assert process.running and lives(child)
    process.look(False)
    until(lambda: not process.running and not lives(child))
    assert process.design(task(True), DRAFT) is not None  # it comes again when it is needed


def test_it_is_rehearsed_only_where_somebody_looks(process):
    process.rehearse(LAYOUT, Params().render)
    time.sleep(0.1)
    assert not process.running
    process.look(True)
    process.rehearse(LAYOUT, Params().render)
    until(lambda: process.running and not process._owed and not process._one_at_a_time.locked())


def test_one_that_was_killed_is_made_good_for_here_and_started_anew(process, monkeypatch, caplog):
    monkeypatch.setattr(design_process, "REST_AFTER_FAILURE_S", 0.0)
    assert process.design(task(True), DRAFT) is not None
    before, child = len(os.listdir("/proc/self/fd")), process._process.pid
    for _ in range(3):
        os.kill(process._process.pid, signal.SIGKILL)
        process._process.wait(PATIENCE_S)
        assert process.design(task(True), DRAFT) is None
        assert "the design process has ended" in caplog.text
        assert process.design(task(True), DRAFT) is not None
    assert process._process.pid != child and len(os.listdir("/proc/self/fd")) == before


def test_one_that_hangs_is_ended(process, monkeypatch):
    assert process.design(task(True), DRAFT) is not None
    child = process._process.pid
    os.kill(child, signal.SIGSTOP)
    monkeypatch.setattr(design_process, "PATIENCE_S", 0.1)
    monkeypatch.setattr(compute_child, "CLOSE_S", 0.1)
    assert process.design(task(True), DRAFT) is None
    assert not process.running and not lives(child)


def test_closing_does_not_wait_for_a_design(process):
    assert process.design(task(True), DRAFT) is not None
    os.kill(process._process.pid, signal.SIGSTOP)  # one that takes for ever
    found = []
    asker = threading.Thread(target=lambda: found.append(process.design(task(True), DRAFT)))
    asker.start()
    until(lambda: process._owed)
    os.kill(process._process.pid, signal.SIGCONT)
    process.close()
    asker.join(PATIENCE_S)
    assert len(found) == 1 and not process.running
    assert process.design(task(True), DRAFT) is None  # closed is closed


def test_where_it_cannot_be_started_designs_are_made_here(process, monkeypatch, caplog):
    monkeypatch.setattr(compute_child, "program", lambda: ["/no/such/program"])
    assert process.design(task(True), DRAFT) is None and "no design process" in caplog.text


def test_it_leaves_when_the_program_is_killed():
    code = (
        "import time; from tests.engine.test_design_process import *; process = DesignProcess();"
        "process.design(task(True), DRAFT); print(process._process.pid, flush=True); time.sleep(600)"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(program.stdout.readline())
    assert lives(child)
    program.kill()
    program.wait(PATIENCE_S)
    program.stdout.close()
    until(lambda: not lives(child))


def test_the_command_line_is_the_programs_own(capsys):
    assert design_server.main(["three"]) == 2 and "own use" in capsys.readouterr().err


def test_a_session_keeps_it_ready_while_somebody_looks():
    session = Session(Settings(source="room", sink="none", array=None, layout="pair-100mm"))
    beside = session._designing
    try:
        session.start()
        until(lambda: (shown := session.mailbox.loudspeaker_response) is not None and shown.detail.depth is not None)
        assert not beside.running  # it holds memory
        session.look_at_loudspeakers(True)
        until(lambda: beside.running and not beside._owed and not beside._one_at_a_time.locked())
        session.set({"render.cancellation_db": 13.0})

        def shown() -> bool:
            detail = session.mailbox.loudspeaker_response.detail
            return detail.params.cancellation_db == 13.0 and not detail.draft

        until(shown)
    finally:
        session.close()
    assert not beside.running


class Noted:
    """A design process that only notes what it is asked."""

    running = False

    def __init__(self, made):
        self.made, self.tasks = made, []

    def design(self, task, effort):
        self.tasks.append((task, effort))
        return self.made


def test_a_preparation_asks_it_for_what_follows_a_slider_and_shows_its_picture():
    first, second = Params(), parameters.replace(Params(), {"render.cancellation_db": 14.0})
    drawn = picture(LAYOUT, second.render, filters := design_render(LAYOUT, second.render, 240, effort=DRAFT))
    mailbox, beside = Mailbox(), Noted((filters, drawn))
    preparation = RenderPreparation(LAYOUT, Pictures(mailbox), 240, process=beside)
    try:
        designs = preparation.prepare(Designs(), first, 0.0)
        assert not beside.tasks  # nobody hears anything yet: at once, and here
        designs = preparation.prepare(designs, second, 0.0, Wish(second, 0.0))
        preparation.draw()
    finally:
        preparation.close()
    assert designs.render is filters
    assert mailbox.loudspeaker_response.driver_gain_db is drawn.driver_gain_db  # depth may have come to it
    ((asked, effort),) = beside.tasks
    assert asked.params == second.render and asked.draft and effort.draft


def test_a_preparation_does_it_itself_where_there_is_none():
    second = parameters.replace(Params(), {"render.cancellation_db": 14.5})
    mailbox = Mailbox()
    preparation = RenderPreparation(LAYOUT, Pictures(mailbox), 240, process=Noted(None))
    try:
        designs = preparation.prepare(Designs(), second, 0.0, Wish(second, 0.0))
        preparation.draw()
    finally:
        preparation.close()
    assert designs.render.draft and mailbox.loudspeaker_response.detail.params == second.render
