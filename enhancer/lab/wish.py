"""What people can ask of a network that names things: data alone."""

from dataclasses import dataclass

from enhancer.options import option

DIGIT, FAULTS = "digit", "faults"


@dataclass(frozen=True)
class NamingOptions:
    """What is asked, and how much is told."""

    what: str = option(
        DIGIT,
        "digit: which one it shows; faults: how likely it is dark, blurred, enlarged, noisy or compressed",
        choices=(DIGIT, FAULTS),
    )
    count: int = option(5, "how many guesses are told", minimum=1, maximum=10, step=1)
