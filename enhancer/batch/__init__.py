"""Many pictures with one order: found, done by several workers, remembered, summed up. One bad file stops no other."""
