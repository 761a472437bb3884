"""In the place of the package that lends GPUs on ZeroGPU: a process for each call, arguments and results pickled.

What it is asked for goes into the file that SPACES_RECORD names, one JSON object a line.
"""

import inspect
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any

FORK = multiprocessing.get_context("fork")
QUOTA = 100  # seconds; who asks for more is refused


def record(**said: Any) -> None:
    with Path(os.environ["SPACES_RECORD"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")


def gradio_auto_wrap(task: Any) -> Any:
    return task


def GPU(task: Any = None, *, duration: Any = None, size: str | None = None) -> Any:
    if task is None:
        return partial(GPU, duration=duration, size=size)
    assert inspect.isgeneratorfunction(task), "others are not lent here"
    record(event="decorated", pid=os.getpid())

    @wraps(task)
    def lent(*args: Any, **kwargs: Any) -> Iterator[Any]:
        from gradio import Error
        from gradio.context import LocalContext

        seconds = duration(*args, **kwargs)
        request = LocalContext.request.get(None)
        visitor = None if request is None else request.headers.get("x-ip-token")
        record(event="asked", seconds=seconds, pid=os.getpid(), visitor=visitor)
        if seconds > QUOTA:
            raise Error(f"You have exceeded your GPU quota ({seconds}s requested vs. {QUOTA}s left).")
        there, back, stop = FORK.SimpleQueue(), FORK.SimpleQueue(), FORK.Event()
        process = FORK.Process(target=_serve, args=(task, there, back, stop), daemon=True)
        process.start()
        there.put((args, kwargs))
        try:
            while True:
                kind, value = back.get()
                if kind == "raised":
                    raise Error(value)
                if kind == "end":
                    return
                yield value
        except GeneratorExit:
            stop.set()
            raise
        finally:
            while back.get()[0] != "ended":
                pass
            process.join()

    return lent


def _serve(task: Callable[..., Iterator[Any]], there: Any, back: Any, stop: Any) -> None:
    args, kwargs = there.get()
    began, given = time.monotonic(), 0
    try:
        for value in task(*args, **kwargs):
            if stop.is_set():
                break
            back.put(("yielded", value))
            given += 1
        back.put(("end", None))
    except Exception as error:
        back.put(("raised", type(error).__name__))
    record(event="done", pid=os.getpid(), stopped=stop.is_set(), given=given, took=time.monotonic() - began)
    back.put(("ended", None))
