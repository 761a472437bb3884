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
ABOUT_GAN = (
    "A GAN: two networks learn against each other, one draws, one tells drawings from real digits. It draws crisply; "
    "now and then a stroke is broken."
)
ABOUT_VAE = (
    "A variational autoencoder: it codes a digit in 12 numbers and draws it from them, your own as well; all it draws "
    "is a little soft."
)
SEED_HELP = "Any whole number; the same one draws the same digits again."
TRUNCATION_HELP = "Below 1 the digits become likelier and more alike; at 0 all are the same."
