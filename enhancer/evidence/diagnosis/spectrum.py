"""Power over frequency: windows of a picture, Fourier transforms, rings around frequency 0."""

import numpy as np

WINDOW = 128  # pixels a side
RINGS = WINDOW // 2
MOST = 160  # windows, spread evenly


def power_rings(planes: list[np.ndarray]) -> np.ndarray:
    """Mean power of planes (H, W) in rings 1 to RINGS of max(|fx|, |fy|) = ring / WINDOW: (RINGS,), levels².

    White noise of deviation s gives s² in each ring (Welch's method with a Hann window, half overlapping).
    """
    windows = np.concatenate([_windows(plane) for plane in planes])
    if len(windows) > MOST:
        windows = windows[np.linspace(0, len(windows) - 1, MOST).astype(int)]
    slope = np.hanning(WINDOW)
    fade = np.outer(slope, slope) / np.mean(slope**2)
    from scipy.fft import rfft2  # slow to import: nobody waits for it before a picture is there

    spectra = rfft2((windows - windows.mean((1, 2), keepdims=True)) * fade)
    power = (np.abs(spectra) ** 2).mean(0) / WINDOW**2
    return ring_means((power[: RINGS + 1] + power[-np.arange(RINGS + 1)]) / 2) + 1e-3


def ring_means(quarter: np.ndarray) -> np.ndarray:
    """Means of (RINGS + 1, RINGS + 1), frequency 0 at the upper left, over rings 1 to RINGS."""
    place = np.arange(RINGS + 1)
    ring = np.maximum(place[:, None], place[None]).ravel()
    means: np.ndarray = np.bincount(ring, quarter.ravel()) / np.bincount(ring)
    return means[1:]


def _windows(plane: np.ndarray) -> np.ndarray:
    both = np.lib.stride_tricks.sliding_window_view(plane, (WINDOW, WINDOW))
    return both[:: WINDOW // 2, :: WINDOW // 2].reshape(-1, WINDOW, WINDOW)
