import numpy as np

from workbench.dsp.stft import Analysis, Synthesis, power_complementary_window


def test_window_is_power_complementary():
    w = power_complementary_window()
    np.testing.assert_allclose(w[:480] ** 2 + w[480:] ** 2, 1.0, atol=1e-12)


def test_analysis_then_synthesis_is_a_delay_of_one_hop():
    x = np.random.default_rng(0).standard_normal((2, 480 * 20)).astype(np.float32)
    analysis, synthesis = Analysis(2), Synthesis(2)
    y = np.concatenate(
        [synthesis.process(analysis.process(x[:, k : k + 480])) for k in range(0, x.shape[1], 480)], axis=1
    )
    assert y.dtype == np.float32
    np.testing.assert_allclose(y[:, synthesis.latency :], x[:, : -synthesis.latency], atol=2e-6)
