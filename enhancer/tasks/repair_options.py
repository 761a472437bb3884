"""What people can set of Repair: data alone."""

from dataclasses import dataclass

from enhancer.errors import BadOptions
from enhancer.options import option
from enhancer.tasks.choose import AUTO, MODEL_HELP
from enhancer.tasks.task import Task

NETWORK, TEXTURE, BIHARMONIC = "network", "texture", "biharmonic"
MASK_HELP = (
    "black and white PNG of the picture's size, white where it is to be filled: on the command line its file, "
    "elsewhere its base64"
)


@dataclass(frozen=True)
class RepairOptions:
    """A mask is needed."""

    mask: str = option("", MASK_HELP)
    method: str = option(
        AUTO,
        "network goes on with lines and edges, texture copies patches from elsewhere in the picture, biharmonic lays a "
        "smooth surface; auto takes the network for holes up to 16 pixels wide, else texture",
        choices=(AUTO, NETWORK, TEXTURE, BIHARMONIC),
    )
    model: str = option(AUTO, MODEL_HELP)


def check_method(options: RepairOptions) -> None:
    """Raises BadOptions where a model is named besides a method that needs none."""
    if options.method in (TEXTURE, BIHARMONIC) and options.model != AUTO:
        raise BadOptions(f"The method {options.method} needs no model; leave model out, or choose the network.")


REPAIR = Task(
    "repair",
    "Repair",
    "Fill what a mask covers, such as scratches, dust, text or objects, from what is around; all else stays as it is.",
    "repair",
    RepairOptions,
    "enhancer.tasks.repair",
)
