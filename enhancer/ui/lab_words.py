"""What the Lab says about its networks, in plain words."""

ABOUT_DIGITS = (
    "<div class='card'><h4>A small example</h4><p>It learned on 1,198 digits that people wrote by hand, and of 599 it "
    "had never seen it named 99.0% rightly. It knows nothing but one upright digit: for anything else its answer means "
    "nothing.</p></div>"
)
CALIBRATED = (
    "The probabilities are calibrated: of all answers given with 90%, nine in ten are right. On digits it had never "
    "seen they were off by 0.9 percentage points in the mean."
)
ABOUT_DRAWN = {  # by kind and subject
    ("gan", "digits"): (
        "A GAN: two networks learn against each other, one draws, one tells drawings from real digits. It draws "
        "crisply; now and then a stroke is broken."
    ),
    ("vae", "digits"): (
        "A variational autoencoder: it codes a digit in 12 numbers and draws it from them, your own as well; all it "
        "draws is a little soft."
    ),
    ("gan", "textures"): (
        "A GAN that draws squares of 32 pixels as photographs hold them: grain of four colours, and lines. Now and "
        "then one is noise alone."
    ),
    ("vae", "textures"): (
        "A variational autoencoder: it codes a texture in 128 numbers and draws it from them, your own as well, "
        "without its fine grain. What it draws from chance alone is vague."
    ),
}
BESIDE = {
    "digits": "Left what the network sees of your digit, right what it draws from its 12 numbers.",
    "textures": "Left the middle of your picture at half its size, right what the network draws from its 128 numbers.",
}
SEED_HELP = "Any whole number; the same one draws the same again."
TRUNCATION_HELP = "Below 1 the drawings become likelier and more alike; at 0 all are the same."
