"""Networks with weights: the catalogue, verified bytes, and the store that turns an id into a model."""
