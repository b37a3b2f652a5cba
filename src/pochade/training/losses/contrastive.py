"""The loss of looks: two views of each piece, one of them often the piece itself, are told from every other piece."""

import torch
from torch import Tensor

from pochade.models.embedding_model import EmbeddingModel, crowding, disagreement
from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.augmentations import augment, picked

TEMPERATURE = 0.045
EVENNESS = 0.5  # weight of the looks' crowding
CLEAN = 0.5  # share of the first views that are the piece itself, as the index will hold it


class ContrastiveLoss:
    """A contrastive loss that remembers the last look of every piece, so that each is told from all of them.

    What is remembered is as old as an epoch, which the slow drift of the looks allows (Wang et al., "Cross-Batch Memory
    for Embedding Learning", CVPR 2020).

    Args:
        pieces: How many pieces there are.
        latent_dim: Numbers in a look.
    """

    def __init__(self, pieces: int, latent_dim: int) -> None:
        self.remembered = torch.zeros(pieces, latent_dim)
        self.kinds = torch.full((pieces,), -1)

    def loss(self, net: EmbeddingModel, pictures: Tensor, frames: Tensor, pieces: Tensor, kinds: Tensor) -> Tensor:
        """One number: how badly the views of these pieces agree, in nats.

        Args:
            net: The net that learns.
            pictures: Sources (B, 3, S, S) in [0, 1].
            frames: Their widths and heights (B, 2), as parts of S.
            pieces: The number of each piece (B,).
            kinds: Pieces of one kind show the same and are not told apart (B,).
        """
        with pictures.device:
            first, second = self._views(LetterboxedBatch(pictures, frames), net.config.side)
        looks = net(torch.cat([first, second]).contiguous(memory_format=torch.channels_last))  # (2B, D)
        one, other = looks.chunk(2)
        known = torch.nonzero(self.kinds >= 0).flatten()
        same = kinds.view(-1, 1) == torch.cat([kinds, self.kinds[known].to(kinds.device)])  # (B, B + M)
        value = disagreement(one, other, self.remembered[known].to(looks.device), same, TEMPERATURE)
        self.remembered[pieces.cpu()], self.kinds[pieces.cpu()] = one.detach().cpu(), kinds.cpu()
        return value + EVENNESS * crowding(looks)

    @staticmethod
    def _views(sources: LetterboxedBatch, side: int) -> tuple[Tensor, Tensor]:
        """Two views of each piece (B, 4, side, side); half of the first ones are the pieces themselves."""
        clean = picked(len(sources), CLEAN).view(-1, 1, 1, 1)
        return torch.where(clean, model_input(sources, side), augment(sources, side)), augment(sources, side)
