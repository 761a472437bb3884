"""The network for sequences: an LSTM over what was measured of each frame, and an answer at every step."""

import torch
from torch import Tensor, nn

Memory = tuple[Tensor, Tensor]


class SequenceClassifier(nn.Module):
    """Answer `classes` questions with yes or no at each step of a sequence of `features`.

    Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 1997; it looks back, never ahead, so that
    an answer is there with its step. The features are first brought to zero mean and unit spread, by what training saw.

    Shape: (B, T, features), and perhaps the memory of the steps before → logits (B, T, classes), and the memory after.
    Raises ValueError for sizes that make no network.
    """

    def __init__(self, *, features: int, hidden: int = 32, classes: int = 1) -> None:
        super().__init__()
        if min(features, hidden, classes) < 1:
            raise ValueError(f"features, hidden and classes must be positive, not {features}, {hidden} and {classes}")
        self.features, self.classes = features, classes
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.recall = nn.LSTM(features, hidden, batch_first=True)
        self.tail = nn.Linear(hidden, classes)

    def forward(self, x: Tensor, memory: Memory | None = None) -> tuple[Tensor, Memory]:
        """One more part of a sequence."""
        mean, spread = self.get_buffer("mean"), self.get_buffer("spread")
        found, after = self.recall((x - mean) / spread, memory)
        return self.tail(found), after
