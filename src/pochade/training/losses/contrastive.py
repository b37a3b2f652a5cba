"""The contrastive loss of the embedding model: InfoNCE against a memory of all pictures, plus a coding-rate term."""

import torch
import torch.distributed
from torch import Tensor
from torch.nn import functional

from pochade.models.embedding_model import EmbeddingModel
from pochade.models.model_input import LetterboxedBatch, model_input
from pochade.training.augment.augmentations import augment
from pochade.training.augment.random_numbers import RandomNumbers

TEMPERATURE = 0.045  # of InfoNCE, in units of the cosine
CODING_RATE_WEIGHT = 0.75
CODING_RATE_EPSILON = 1e-3  # keeps the logarithm finite for directions that no embedding uses
UNCHANGED_SHARE = 0.5  # of the first augmentations, which are the picture itself, as the index embeds it
NO_GROUP = -1  # of a row of the memory that holds no embedding yet


class ContrastiveLoss:
    """InfoNCE against a memory that holds the last embedding of every picture, plus `coding_rate_loss`.

    Entries of the memory are at most one epoch old. Embeddings drift slowly enough for that (Wang et al., "Cross-Batch
    Memory for Embedding Learning", CVPR 2020).

        pictures ──►──┬──┤augment├──►──┤model├──► first (B, D) ──┬──► memory (N, D)
                      └──┤augment├──►──┤model├──► second (B, D) ─┴──┤InfoNCE against the memory├──► loss

    The attributes `memory` and `groups` are all that it remembers. A training loop may save them, and restore them in
    place.

    Args:
        picture_count: How many pictures the training set has, N.
        latent_dim: The size of an embedding, D.
        device: Where the memory is. If the first batch is elsewhere, the memory moves there.
    """

    def __init__(self, picture_count: int, latent_dim: int, device: torch.device | str = "cpu") -> None:
        self.memory = torch.zeros(picture_count, latent_dim, device=device)
        self.groups = torch.full((picture_count,), NO_GROUP, device=device)

    def loss(self, model: EmbeddingModel, pictures: Tensor, frames: Tensor, rows: Tensor, groups: Tensor) -> Tensor:
        """The loss of one batch, in nats; it also updates the memory.

        Args:
            model: The model in training.
            pictures: Letterboxed pictures (B, 3, S, S) in [0, 1].
            frames: Widths and heights of the pictures (B, 2), as shares of S.
            rows: The row of each picture in the training set (B,).
            groups: The group of each picture (B,), from 0. Pictures of one group show the same work, so they are not
                negatives of each other.

        Returns:
            A scalar.
        """
        augmented = self._augment_twice(LetterboxedBatch(pictures, frames), model.config.side)
        embeddings = model(torch.cat(augmented).contiguous(memory_format=torch.channels_last))  # (2B, D)
        with torch.autocast(pictures.device.type, enabled=False):  # half precision is coarser than the cosines differ
            return self._compare(embeddings.float(), rows, groups)

    def _compare(self, embeddings: Tensor, rows: Tensor, groups: Tensor) -> Tensor:
        """The loss of the embeddings of both augmentations (2B, D); the memory keeps the first of them."""
        self.memory, self.groups = self.memory.to(embeddings.device), self.groups.to(embeddings.device)
        first, second = embeddings.chunk(2)
        same_work = groups.view(-1, 1) == torch.cat([groups, self.groups])  # (B, B + N)
        same_work[:, len(groups) :] |= self.groups == NO_GROUP
        remembered = self.memory.clone()  # the gradient needs it as it is now
        info_nce = info_nce_loss(first, second, remembered, same_work, TEMPERATURE)
        for share in _gather((rows, first.detach(), groups)):
            shared_rows, embedded, shared_groups = (tensor.to(self.memory.device) for tensor in share)
            self.memory.index_copy_(0, shared_rows, embedded)
            self.groups.index_copy_(0, shared_rows, shared_groups)
        return info_nce + CODING_RATE_WEIGHT * coding_rate_loss(embeddings)

    @staticmethod
    def _augment_twice(sources: LetterboxedBatch, side: int) -> tuple[Tensor, Tensor]:
        random = RandomNumbers.from_torch(sources.pictures.device)
        first, changed = model_input(sources, side), random.rows(len(sources), 1 - UNCHANGED_SHARE)
        if len(changed):
            first.index_copy_(0, changed, augment(sources[changed], side, random))
        return first, augment(sources, side, random)


def _gather(share: tuple[Tensor, ...]) -> list[tuple[Tensor, ...]]:
    """The tensors of all processes that train together, which may have shares of different sizes."""
    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return [share]
    shares: list[tuple[Tensor, ...]] = [share] * torch.distributed.get_world_size()
    torch.distributed.all_gather_object(shares, share)
    return shares


def info_nce_loss(first: Tensor, second: Tensor, memory: Tensor, same_work: Tensor, temperature: float) -> Tensor:
    """InfoNCE, averaged over both directions: the cross-entropy of finding a picture's other embedding, in nats.

    Args:
        first: Unit-length embeddings of one augmentation of each picture (B, D).
        second: Unit-length embeddings of another augmentation (B, D).
        memory: Embeddings of other pictures from earlier steps (M, D).
        same_work: Whether each of the B + M pictures shows the same work as each of the B (B, B + M). Such pictures are
            not negatives; each picture shows the same work as itself.
        temperature: Divides the cosines; differences much smaller than it hardly count.

    Returns:
        A scalar.
    """
    forward = _cross_entropy(first, second, memory, same_work, temperature)
    return (forward + _cross_entropy(second, first, memory, same_work, temperature)) / 2


def coding_rate_loss(embeddings: Tensor) -> Tensor:
    """How unevenly embeddings (B, D) use the directions of their space, in nats per direction; about 0 if evenly.

    It is the negative coding rate, the log-volume that the embeddings span (Yu et al., "Learning Diverse and
    Discriminative Representations via the Principle of Maximal Coding Rate Reduction", NeurIPS 2020). Without it a
    third of the directions does all the work, and the embeddings of different pictures are too close.
    """
    covariance = embeddings.T @ embeddings * (embeddings.shape[1] / len(embeddings))  # (D, D), the identity if even
    noise = CODING_RATE_EPSILON * torch.eye(len(covariance), device=embeddings.device)
    return -torch.logdet(covariance + noise) / len(covariance)


def _cross_entropy(queries: Tensor, positives: Tensor, memory: Tensor, same_work: Tensor, temperature: float) -> Tensor:
    positive = (queries * positives).sum(1, keepdim=True)  # (B, 1)
    cosines = torch.cat([queries @ positives.T, queries @ memory.T], 1)  # (B, B + M)
    negatives = cosines.masked_fill(same_work, -torch.inf)
    among_queries = (queries @ queries.T).masked_fill(same_work[:, : len(queries)], -torch.inf)  # (B, B)
    logits = torch.cat([positive, negatives, among_queries], 1) / temperature
    return functional.cross_entropy(logits, torch.zeros(len(queries), dtype=torch.long, device=queries.device))
