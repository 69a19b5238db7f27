"""numba twins of the numpy code of the live chain, a module for each subject; see `workbench.dsp.kernels`.

Arguments are C-contiguous arrays; state arrays are changed in place. Sums are taken in another order than numpy
takes them, so results agree to rounding, not to the bit. What the chain calls is here; the rest is called by these.

Whoever imports this has numba and LLVM in the process: 130 MB. `workbench.dsp.kernel_loader` does where it must.
"""

from workbench.dsp.loops.comb import comb_hop
from workbench.dsp.loops.enhancement import frame_features, implied_snr_db, shape_gain, shape_spectrum
from workbench.dsp.loops.pitch import pitch_hop
from workbench.dsp.loops.transforms import analysis_hop, synthesis_hop
from workbench.dsp.loops.upmix import centre_spectrum

__all__ = [
    "analysis_hop",
    "centre_spectrum",
    "comb_hop",
    "frame_features",
    "implied_snr_db",
    "pitch_hop",
    "shape_gain",
    "shape_spectrum",
    "synthesis_hop",
]
