import subprocess
import sys

import pytest

from workbench.dsp import scipy_parts

PARTS = ("scipy.fft._pocketfft.pypocketfft", "scipy.signal._sosfilt", "scipy.optimize._lsap")


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("name", PARTS)
def test_a_part_comes_alone(name):
    script = f"""
import sys
from workbench.dsp.scipy_parts import part
part({name!r})
print(*(name for name in sys.modules if name.startswith("scipy")))
"""
    # What `import scipy` itself brings is small.
    others = {one for one in run(script) if not one.startswith(("scipy._", "scipy.version"))}
    assert others <= {name, "scipy"}


def test_the_package_that_is_imported_later_takes_the_same_part():
    script = """
from workbench.dsp.scipy_parts import part
alone = part("scipy.fft._pocketfft.pypocketfft")
from scipy.fft._pocketfft import basic
print(basic.pfft is alone)
"""
    assert run(script) == ["True"]


@pytest.mark.parametrize("name", PARTS)
def test_where_no_file_is_found_the_ordinary_import_takes_its_place(monkeypatch, name):
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(scipy_parts, "_file", lambda name: None)
    assert scipy_parts.part(name).__name__ == name


def test_what_scipy_does_not_have_is_an_import_error():
    with pytest.raises(ImportError, match="_no_such"):
        scipy_parts.part("scipy.signal._no_such")


def test_the_running_program_imports_nothing_that_it_does_not_need():
    """Each of these costs 10 to 60 MB, or belongs to a command of its own."""
    script = """
import sys
import workbench.engine.session
import workbench.ui.main_window
print(*(name for name in sys.modules if name.count(".") < 2))
"""
    found = set(run(script))
    assert "workbench.ui" in found
    unwanted = ["scipy.fft", "scipy.linalg", "scipy.signal", "scipy.special", "scipy.stats", "scipy.optimize"]
    unwanted += ["scipy.interpolate", "scipy.spatial", "scipy.sparse", "pyroomacoustics", "torch", "distributed"]
    unwanted += ["dask", "matplotlib", "pandas", "h5py", "netCDF4", "sofar", "sklearn"]
    assert not found & set(unwanted)
