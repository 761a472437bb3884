"""What the processes for reading and drawing are forked from: a process that has imported what they need, and does
nothing else, so that they share its memory and begin within milliseconds. Importing this imports all of that.
"""

import gc
import os
import signal
import socket
import sys
from multiprocessing import forkserver, process, util
from typing import Any

import enhancer.engine.apart
import enhancer.media.apart

__all__ = ["enhancer", "plant"]
FIRST = 3  # of the open files that are no standard stream


def plant() -> None:
    """Let that process be a copy of this one as it is now, which shares with it what was imported so far.

    To be called once, before there is a thread that holds something, a device that was opened, or anything of a
    visitor. Without it that process is begun by the standard library, and imports for itself, which takes as much
    memory again as PyTorch does.
    """
    if sys.platform != "linux":
        return
    ours: Any = forkserver._forkserver  # which knows no other way to begin than anew
    here: Any = process.current_process()
    here._config["tempdir"] = short = f"/proc/self/fd/{os.open(util.get_temp_dir(), os.O_DIRECTORY)}"
    address = f"{short}/nursery"  # the folder's own name may be longer than the system allows here
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        over, alive = os.pipe()  # this process, and all that come from there, hold its other end
        gc.freeze()  # looking for garbage would write to every page that is shared
        pid = os.fork()
        if not pid:
            _serve(listener.fileno(), over)
        os.close(over)
    ours._forkserver_address, ours._forkserver_alive_fd, ours._forkserver_pid = address, alive, pid


def _serve(listener: int, over: int) -> None:
    """Never returns; holds no other file of the process that it is a copy of, and ends as others do."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        low, high = sorted((listener, over))
        for start, end in ((FIRST, low), (low + 1, high), (high + 1, os.sysconf("SC_OPEN_MAX"))):
            os.closerange(start, end)
        gc.enable()
        forkserver.main(listener, over, [])
    finally:
        os._exit(0)
