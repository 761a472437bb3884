"""Where the recipe of a result lies: in the file, or beside it where its format carries none."""

from pathlib import Path

from enhancer.evidence.recipe import Recipe
from enhancer.evidence.recipe_text import from_json, to_json
from enhancer.media import CARRIERS, embedded_recipe

BESIDE = ".recipe.json"  # behind the whole name of a result


def beside(target: Path) -> Path:
    """Where the recipe of a result lies that cannot carry it."""
    return target.with_name(target.name + BESIDE)


def texts(recipe: Recipe, format_id: str, quality: int = 95) -> tuple[str | None, str | None]:
    """The recipe to lay into a file of this format, and the one to put beside it; one of the two is None.

    Raises BadOptions for an unknown format.
    """
    text = to_json(recipe.written_as(format_id, quality))
    return (text, None) if format_id in CARRIERS else (None, text + "\n")


def recipe_and_file(path: Path) -> tuple[Recipe | None, bytes | None]:
    """The recipe that a result carries or has beside it, and the bytes of the result; also from the recipe's own path.

    Raises BadRecipe where it is damaged, FileNotFoundError.
    """
    if path.name.endswith(".json"):
        result = path.with_name(path.name.removesuffix(BESIDE))
        there = result != path and result.is_file()
        return from_json(_text(path)), content(result) if there else None
    data = content(path)
    text = embedded_recipe(data)
    if text is None and beside(path).is_file():
        text = _text(beside(path))
    return None if text is None else from_json(text), data


def content(path: Path) -> bytes:
    """The bytes of a file. Raises FileNotFoundError that names it."""
    if path.is_dir():
        raise FileNotFoundError(f"{path} is a folder; please name one file in it.")
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    return path.read_bytes()


def _text(path: Path) -> str:
    return content(path).decode("utf-8", "replace")  # what is no text is no JSON either, and refused as such
