"""Turns released figures into words: numbers as boards write them, and sentences that say what they show."""

from __future__ import annotations

from typing import Any

from thematic.disclosure import CONFIDENTIAL
from thematic.figures import Figure
from thematic.params.models import Measure

SIGNS = {"percent": "%", "count": "", "per_1000": ""}
NO_BREAK = "\u00a0"


def number(value: Any, measure: Measure, status: str = "") -> str:
    """A value as it is printed: `3,446`, `17.4%`, `21.9`; its status where there is none."""
    if value is None:
        return status
    return f"{value:,.{measure.decimals}f}{SIGNS[measure.unit]}"


def change(figure: Figure) -> str:
    """A change as it is printed: `+5.0%`, `-1.0 pp`; its status where there is none."""
    if figure["change"] is None:
        return str(figure["change_status"])
    unit = f"{NO_BREAK}pp" if figure["change_unit"] == "pp" else "%"
    return f"{signed(figure['change'])}{unit}"


def signed(value: float) -> str:
    """One decimal with its sign; a change that rounds to nothing has none."""
    text = f"{value:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text


def with_change(figure: Figure, measure: Measure) -> str:
    """The value, the margin of a survey, and the change in brackets: `87.2% ± 5.5% (+1.8 pp)`."""
    value = number(figure["value"], measure, figure["status"])
    if figure["status"]:
        return value
    return f"{value}{margin(figure, measure)} ({change(figure)})".replace("([", "[").replace("])", "]")


def margin(figure: Figure, measure: Measure) -> str:
    """Half the width of a share's 95% interval, as boards read survey results."""
    if measure.test != "proportion" or figure["lower_95"] is None:
        return ""
    return f" ± {(figure['upper_95'] - figure['lower_95']) / 2:.{measure.decimals}f}%"


def significance(figure: Figure) -> str:
    """Whether a change is significant, in a table's cell; confidential where a count behind the test is."""
    if figure["change_status"] or figure["significant"] is None:
        return str(figure["change_status"]) or CONFIDENTIAL
    return "Yes" if figure["significant"] else "No"


def movement(figure: Figure, measure: Measure, window: str) -> str:
    """One sentence: the figure and its change from the window before."""
    value = number(figure["value"], measure, figure["status"])
    if figure["status"]:
        return f"{measure.title}: {_WITHOUT_VALUE[figure['status']]} for the {window}."
    stood = f"{measure.title}: {value} in the {window}"
    if figure["change_status"]:
        return f"{stood}, {_WITHOUT_CHANGE[figure['change_status']]}."
    before = number(figure["previous_value"], measure)
    if signed(figure["change"]) == "0.0":
        return f"{stood}, much the same as the year before ({before})."
    direction = "up" if figure["change"] > 0 else "down"
    size = change(figure).lstrip("+-").replace("pp", "percentage points")
    return f"{stood}, {direction} {size} from {before}{_weight(figure)}."


_WITHOUT_VALUE = {
    "[c]": "the figure is confidential [c]",
    "[x]": "no figure is available [x]",
    "[z]": "there is nothing to take a percentage of [z]",
}
_WITHOUT_CHANGE = {
    "[c]": "with a change that is confidential [c]",
    "[x]": "with no earlier figure to compare it with [x]",
    "[z]": "with nothing in the year before to compare it with [z]",
}


def _weight(figure: Figure) -> str:
    if figure["significant"] is None:
        return ""
    return ", a statistically significant change" if figure["significant"] else ", a change within normal variation"
