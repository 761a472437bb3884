"""Which files a batch reads, and where each result goes: sub-folders and names kept, no two results in one place."""

import os
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from enhancer.errors import BadOptions
from enhancer.media import FORMATS
from enhancer.media.files import format_for

SUFFIXES = frozenset(suffix for f in FORMATS for suffix in f.suffixes)
WRITTEN = {suffix: f.id for f in FORMATS if f.writable for suffix in f.suffixes}
SHADOW = "._"  # how the names of files begin that macOS lays beside others


@dataclass(frozen=True)
class File:
    """One file of a batch: where it lies, what people call it, and the same for its result; `bytes` of the source."""

    source: Path
    name: str
    target: Path
    made: str
    bytes: int


def of_folder(
    folder: Path, out: Path, glob: str = "*", kind: str | None = None, results: Collection[Path] = ()
) -> list[File]:
    """The pictures below `folder` whose names match `glob`, in the order of their names, to be laid below `out`.

    `results` are files that lie among them and are none of them, but were made of them before. Names of results depend
    on all pictures of the folder, so that they are the same for every pattern. Results are files of the format `kind`,
    else of that of their source, or PNG where that is only read. Raises FileNotFoundError where there is no picture,
    BadOptions for a pattern that leads out of the folder and for a result in the place of a source.
    """
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"{folder} is a folder, so {out} must be one.")
    wanted, found = set(_pictures(folder, out, glob, results)), _pictures(folder, out, "*", results)
    names = made([f.relative_to(folder).as_posix() for f in found], kind)
    files = [
        File(f, f.relative_to(folder).as_posix(), out / name, name, f.stat().st_size)
        for f, name in zip(found, names, strict=True)
        if f in wanted
    ]
    sources = {f.resolve() for f in found}
    for file in files:
        _not_itself(file)
        if file.target.resolve() in sources:
            raise BadOptions(f"{file.target} would be replaced by the result of {file.source}; choose another output.")
    return files


def of_file(source: Path, target: Path) -> File:
    """One picture to a file, or into a folder with its name kept. Raises as `of_folder` does."""
    if not source.exists():
        raise FileNotFoundError(f"{source} does not exist")
    if target.is_dir():
        target = target / made([source.name])[0]
    format_for(target)
    file = File(source, source.name, target, target.name, source.stat().st_size)
    _not_itself(file)
    return file


def made(names: Sequence[str], kind: str | None = None, mark: str = "") -> list[str]:
    """Names of results for these names of sources, with `mark` before the suffix: all different on every file system.

    Of two that would be alike, one of the same suffix as its source keeps the name, the other bears that of its source
    within, as in `a-bmp.png`.
    """
    plain = [_result(PurePosixPath(name), kind, mark) for name in names]
    changed = [PurePosixPath(n).suffix.lower() != p.suffix.lower() for n, p in zip(names, plain, strict=True)]
    taken, found = set[str](), dict[int, str]()
    for n in sorted(range(len(names)), key=lambda n: (changed[n], n)):
        found[n] = next(c for c in _choices(plain[n], PurePosixPath(names[n])) if alike(c) not in taken)
        taken.add(alike(found[n]))
    return [found[n] for n in range(len(names))]


def alike(name: str) -> str:
    """Equal for names that some file system takes for one: in small letters, composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_picture(name: str) -> bool:
    """Whether a file is one to enhance, by its name."""
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(SHADOW)


def _result(path: PurePosixPath, kind: str | None, mark: str) -> PurePosixPath:
    own = WRITTEN.get(path.suffix.lower())
    if own is None or (kind is not None and own != kind):
        suffix = next(f.suffixes[0] for f in FORMATS if f.id == (kind or "png"))
    else:
        suffix = path.suffix
    return path.with_name(f"{path.name.removesuffix(path.suffix)}{mark}{suffix}")


def _choices(plain: PurePosixPath, source: PurePosixPath) -> Iterable[str]:
    yield str(plain)
    stem = plain.name.removesuffix(plain.suffix)
    within = f"{stem}-{source.suffix.lower().removeprefix('.')}"
    yield str(plain.with_name(f"{within}{plain.suffix}"))
    n = 1
    while n := n + 1:
        yield str(plain.with_name(f"{within}-{n}{plain.suffix}"))


def _pictures(folder: Path, besides: Path, glob: str, results: Collection[Path]) -> list[Path]:
    if PurePosixPath(glob).is_absolute() or ".." in PurePosixPath(glob).parts or not glob:
        raise BadOptions(f"--glob is a pattern for names within the folder, as *.jpg or 2024/*, not {glob!r}.")
    inside, all_of_it = besides.resolve(), folder.resolve()
    files = (p for p in folder.rglob(glob) if is_picture(p.name) and p.is_file() and p.resolve() not in results)
    apart = inside == all_of_it or not inside.is_relative_to(all_of_it)
    kept = {p for p in files if apart or inside not in p.resolve().parents}
    if not kept:
        which = "" if glob == "*" else f" that matches {glob}"
        raise FileNotFoundError(f"{folder} holds no picture{which} ({', '.join(sorted(SUFFIXES))}).")
    return sorted(kept, key=os.fspath)


def _not_itself(file: File) -> None:
    if file.target.resolve() == file.source.resolve():
        raise BadOptions(f"{file.source} would be replaced by its result; choose another output.")
