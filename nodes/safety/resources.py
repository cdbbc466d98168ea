"""Whom can a person call, here? Crisis resources by region; an unknown region gets the local emergency service.

Never another country's line: a number that does not answer is worse than none.
"""

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import Field, ValidationError

from conversation.model import Value
from conversation.seeker import RiskKind


class ResourceError(ValueError):
    """A file of crisis resources cannot be used."""


class CrisisLine(Value):
    """One service that people answer."""

    name: str = Field(min_length=2, description="with its article, as it stands in a sentence: 'the 988 Lifeline'")
    name_zh: str = ""
    number: str = Field(pattern=r"^[0-9][0-9 \-]*$")
    how: str = Field(pattern=r"^(call|text|call or text)$")
    hours: str
    kinds: tuple[RiskKind, ...] = Field(min_length=1, description="kinds of risk that it is for")
    source: str
    checked: str = Field(min_length=3, description="when and by whom the number was last checked, or that it was not")


class Region(Value):
    """What is known of one country."""

    name: str
    name_zh: str = ""
    emergency: str = Field(pattern=r"^[0-9]{3}$", description="medical emergency")
    police: str = Field(default="", description="where it differs from the medical number")
    lines: tuple[CrisisLine, ...] = ()

    def line_for(self, kind: RiskKind) -> CrisisLine | None:
        """The line for this kind of risk, else the region's suicide line where that may listen too, else None."""
        for line in self.lines:
            if kind in line.kinds:
                return line
        if kind in (RiskKind.OVERDOSE, RiskKind.MEDICAL, RiskKind.ABUSE, RiskKind.CHILD_ABUSE):
            return None
        return self.lines[0] if self.lines else None


_SAME = {"UK": "GB", "USA": "US", "ENGLAND": "GB", "CHN": "CN", "GBR": "GB", "AUS": "AU", "CAN": "CA"}


@cache
def read_resources(path: Path | None = None) -> dict[str, Region]:
    """Regions by two-letter code, from a JSON file; the project's own without a path.

    Raises:
        ResourceError: the file is missing, is not JSON, or an entry has a wrong field.
    """
    where = path or files("nodes") / "safety" / "resources.json"
    try:
        data = json.loads(where.read_text(encoding="utf-8"))
        return {code.upper(): Region.model_validate(region) for code, region in data["regions"].items()}
    except (OSError, KeyError, AttributeError, json.JSONDecodeError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ResourceError(
            f"crisis resources in '{where}' cannot be read: {first}; see nodes/safety/resources.json"
        ) from error


def find_region(code: str | None, path: Path | None = None) -> Region | None:
    """The region of a code such as 'US', 'uk' or 'en-GB'; None when unknown. A language alone names no region."""
    if not code:
        return None
    parts = code.replace("_", "-").split("-")
    if len(parts) > 1:
        last = parts[-1].upper()
    elif code.isupper() or (len(code) == 2 and code.lower() not in ("en", "zh")):
        last = code.upper()
    else:
        return None
    return read_resources(path).get(_SAME.get(last, last))


def emergency_words(region: Region | None, *, chinese: bool = False, police: bool = False) -> str:
    """How to name the emergency service: its number where the region is known, else 'your local emergency number'."""
    if region is None:
        return "当地的急救或报警电话" if chinese else "your local emergency number"
    return region.police if police and region.police else region.emergency


def line_words(region: Region | None, kind: RiskKind, *, chinese: bool = False) -> str:
    """How to name the line for this kind: 'call or text 988 (the 988 Lifeline)'; empty where none is known."""
    line = region.line_for(kind) if region else None
    if line is None:
        return ""
    if chinese:
        verb = "拨打或发短信到" if line.how == "call or text" else "发短信到" if line.how == "text" else "拨打"
        return f"{verb} {line.number}（{line.name_zh or line.name}）"
    return f"{line.how} {line.number} ({line.name})"


_SERVICE = re.compile(
    r"\b(?:emergency (?:number|services?|department|room)|(?:crisis|suicide) (?:text )?line|lifeline|hotline|helpline|"
    r"samaritans)\b|急救|报警|热线",
    re.IGNORECASE,
)


def names_service(text: str, region: Region | None) -> bool:
    """Whether a reply names a service to turn to: an emergency number, a line of the region, or either in words."""
    numbers = (region.emergency, region.police, *(line.number for line in region.lines)) if region else ()
    known = "|".join(re.escape(number) for number in numbers if number)
    return bool(_SERVICE.search(text) or (known and re.search(rf"(?<!\d)(?:{known})(?!\d)", text)))
