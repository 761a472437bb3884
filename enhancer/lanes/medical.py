"""DICOM in, DICOM out: every frame enlarged, every tag kept but those that must change, and a notice that says so."""

import copy
from pathlib import Path

from enhancer.engine import Engine
from enhancer.lanes.made import Made, beside, check_names
from enhancer.lanes.run import enhance_scene
from enhancer.lanes.wish import Wish, chosen
from enhancer.progress import Progress


def enhance_medical(source: Path, target: Path, wish: Wish, engine: Engine, progress: Progress | None = None) -> Made:
    """Enlarge every frame of a DICOM file into another, which is there whole at the end, or not at all.

    With uncertainty, the errors to expect are written beside it, and stay with it alone. Raises BadPicture, BadOptions,
    Unwritable, DiskFull, what the engine raises, and Cancelled.
    """
    from enhancer.lanes.dicom_file import DicomFile, understood
    from enhancer.lanes.dicom_tags import Story, derived
    from enhancer.lanes.dicom_write import DicomResult

    check_names(source, target, wish.uncertainty)
    progress, settings = progress or Progress(), engine.settings
    scene = DicomFile(source, settings)
    try:
        result = DicomResult(scene, wish.scale, wish.uncertainty, settings)
        story = Story(wish.scale, chosen(wish), wish.consistent, repr(wish))
        with understood():
            notes = derived(tags := copy.deepcopy(scene.tags), story)
        work = enhance_scene(scene, result, wish, engine, progress)
        if scene.syntax.is_encapsulated:
            notes.append("The pixels were packed; the result holds them unpacked, without loss.")
        errors = beside(target) if wish.uncertainty else None
        with understood():
            if errors is not None:
                result.save_errors(errors, tags, story)
            try:
                result.save(target, tags)
            except BaseException:
                if errors is not None:
                    errors.unlink(missing_ok=True)
                raise
    finally:
        scene.close()
    size = wish.scale * scene.width, wish.scale * scene.height
    return Made(target, errors, size, scene.frames, "steps of the stored values", work, tuple(notes))
