"""The interval around a share that was measured on some of many."""

from statistics import NormalDist


def share_interval(share: float, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share; unlike the usual one it stays between 0 and 1, and is right near both.

    Args:
        share: The share that was measured, 0 to 1.
        count: Of how many, at least 1.
        confidence: The probability that such an interval contains the true share.

    Returns:
        Its lower and upper end.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * (share * (1 - share) / count + z**2 / (4 * count**2)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)
