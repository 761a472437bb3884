"""Measurements that say what they need and which way is better. To add one: one function, one line in `METRICS`."""

from enhancer.metrics.blind import noise, sharpness
from enhancer.metrics.blocking import psnr_b
from enhancer.metrics.fidelity import gmsd, haarpsi
from enhancer.metrics.metric import Metric
from enhancer.metrics.reference import ms_ssim, psnr, ssim
from enhancer.metrics.table import METRICS, figures, heading, measure, rows_to_csv

__all__ = [
    "METRICS",
    "Metric",
    "figures",
    "gmsd",
    "haarpsi",
    "heading",
    "measure",
    "ms_ssim",
    "noise",
    "psnr",
    "psnr_b",
    "rows_to_csv",
    "sharpness",
    "ssim",
]
