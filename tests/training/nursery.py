"""python -m tests.training.nursery TILES OUT KILLS STEPS: train in children that are killed at random moments.

It imports everything once and forks, so that a child trains at once. After each kill the checkpoint must be readable.
Prints one line: how many kills found a child at work, and how many of the checkpoints they left were read.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter  # imported here so that no child has to

from enhancer.training.loop import Budget, train
from tests.training.tiny import STEADY

LONGEST = 0.6  # seconds of training before a kill


assert SummaryWriter


def child(tiles: Path, out: Path, steps: int) -> int:
    pid = os.fork()
    if pid == 0:
        torch.set_num_threads(1)
        train(STEADY, tiles, out, Budget(steps=steps))
        os._exit(0)
    return pid


def written(out: Path) -> float:
    """When the checkpoint was last replaced, 0 before."""
    checkpoint = out / "checkpoint.pt"
    return checkpoint.stat().st_mtime if checkpoint.exists() else 0.0


def main() -> None:
    tiles, out, kills, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    moments = random.Random(0)
    killed = read = 0
    while killed < kills:
        before = written(out)
        pid = child(tiles, out, 10_000)  # never reached: the run is always at work
        while written(out) == before:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, LONGEST))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed += os.WTERMSIG(status) == signal.SIGKILL
        read += torch.load(out / "checkpoint.pt", weights_only=True)["step"] > 0
    reached = torch.load(out / "checkpoint.pt", weights_only=True)["step"]
    _, status = os.waitpid(child(tiles, out, reached + steps), 0)
    sys.stdout.write(f"{killed} killed, {read} checkpoints read, {reached} steps, ended with {status}\n")


if __name__ == "__main__":
    main()
