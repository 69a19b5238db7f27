import re
from pathlib import Path

import numpy as np
import pytest

import workbench
from workbench.core.params import EnhanceParams
from workbench.dsp import bands, kernel_loader, kernels, stft
from workbench.dsp.comb import CombFilter
from workbench.dsp.pitch import PitchTracker
from workbench.enhance.enhancer import Enhancer
from workbench.render.upmix import Upmixer

loops = pytest.importorskip("workbench.dsp.loops", reason="numba is not installed")


@pytest.fixture
def compiled():
    before = kernels.ready()
    assert kernel_loader.load()
    yield
    kernels.use(before)


def _voice(hops: int) -> np.ndarray:
    """Two channels: a gliding buzz in noise, and noise alone."""
    rng = np.random.default_rng(0)
    t = np.arange(hops * 480) / 48000
    phase = 2 * np.pi * np.cumsum(110 + 40 * np.sin(2 * np.pi * 0.7 * t)) / 48000
    buzz = sum(np.sin(k * phase) / k for k in range(1, 30))
    x = 0.1 * np.stack([buzz, 0 * t]) + 0.02 * rng.standard_normal((2, hops * 480))
    return x.astype(np.float32).reshape(2, hops, 480).swapaxes(0, 1).copy()


def _run(make, hops, compiled_from):
    """Outputs of a stream that changes over to the compiled twin at a hop."""
    stream, out = make(), []
    kernels.unload()
    for number, x in enumerate(hops):
        if number == compiled_from:
            kernel_loader.load()
        out.append(stream(x))
    return out


@pytest.mark.parametrize("compiled_from", [0, 40])
def test_compiled_pitch_tracker_equals_numpy(compiled, compiled_from):
    hops = _voice(120)
    plain = _run(lambda: PitchTracker(2).process, hops, compiled_from=None)
    twin = _run(lambda: PitchTracker(2).process, hops, compiled_from)
    for name in ("period", "decided_period"):
        a, b = (np.array([getattr(p, name)[0] for p in run]) for run in (plain, twin))
        assert np.mean(np.abs(a - b) <= 1) > 0.99, name  # a tie may fall the other way
    for name in ("correlation", "decided_correlation"):
        a, b = (np.array([getattr(p, name)[0] for p in run]) for run in (plain, twin))
        np.testing.assert_allclose(np.median(np.abs(a - b)), 0, atol=1e-4)
        assert np.mean(np.abs(a - b) < 1e-3) > 0.98, name  # the octave check is a threshold


@pytest.mark.parametrize("period", [96, 200, 479, 768])
def test_compiled_comb_equals_numpy(compiled, period):
    hops = _voice(30)
    periods = np.array([period, 768 - period + 96])

    def make():
        comb = CombFilter(2)
        return lambda x: comb.process(x, periods, periods[::-1].copy())

    for a, b in zip(_run(make, hops, None), _run(make, hops, 0)):
        np.testing.assert_allclose(a.spectrum, b.spectrum, atol=2e-5)
        np.testing.assert_allclose(a.causal_spectrum, b.causal_spectrum, atol=2e-5)


def _spectra(channels: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    both = rng.standard_normal((2, channels, 481)) + 1j * rng.standard_normal((2, channels, 481))
    return tuple((both * np.linspace(1, 1e-3, 481)).astype(np.complex64))


def test_compiled_bands_equal_numpy(compiled):
    first, second = _spectra()
    for a, b in zip(first, second):
        product, energy = np.empty(bands.BANDS, np.float32), np.empty(bands.BANDS, np.float32)
        loops.bands.band_products(a, b, bands.PEAK_BINS, product, energy)
        np.testing.assert_allclose(product, bands.band_correlation(a, b), rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(energy, bands.band_energy(b), rtol=1e-5)
        loops.bands.band_energies(b, bands.PEAK_BINS, energy)
        np.testing.assert_allclose(energy, bands.band_energy(b), rtol=1e-5)
        out = np.empty(bands.BINS, np.float32)
        loops.bands.spread(energy, bands.PEAK_BINS, out)
        np.testing.assert_allclose(out, bands.interpolate(energy), rtol=1e-5)


def test_compiled_transforms_equal_numpy(compiled):
    """Spectra of noise, and back by overlap-add, on two channels; a stream may change over at any hop."""
    hops = _voice(30)
    plain = _run(lambda: stft.Analysis(2).process, hops, None)
    twin = _run(lambda: stft.Analysis(2).process, hops, 10)
    for a, b in zip(plain, twin):
        assert b.dtype == np.complex64
        np.testing.assert_allclose(b, a, atol=2e-5)
    rng = np.random.default_rng(5)
    spectra = [a + 0.1 * rng.standard_normal((2, 481)) for a in plain]
    plain_sound = _run(lambda: stft.Synthesis(2).process, spectra, None)
    twin_sound = _run(lambda: stft.Synthesis(2).process, spectra, 10)
    np.testing.assert_allclose(np.stack(twin_sound), np.stack(plain_sound), atol=1e-6)


@pytest.mark.parametrize("place", [0, 1, 7, 479, 480, 959])
def test_compiled_transform_of_an_impulse_is_a_root_of_unity(compiled, place):
    frame = np.zeros(960, np.float32)
    frame[place] = 1
    out, work = np.empty(481, np.complex64), np.empty((2, 480), np.complex64)
    loops.transforms.real_fft(frame, *stft.ROOTS, work, out)
    np.testing.assert_allclose(out, np.exp(-2j * np.pi * np.arange(481) * place / 960), atol=1e-6)
    back = np.empty(960, np.float32)
    loops.transforms.inverse_real_fft(out, *stft.ROOTS, work, back)
    np.testing.assert_allclose(back, frame, atol=1e-6)


def test_every_loop_that_is_called_is_an_entry():
    """What `packaging/compile_kernels.py` compiles is what the program calls."""
    folder = Path(workbench.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name != "kernels.py"]
    called = {name for source in sources for name in re.findall(r"\bcompiled\.(\w+)\(", source)}
    assert called == set(kernels.ENTRIES)


def test_the_stages_call_the_loops_with_the_types_that_were_compiled(compiled):
    """Another type would be compiled on the audio path, and read as nonsense by a module compiled ahead of time.

    State that numpy left behind is of these types, too: a stream changes over while it runs.
    """
    rng = np.random.default_rng(2)
    kernel_loader.by_numba()
    signatures = {name: len(getattr(loops, name).nopython_signatures) for name in kernels.ENTRIES}
    for channels in (1, 2, 7):
        sound = rng.standard_normal((480 * 8, channels)).astype(np.float32).T  # not contiguous
        sound.setflags(write=False)
        enhancer, upmixer = Enhancer(channels), Upmixer()
        for at in range(0, sound.shape[1], 480):
            kernels.use(None if at < 3 * 480 else loops)
            for strength in (100.0, 60.0):
                params = EnhanceParams(method="percepnet-small", strength_percent=strength)
                enhanced = enhancer.process(sound[:, at : at + 480], params)
            upmixer.process(np.asfortranarray(enhanced[[0, -1]]))
    assert {name: len(getattr(loops, name).nopython_signatures) for name in kernels.ENTRIES} == signatures
    assert set(signatures.values()) == {1}
