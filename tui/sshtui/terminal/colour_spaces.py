"""Device-independent colours as Xlib's Xcms reads them: CIE's spaces and TekHVC, on the screen it takes for granted.

The figures are those of Xlib's default screen (X11R6 Xcms: matrix and white point) and of the intensities at which an
X server without a colour characterization shows the levels of a channel.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping

Triple = tuple[float, float, float]

_FROM_XYZ = (
    (3.48340481253539, -1.521763749272852, -0.5592313335404978),
    (-1.071527513061936, 1.965937952043724, 0.03673691339553462),
    (0.06351179790497788, -0.2002050100049648, 0.8107094203164822),
)
_WHITE: Triple = (0.9496644, 1.0, 1.4060443)

_LEVELS = (22, 25, 30, 35, 40, 45, 50, 55, 60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255)
_INTENSITIES = (
    (0.00269, 0.00341, 0.004968, 0.006966, 0.009447, 0.012454, 0.01603, 0.020214, 0.025045, 0.043799, 0.069672,
     0.103518, 0.146086, 0.198028, 0.259891, 0.33212, 0.415059, 0.50895, 0.613931, 0.730041, 0.857215, 0.9999),
    (0.001182, 0.001882, 0.003451, 0.005524, 0.00816, 0.011415, 0.015342, 0.019993, 0.025412, 0.046715, 0.076348,
     0.115084, 0.16345, 0.221727, 0.289942, 0.367877, 0.455065, 0.550791, 0.65409, 0.76375, 0.878312, 0.9999),
    (0.002413, 0.003078, 0.004575, 0.006563, 0.009099, 0.01224, 0.016039, 0.020548, 0.025812, 0.046573, 0.075565,
     0.113591, 0.161214, 0.218758, 0.286306, 0.363702, 0.450552, 0.54622, 0.649831, 0.760272, 0.876188, 0.9999),
)  # fmt: skip
"""At which intensity of red, green and blue each of `_LEVELS` is reached."""
_DARKEST = (
    ((9, 0.0), (10, 0.00047), (11, 0.000991), (15, 0.001427)),
    ((19, 0.0), (20, 0.000418), (21, 0.00095)),
    ((14, 0.0), (15, 0.000673)),
)
"""The same below the first of `_LEVELS`."""
_SCALES = tuple(
    ((*(level for level, _ in dark), *_LEVELS), (*(intensity for _, intensity in dark), *bright))
    for dark, bright in zip(_DARKEST, _INTENSITIES, strict=True)
)

_CHROMA_SCALE = 7.50725
_BEST_RED = (0.7127, 0.4931)
"""u' and v' of the red that TekHVC measures hues from."""
_DARK = 7.99953624
_LINEAR = 903.29


def intensities(values: Triple) -> int:
    """0xRRGGBB of linear intensities 0..1 (`rgbi:`)."""
    colour = 0
    for intensity, (levels, reached) in zip(values, _SCALES, strict=True):
        colour = colour << 8 | (_level(intensity, levels, reached) if intensity else 0)
    return colour


def _level(intensity: float, levels: tuple[int, ...], reached: tuple[float, ...]) -> int:
    at = bisect_right(reached, intensity)
    if at == len(reached):
        return levels[-1]
    low, high = math.sqrt(reached[at - 1]), math.sqrt(reached[at])
    share = (math.sqrt(intensity) - low) / (high - low)
    return int(levels[at - 1] + share * (levels[at] - levels[at - 1]) + 0.001)


def shown(space: str, values: Triple) -> int | None:
    """0xRRGGBB of a colour in one of the spaces of `SPACES`, brought into what the screen shows by losing chroma."""
    xyz = SPACES[space](values)
    if xyz is None or not all(map(math.isfinite, xyz)):
        return None
    if not _visible(_linear(xyz)):
        xyz = _with_less_chroma(xyz)
    # What chroma's loss leaves is never quite without a channel.
    red, green, blue = (min(1.0, max(1e-9, each)) for each in _linear(xyz))
    return intensities((red, green, blue))


def _linear(xyz: Triple) -> Triple:
    red, green, blue = (sum(factor * each for factor, each in zip(row, xyz, strict=True)) for row in _FROM_XYZ)
    return red, green, blue


def _visible(values: Triple) -> bool:
    return all(-1e-5 <= each <= 1.00001 for each in values)


def _with_less_chroma(xyz: Triple) -> Triple:
    hue, value, chroma = _to_tek(_uv_of(xyz))
    if value >= 100:
        return _WHITE
    low, high = 0.0, chroma
    for _ in range(40):
        middle = (low + high) / 2
        if _visible(_linear(_from_tek((hue, value, middle)))):
            low = middle
        else:
            high = middle
    return _from_tek((hue, value, low))


def _uv_of(xyz: Triple) -> Triple:
    x, y, z = xyz
    divisor = x + 15 * y + 3 * z
    return (4 * x / divisor, 9 * y / divisor, y) if divisor else (*_white_uv(), y)


def _white_uv() -> tuple[float, float]:
    x, y, z = _WHITE
    divisor = x + 15 * y + 3 * z
    return 4 * x / divisor, 9 * y / divisor


def _from_uv(uvy: Triple) -> Triple:
    u, v, y = uvy
    divisor = 6 * u - 16 * v + 12
    if not divisor or not v:
        return 0.0, y, 0.0
    return _from_xyy((9 * u / divisor, 4 * v / divisor, y))


def _from_xyy(values: Triple) -> Triple:
    x, y, luminance = values
    if not y:
        return x, y, 1 - x - y
    return x * luminance / y, luminance, (1 - x - y) * luminance / y


def _luminance(lightness: float) -> float:
    return lightness / _LINEAR if lightness < _DARK else ((lightness + 16) / 116) ** 3


def _from_lab(values: Triple) -> Triple:
    lightness, a, b = values
    if lightness < _DARK:
        # Xcms takes dark colours for a hundred times as light.
        y = lightness / 9.03292
        return _WHITE[0] * (a / 3893.5 + y), y, _WHITE[2] * (y - b / 1557.4)
    middle = (lightness + 16) / 116
    return _WHITE[0] * (middle + a / 500) ** 3, middle**3, _WHITE[2] * (middle - b / 200) ** 3


def _from_luv(values: Triple) -> Triple:
    lightness, u, v = values
    white_u, white_v = _white_uv()
    y = _luminance(lightness)
    if not lightness:
        return _from_uv((white_u, white_v, y))
    # Xcms has the lightness as a share of one here, so that nearly every chroma is too much.
    scale = 0.13 * lightness
    return _from_uv((u / scale + white_u, v / scale + white_v, y))


def _theta() -> float:
    white_u, white_v = _white_uv()
    return math.atan2(_BEST_RED[1] - white_v, _BEST_RED[0] - white_u)


def _to_tek(uvy: Triple) -> Triple:
    u, v, y = uvy
    white_u, white_v = _white_uv()
    value = y * _LINEAR if y < 0.008856 else 116 * y ** (1 / 3) - 16
    chroma = value * _CHROMA_SCALE * math.hypot(u - white_u, v - white_v)
    return math.degrees(math.atan2(v - white_v, u - white_u) - _theta()) % 360, value, chroma


def _from_tek(values: Triple) -> Triple:
    hue, value, chroma = values
    white_u, white_v = _white_uv()
    if not value:
        return _from_uv((white_u, white_v, 0.0))
    angle = math.radians(hue) + _theta()
    reach = chroma / (value * _CHROMA_SCALE)
    return _from_uv((white_u + reach * math.cos(angle), white_v + reach * math.sin(angle), _luminance(value)))


def _as_it_is(values: Triple) -> Triple:
    return values


SPACES: Mapping[str, Callable[[Triple], Triple | None]] = {
    "ciexyz": _as_it_is,
    "cieuvy": _from_uv,
    "ciexyy": _from_xyy,
    "cielab": _from_lab,
    "cieluv": _from_luv,
    "tekhvc": _from_tek,
}
"""By the name before the colon, in lower case: XYZ of three values."""
