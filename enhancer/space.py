"""What a Space of the Hugging Face Hub tells the program that it runs, through its environment."""

import os

PROXIES = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8"  # private networks: nobody outside comes from there
HUB = ("https://huggingface.co", "https://*.huggingface.co")  # shows its Spaces in a frame

BORROWED = {"ENHANCER_CANARY_SECONDS": "0"}  # settings where GPUs are lent: the canary would borrow one each minute


def space_id() -> str | None:
    """`owner/name` of the Space that this process runs in; None elsewhere."""
    return os.environ.get("SPACE_ID") or None


def lends_gpu() -> bool:
    """Whether this Space is lent a GPU for the time of a call, and has none between (ZeroGPU)."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def space_hosts() -> tuple[str, ...]:
    """The names under which the Space is reached, its own domains included; () elsewhere."""
    if space_id() is None:
        return ()
    return tuple(name.strip().lower() for name in os.environ.get("SPACE_HOST", "").split(",") if name.strip())


def trust_its_proxy() -> None:
    """Let the server tell visitors of a Space apart, who all come through its proxy; elsewhere nothing happens."""
    if space_id() is not None:
        os.environ.setdefault("FORWARDED_ALLOW_IPS", PROXIES)
