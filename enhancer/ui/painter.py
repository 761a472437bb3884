"""A picture with a canvas over it, to paint on; painter.js moves the brush and hands over what was painted."""

from html import escape

Colour = tuple[int, int, int]  # red, green and blue, 0 to 255


def painter(picture: str, size: tuple[int, int], shown: str, colour: Colour, side: int, title: str) -> str:
    """The canvas as HTML.

    What was painted is kept in the browser under the name `picture`, and handed over with `side` pixels along the
    longer side; `size` is (width, height) of the picture, `shown` a link that holds it, `colour` that of the brush.
    """
    ratio = size[0] / size[1]
    return (
        f"<div class='painter' data-picture='{picture}' data-ratio='{ratio}' data-side='{side}' "
        f"data-colour='rgb{colour}'><h4>{escape(title)}</h4>"
        f"<div class='easel'><div class='sheet' style='--ratio: {ratio}'>"
        f"<img src='{shown}' alt='Your picture'>"
        f"<canvas tabindex='-1'></canvas><i class='ring'></i></div></div><div class='tools'>"
        "<label><span>Brush</span><input type='range' min='1' max='30' value='8' aria-label='Size of the brush'>"
        "</label>"
        "<button type='button' data-do='erase' aria-pressed='false'>Eraser</button>"
        "<button type='button' data-do='undo'>Undo</button><button type='button' data-do='clear'>Clear</button></div>"
        "</div>"
    )
