import numpy as np
import pytest

from workbench.core.geometry import load_layout
from workbench.render.causal import filter_error_db, to_fir
from workbench.render.design import Design
from workbench.render.designs import design_filters, wanted_responses
from workbench.render.region import FREQUENCY_HZ


@pytest.mark.parametrize(("delay", "taps"), [(24, 256), (240, 960), (480, 2048), (2048, 4096), (4000, 8192)])
def test_a_delay_alone_is_one_sample(delay, taps):
    fir = to_fir(np.ones((len(FREQUENCY_HZ), 1, 1), dtype=complex), delay, taps)
    expected = np.zeros(taps)
    expected[delay] = 1.0
    np.testing.assert_allclose(fir[0, 0], expected, atol=1e-6)


def test_the_error_is_that_of_what_was_cut_off():
    """A response that comes 100 samples early does not fit into a delay of 50: all of it is lost."""
    early = np.exp(2j * np.pi * FREQUENCY_HZ * 100 / 48000)[:, None, None]
    kept = filter_error_db(to_fir(early, 200, 1024), early, 200)
    lost = filter_error_db(to_fir(early, 50, 1024), early, 50)
    assert kept.max() < -100
    np.testing.assert_allclose(lost, 0.0, atol=1e-6)


def test_the_error_is_the_same_on_another_grid():
    layout, design = load_layout("pair-100mm"), Design(taps=512, delay_ms=2.0)
    wanted = wanted_responses(layout, design)
    fir = design_filters(layout, design, wanted)
    every = slice(10, 400, 13)
    np.testing.assert_allclose(
        filter_error_db(fir, wanted[every], design.delay_samples, FREQUENCY_HZ[every]),
        filter_error_db(fir, wanted, design.delay_samples)[every],
        atol=1e-3,
    )


@pytest.mark.parametrize("layout", ["pair-100mm", "sphere3-60mm"])
def test_longer_filters_with_more_delay_are_more_exact(layout):
    layout = load_layout(layout)
    band = (FREQUENCY_HZ > 300) & (FREQUENCY_HZ < 8000)
    found = []
    for taps, delay_ms in ((256, 1.0), (960, 5.0), (2048, 10.0), (8192, 40.0)):
        design = Design(taps=taps, delay_ms=delay_ms)
        wanted = wanted_responses(layout, design)
        fir = design_filters(layout, design, wanted)
        assert fir.shape[-1] == taps
        found.append(10 * np.log10(np.mean(10 ** (filter_error_db(fir, wanted, design.delay_samples)[band] / 10))))
    assert found == sorted(found, reverse=True)
    assert found[-1] < -60
