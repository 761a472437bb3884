"""What a picture shows, or what is wrong with it, as bundled networks name it."""

from enhancer.evidence.diagnosis.seen import likely_faults
from enhancer.lab.bundled import recogniser
from enhancer.lab.paper import digit_in
from enhancer.lab.wish import DIGIT, NamingOptions
from enhancer.media.picture import Picture
from enhancer.models.recogniser import Guess
from enhancer.settings import Settings


def named(picture: Picture, options: NamingOptions, settings: Settings) -> tuple[Guess, ...]:
    """The likeliest first; probabilities of digits sum to 1 over all, faults are each a question of its own.

    Raises BadOptions for a picture of one tone that is asked for its digit, and as `recogniser` does.
    """
    if options.what == DIGIT:
        return recogniser(settings)(digit_in(picture).pixels, options.count)
    found = sorted(likely_faults(picture).items(), key=lambda fault: -fault[1])
    return tuple(Guess(name, probability) for name, probability in found[: options.count])
