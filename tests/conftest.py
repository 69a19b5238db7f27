"""Fixtures that several packages share."""

import ctypes
import os
import signal
import subprocess
import sys
import threading

# As in the program, and before numpy is loaded: several threads of matrix products in each of several test processes
# wait for each other instead of working.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from tests.audio.jack_server import JackServer, turn, undisturbed
from workbench.dsp import ahead, kernel_loader, kernels

ATTEMPTS = 5
REALTIME_TIMEOUT_S = 300
LOOPS: list = []

# The same examples each time, and no example has to be quick: how long one takes is up to the machine.
settings.register_profile(
    "earshot", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("earshot")


def pytest_configure(config):
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job: tests press Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _compile_once(config)


def _compile_once(config):
    """In a checkout that has never run, compile the inner loops once: else each test process does so inside of the
    first test that wants them, which on a busy machine takes longer than a test may."""
    if not hasattr(config, "workerinput") and ahead.kept() is None:
        script = "from workbench.dsp import kernel_loader; kernel_loader.load()"
        subprocess.run([sys.executable, "-c", script], cwd=config.rootpath, check=True)


def pytest_runtest_setup(item):
    """Each test begins with the same arithmetic, whatever was before it in its process."""
    if sys.platform == "linux":  # onnxruntime leaves the main thread without denormal numbers
        ctypes.CDLL(None).fesetenv(ctypes.c_void_p(-1))  # FE_DFL_ENV
    same_loops()


def same_loops():
    """The inner loops as a program that has run for a while has them. They round otherwise than numpy: none may arrive
    in the midst of a test, from a session of the test before, and none may stay that a test has put in their place."""
    for thread in threading.enumerate():
        if thread.name == "kernels":
            thread.join()
    if not LOOPS:
        kernel_loader.load()
        LOOPS.append(kernels.ready())
    kernels.use(LOOPS[0])


@pytest.fixture
def jack_server(request):
    """A private JACK server, gone after the test: 8 in and 8 out, 48 kHz, period 480, or as the mark `server` says."""
    mark = request.node.get_closest_marker("server")
    server = JackServer(**(mark.kwargs if mark else {}))
    yield server
    server.stop()


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("jack") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(REALTIME_TIMEOUT_S))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """Real-time tests one at a time: two of them beside each other miss each other's deadlines.

    Waiting for one's turn is outside of the test's own time.
    """
    if not any(item.get_closest_marker(name) for name in ("jack", "realtime")):
        return (yield)
    with turn():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Real-time tests get more than one chance, each with a fresh server."""
    if pyfuncitem.get_closest_marker("jack") is None:
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    server = next((arguments[name] for name in ("jack_server", "pipewire_server") if name in arguments), None)
    renew = server.restart if server is not None else (lambda: None)
    undisturbed(lambda: pyfuncitem.obj(**arguments), ATTEMPTS, renew)
    return True
