"""The look of charts: colors for light and dark backgrounds, and the elements that all charts use."""

from html import escape

WIDTH = 720
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 34, 40
"""Margins of a chart for its labels and the title, in pixels."""
COLORS = 7

_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a")
_DARK = ("#3aa0e0", "#f0803c", "#22b98d", "#dd93bd", "#f0b429", "#7cc7f2", "#a0a0a0")
"""Okabe and Ito's colors, which color-blind people can tell apart."""
_NAMES = ("--page", "--text", "--muted", "--line", *(f"--c{number}" for number in range(COLORS)))


def style() -> str:
    """The style sheet of a picture. It follows the reader's theme."""
    light = _variables("#ffffff", "#17171c", "#5c5c66", "#e3e3e7", *_LIGHT)
    dark = _variables("#17181c", "#ececf0", "#a3a5af", "#292b31", *_DARK)
    series = "".join(
        f".s{number}{{stroke:var(--c{number})}}.f{number}{{fill:var(--c{number})}}" for number in range(COLORS)
    )
    return (
        f"<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
        "text{font:11px system-ui,sans-serif;fill:var(--muted)}"
        ".title{font-size:13px;font-weight:600;fill:var(--text)}.key{fill:var(--text)}"
        ".page{fill:var(--page)}.rule{stroke:var(--line)}.line{fill:none;stroke-width:1.8;stroke-linejoin:round}"
        f".behind{{stroke-width:1;opacity:.4}}.c{{stroke:var(--muted)}}{series}</style>"
    )


def text(x: float, y: float, words: str, *, anchor: str = "middle", kind: str = "", turned: bool = False) -> str:
    """A text at a position; with `turned` it runs upward."""
    extra = f' class="{kind}"' if kind else ""
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}{turn}>{escape(words)}</text>'


def title(words: str) -> str:
    """A chart's title."""
    return text(LEFT, 16, words, anchor="start", kind="title")


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line of the grid."""
    return f'<path class="rule" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def _variables(*colors: str) -> str:
    return "".join(f"{name}:{color};" for name, color in zip(_NAMES, colors, strict=True))
