"""What people can ask of a network that names things, and of one that finds them: data alone."""

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


@dataclass(frozen=True)
class LookingOptions:
    """What is asked of a network that finds objects."""

    least: float = option(0.5, "from which score an object counts as found", minimum=0.05, maximum=1.0, step=0.05)
