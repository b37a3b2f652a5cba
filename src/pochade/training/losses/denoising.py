"""The losses of the denoisers, for scans and for the artifacts of codecs, and of the page model."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pochade.training.augment.random_numbers import RandomNumbers

EDGE_WEIGHT = 0.2  # of errors in the differences between neighbouring pixels, relative to errors in the pixels
DEFECT_WEIGHT = 0.08  # of the cross-entropy of the defect mask
CHARBONNIER_EPSILON = 1e-3  # smaller differences count quadratically, larger ones linearly (Charbonnier et al., 1994)
FULL_STRENGTH_SHARE = 0.6  # share of the pictures from which all damage is to be removed
IMPORTANT_PIXEL_WEIGHT = 5.0  # of pixels in defects and in small details that must stay; other pixels have weight 1
DETAIL_WINDOW_PIXELS = 9  # per side of the surroundings from which a small detail stands out
DETAIL_CONTRAST_GAIN = 4.0  # a contrast of a quarter of white is full detail
CROP_PIXELS = 96  # per side of a training crop of an encoded picture
MIN_MEAN_SQUARED_ERROR = 1e-6  # of pixels in [0, 1]: 60 dB, less than rounding to 8 bits, and not worth learning
PAPER_WEIGHT = 0.05  # of the cross-entropy of the paper mask, relative to the error of the light


def scan_denoising_loss(model: nn.Module, pictures: Tensor, layers: Tensor, defects: Tensor) -> Tensor:
    """How far the model is from removing as much damage as the conditioning asks for; the strengths are random.

    Args:
        model: A `Denoiser` with three conditioning planes: how much to remove of stains, of specks and of grain, from 0
            to 1.
        pictures: Damaged pictures (B, 3, S, S) in [0, 1].
        layers: The same pictures before each kind of damage (B, 9, S, S), in [0, 255]: without grain, then also
            without specks, then also without stains.
        defects: 255 where specks are (B, 1, S, S).

    Returns:
        A scalar.
    """
    random = RandomNumbers.from_torch(pictures.device)
    stacked = torch.cat([pictures, layers / 255, defects / 255], 1)  # (B, 13, S, S)
    stacked = random_orientation(stacked, random)
    pictures, with_specks, with_stains, clean = stacked[:, :12].split(3, 1)
    defects = stacked[:, 12:]
    strengths = random_strengths(len(stacked), random)  # (B, 3, 1, 1)
    stains, specks, grain = ((1 - strengths)[:, kind : kind + 1] for kind in range(3))  # shares to leave
    target = (
        clean + stains * (with_stains - clean) + specks * (with_specks - with_stains) + grain * (pictures - with_specks)
    )
    conditioning = strengths.expand(-1, 3, *pictures.shape[2:])
    change, defect_logits = model(pictures.contiguous(memory_format=torch.channels_last), conditioning)
    error = change + pictures - target
    weight = 1 + (IMPORTANT_PIXEL_WEIGHT - 1) * torch.maximum(defects, _fine_detail(clean))
    visible_defects = defects * (strengths[:, 1:2] > 0)
    defect_loss = functional.binary_cross_entropy_with_logits(
        defect_logits, visible_defects, 1 + (IMPORTANT_PIXEL_WEIGHT - 1) * visible_defects
    )
    edge_loss = charbonnier(error.diff(dim=2)) + charbonnier(error.diff(dim=3))
    return charbonnier(error, weight) + EDGE_WEIGHT * edge_loss + DEFECT_WEIGHT * defect_loss


def artifact_removal_loss(model: nn.Module, pictures: Tensor, clean: Tensor, conditioning: Tensor) -> Tensor:
    """The logarithm of the squared error of restored pictures: their negative PSNR up to a factor, plus an edge term.

    The logarithm is used because the error grows a hundredfold over the range of a codec's quality, while a decibel is
    worth about as many bytes anywhere in that range. Edges count extra, because people and quality metrics want them
    sharp.

    Args:
        model: A `Denoiser` with P conditioning planes.
        pictures: Decoded pictures (B, 3, S, S) in [0, 1].
        clean: The originals (B, 3, S, S) in [0, 255].
        conditioning: How the pictures were encoded, in percent (B, P, 1, 1).

    Returns:
        A scalar, in nats.
    """
    random = RandomNumbers.from_torch(pictures.device)
    stacked = torch.cat([pictures, clean.float() / 255], 1)  # (B, 6, S, S)
    stacked = random_orientation(_random_crop(stacked, CROP_PIXELS, random), random)  # (B, 6, s, s)
    decoded, target = stacked.split(3, 1)
    planes = (conditioning.float() / 100).expand(-1, -1, *stacked.shape[2:])
    change, _ = model(decoded.contiguous(memory_format=torch.channels_last), planes)
    error = change + decoded - target
    edges = error.diff(dim=2).square().mean((1, 2, 3)) + error.diff(dim=3).square().mean((1, 2, 3))
    pixels = error.square().mean((1, 2, 3))
    nats = (pixels + MIN_MEAN_SQUARED_ERROR).log() + EDGE_WEIGHT * (edges + MIN_MEAN_SQUARED_ERROR).log()  # (B,)
    return nats.mean()


def page_loss(model: nn.Module, thumbnails: Tensor, light: Tensor, paper: Tensor) -> Tensor:
    """How far the model's estimates are from the light and the bare paper of scanned sheets.

    Args:
        model: A `PageModel`.
        thumbnails: Sheets (B, 3, 128, 128) in [0, 1].
        light: The natural logarithm of the light times the colour of the paper (B, 3, 16, 16); 0 where it is unknown.
        paper: 255 where the paper is bare (B, 1, 128, 128).

    Returns:
        A scalar.
    """
    factor = thumbnails.shape[2] // light.shape[2]
    enlarged_light = functional.interpolate(light, scale_factor=factor, mode="nearest")
    random = RandomNumbers.from_torch(thumbnails.device)
    stacked = random_orientation(torch.cat([thumbnails, enlarged_light, paper / 255], 1), random)
    thumbnails, enlarged_light, bare = stacked.split([3, 3, 1], 1)
    predicted_light, bare_logits = model(thumbnails)
    error = predicted_light - functional.avg_pool2d(enlarged_light, factor)
    return charbonnier(error) + PAPER_WEIGHT * functional.binary_cross_entropy_with_logits(bare_logits, bare)


def random_strengths(count: int, random: RandomNumbers) -> Tensor:
    """How much of each kind of damage to remove (B, 3, 1, 1), 0 to 1: for most pictures all, else a random amount."""
    mixed = random.uniform((count, 3, 1, 1), -0.5, 1.5).clamp(0, 1)
    return torch.where(random.mask(count, FULL_STRENGTH_SHARE).view(-1, 1, 1, 1), 1.0, mixed)


def random_orientation(x: Tensor, random: RandomNumbers) -> Tensor:
    """Rotate and mirror all pictures of a batch (B, C, S, S) into the same one of eight orientations, at random."""
    x = x.rot90(random.integer(0, 4), (2, 3))
    return x.flip(3) if random.integer(0, 2) else x


def charbonnier(error: Tensor, weight: Tensor | float = 1.0) -> Tensor:
    """The Charbonnier loss: the weighted mean of absolute errors, smoothed around zero."""
    return (weight * ((error.square() + CHARBONNIER_EPSILON**2).sqrt() - CHARBONNIER_EPSILON)).mean()


def _random_crop(x: Tensor, side: int, random: RandomNumbers) -> Tensor:
    top, left = (random.integer(0, length - side + 1) for length in x.shape[2:])
    return x[:, :, top : top + side, left : left + side]


def _fine_detail(x: Tensor) -> Tensor:
    """How much pictures (B, 3, S, S) differ from their surroundings, as a drawn dot does: (B, 1, S, S), 0 to 1."""
    surroundings = functional.avg_pool2d(x, DETAIL_WINDOW_PIXELS, 1, DETAIL_WINDOW_PIXELS // 2, count_include_pad=False)
    return (DETAIL_CONTRAST_GAIN * (x - surroundings).abs().amax(1, keepdim=True)).clamp(max=1)
