"""Times of day and parts of the day: at 10, half past two, klo 14, nach 15 Uhr, entre 10 h et midi."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot.understand.slots.pieces import LAST_HOUR, LAST_MINUTE, Piece, Said
from bot.understand.slots.time_words import Sign

DAY_BEGINS: Final = time(8)
DAY_ENDS: Final = time(20)
"""Between these lies what is before or after some time of day."""

_NOON: Final = 12
_MIDNIGHT: Final = time()
_LAST_MINUTE_OF_DAY: Final = time(23, 59)
_LAST_BARE: Final = 6  # hours up to which the afternoon is meant, unless something says otherwise
_SPOKEN: Final = frozenset({5, 10, 15, 20, 25, 30})  # minutes to or past, as people say them
_QUARTER: Final = 15
_HALF: Final = 30
_HOUR: Final = 60
_MINUTES: Final[dict[str, int]] = {Sign.QUARTER: _QUARTER, Sign.HALF: _HALF}
_DAY: Final = 24 * _HOUR
_HARDLY_HOW_LONG: Final = 7  # hours: "9h" is when something is rather than how long it takes
_AFTERNOON: Final = time(12)

_CLOCK: Final = "K"
_SPAN: Final = "C"
_ANNOUNCING: Final = frozenset("@A><tb-~&|UK")
_COUNTED: Final = frozenset("cwgyMNLFO#+GH")
_BARE: Final = frozenset("NLF")
_GOES_ON: Final = re.compile(r"[-A~t]@?[GTNKn]")

_AT: Final = r"(?:@|(?<![KGTNF=])A)"
_TIMES: Final[dict[str, re.Pattern[str]]] = {
    "to_or_past": re.compile(r"@?q?(?P<by>[rhN])(?P<sign>[>p<m-])(?P<half>h)?(?P<hour>[NL])u?"),
    "quarters": re.compile(r"@?q?[rR](?P<hour>[NL])u?"),
    "half": re.compile(r"@?q?h(?P<hour>[NL])u?"),
    "in_figures": re.compile(rf"{_AT}?q?(?P<time>[TG])(?P<minute>N)?(?P<plus>\+)?(?P<part>[aP])?u?"),
    "in_figures_alone": re.compile(rf"{_AT}?q?(?P<time>[TG])"),
    "in_hours": re.compile(rf"{_AT}?q?(?P<hour>N)H(?P<minute>N)?(?P<plus>\+)?u?"),
    "noon": re.compile(rf"{_AT}?q?N?n(?P<plus>\+)?"),
    "oclock": re.compile(r"@?q?(?P<hour>[NL])(?:u(?P<minute>N)?|(?P<part>[aP]))"),
    "announced": re.compile(
        r"@f?q?(?P<hour>[NL])(?P<minute>N)?|(?<=Y)[q,]?(?P<hour2>N)(?P<minute2>N)|(?<=Y)q(?P<hour3>N)"
    ),
    "in_a_part": re.compile(r"(?<![dM])(?P<hour>N)(?=[fdl]{1,3}D)"),
    "said_to_be_at": re.compile(r"(?P<hour>L)"),
    "after_a_day": re.compile(r"(?<=Y)A(?P<hour>N)"),
    "with_point": re.compile(r"(?:[@A]q?|(?<=[YD]),?|(?<=Y)d|(?=F,?d?Y))(?P<figures>F)"),
}
"""A time of day, in the letters of signs; each becomes a K."""

_HERE: Final = r"(?:K=*|[NL]|F)"
_LEAD: Final = r"(?:[fq@]*(?=[NLF])|[fdq@]*(?=K))"
_SPANS: Final[dict[str, re.Pattern[str]]] = {
    "between": re.compile(
        rf"(?P<open>[b>]{_LEAD})?(?P<one>{_HERE})q?(?:[-tA~]|(?P<and>&))[@q]*(?P<two>{_HERE})(?P<part>[aP])?u?(?P<closing>U)?"
    ),
    "after": re.compile(rf"[>b]{_LEAD}(?P<one>{_HERE})\]?(?!q?[-tA~&])|(?P<it>K=*|[NL]u?)\]"),
    "before": re.compile(rf"[<t]{_LEAD}(?P<one>{_HERE})|(?P<it>K=*)\["),
    "at": re.compile(r"(?P<one>K=*)"),
}
"""What is made of times, the first of these first."""

_PART: Final = re.compile(
    r"(?:(?<![wgM])(?P<which>[BIz])[fdl]{0,3})?(?P<part>D)(?P<then>[BIz])?|(?<=Y)(?P<after_day>[JaP])"
)
_AM: Final = (time(8), time(12))
_PM: Final = (time(12), time(17))


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, or with `latest` a stretch of the day; said by the pieces from `first` up to `end`."""

    earliest: time
    latest: time | None
    first: int
    end: int
    is_part: bool = False  # a part of the day that has a name: the afternoon
    is_open: bool = False  # before or after some time


@dataclass(frozen=True, slots=True)
class _Time:
    """A time as it was said; `half` is a or p, for am or pm, where that was said."""

    hour: int
    minute: int = 0
    half: str = ""

    def at(self, half: str = "") -> time:
        """The time of day; a small hour lies in the afternoon, unless something says otherwise."""
        half, hour = self.half or half, self.hour
        if half == "p" and hour < _NOON:
            hour += _NOON
        elif half == "a" and hour == _NOON:
            hour = 0
        elif not half and hour <= _LAST_BARE:
            hour += _NOON
        return time(hour, self.minute)


def clocks(said: Said) -> list[Clock]:
    """The times of a message, in its order. What they are said with is claimed."""
    found = _Clocks(said).read()
    found += _parts(said)
    return sorted(found, key=lambda clock: clock.first)


class _Clocks:
    """Reads the times of a message: first each by itself, then what is made of them."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._times: dict[int, _Time] = {}
        self._readers: dict[str, Callable[[re.Match[str]], _Time | None]] = {
            "to_or_past": self._to_or_past,
            "quarters": self._quarters,
            "half": self._half,
            "in_figures": self._in_figures,
            "in_figures_alone": self._in_figures,
            "in_hours": self._in_hours,
            "noon": lambda match: self._plus(match, _Time(_NOON)),
            "oclock": self._oclock,
            "announced": self._announced,
            "in_a_part": self._announced,
            "said_to_be_at": self._announced,
            "after_a_day": self._after_a_day,
            "with_point": self._with_point,
        }
        self._makers: dict[str, Callable[[re.Match[str]], tuple[time, time | None] | None]] = {
            "between": self._between,
            "after": self._after,
            "before": self._before,
            "at": self._at,
        }

    def read(self) -> list[Clock]:
        """The times, and stretches from one to another, or before or after one."""
        said = self._said
        for name, pattern in _TIMES.items():
            for match in pattern.finditer(said.signs):
                found = self._readers[name](match)
                if found is not None and found.hour <= LAST_HOUR and found.minute <= LAST_MINUTE:
                    said.claim(match.start(), match.end(), _CLOCK)
                    self._times[match.start()] = found
        out = []
        for name, pattern in _SPANS.items():
            for match in pattern.finditer(said.signs):
                made = self._makers[name](match)
                if made is not None:
                    said.claim(match.start(), match.end(), _SPAN)
                    is_open = name in {"after", "before"}
                    out.append(Clock(made[0], made[1], match.start(), match.end(), is_open=is_open))
        return out

    # A time by itself

    def _to_or_past(self, match: re.Match[str]) -> _Time | None:
        """Quarter past two, ten to nine, fünf vor halb drei."""
        by, sign = match.start("by"), match["sign"]
        minutes = _MINUTES.get(match["by"]) or self._number(by)
        is_clear = sign != Sign.TO or self._raw(by).isalpha()  # "10 to 12" is a stretch
        if minutes not in _SPOKEN or not is_clear or self._counts(match.end()):
            return None
        minutes = minutes if sign in {Sign.PAST, Sign.AFTER} else -minutes
        return _shifted(self._number(match.start("hour")), minutes - _HALF * bool(match["half"]))

    def _quarters(self, match: re.Match[str]) -> _Time | None:
        """Viertel drei, dreiviertel drei."""
        minutes = -_QUARTER if Sign.THREE_QUARTERS in match[0] else _QUARTER - _HOUR
        return None if self._counts(match.end()) else _shifted(self._number(match.start("hour")), minutes)

    def _half(self, match: re.Match[str]) -> _Time | None:
        """Halb drei is before three, half three after it."""
        minutes = _HALF if self._said.language == "en" else -_HALF
        return None if self._counts(match.end()) else _shifted(self._number(match.start("hour")), minutes)

    def _in_figures(self, match: re.Match[str]) -> _Time | None:
        """14:30, klo 14, 14 h 30."""
        at = match.start("time")
        hour, minute, half = self._said.pieces[at].value
        if match["time"] == Sign.HOURS_FIGURE and not self._is_when(at, match.end(), hour):
            return None
        minutes = self._minute(match)
        if minutes is None or (minute and minutes):
            return None
        return self._plus(match, _Time(hour, minute or minutes, half or _half_said(match)))

    def _in_hours(self, match: re.Match[str]) -> _Time | None:
        """Quatorze heures trente, dix heures et quart."""
        hour, minute = self._number(match.start("hour")), self._minute(match)
        if minute is None or not (minute or self._is_when(match.start("hour"), match.end(), hour)):
            return None
        return self._plus(match, _Time(hour, minute))

    def _oclock(self, match: re.Match[str]) -> _Time | None:
        """Zehn Uhr dreißig, ten o'clock, ten am."""
        minute = self._minute(match)
        return None if minute is None else _Time(self._number(match.start("hour")), minute, _half_said(match))

    def _announced(self, match: re.Match[str]) -> _Time | None:
        """At ten, at two fifteen, um zehn, kolmelta; Tuesday nine thirty."""
        at = next(match.start(name) for name in ("hour", "hour2", "hour3") if match.groupdict().get(name))
        minute = self._minute(match, "minute") or self._minute(match, "minute2")
        return None if minute is None or self._counts(match.end()) else _Time(self._number(at), minute)

    def _after_a_day(self, match: re.Match[str]) -> _Time | None:
        """Jeudi à 14; without a day "à 4" is how many there are."""
        return self._announced(match) if self._raw(match.start("hour")).isdigit() else None

    def _with_point(self, match: re.Match[str]) -> _Time | None:
        """At 14.30."""
        return None if self._counts(match.end()) else _Time(*self._said.pieces[match.start("figures")].value)

    def _minute(self, match: re.Match[str], name: str = "minute") -> int | None:
        """The minutes behind an hour; 0 if nothing is there, None if it is none: at 10 30 people."""
        if not match.groupdict().get(name):
            return 0
        raw, value = self._raw(match.start(name)), self._number(match.start(name))
        is_minute = len(raw) == 2 if raw.isdigit() else value >= _NOON or value in _SPOKEN  # noqa: PLR2004
        return value if is_minute and not self._counts(match.end()) else None

    def _plus(self, match: re.Match[str], found: _Time) -> _Time:
        """With what is said behind the hour: et quart, et demie, moins le quart."""
        if not match.groupdict().get("plus"):
            return found
        return _shifted(found.hour, int(self._said.pieces[match.start("plus")].value), found.half)

    def _is_when(self, at: int, end: int, hour: int) -> bool:
        """Whether hours are when something is, not how long it takes: à 14 h, but deux heures de formation."""
        said = self._said
        before = said.signs[:at].rstrip("fq")[-1:]
        after = said.pieces[end] if end < len(said.pieces) else None
        if (before and before in _ANNOUNCING) or _GOES_ON.match(said.signs, end):
            return True
        if before == Sign.LASTING or (before == "=" and said.signs[:at].rstrip("=")[-1:] != _CLOCK):
            return False
        is_thing = after is not None and (after.sign in {Sign.COUNTED, Sign.LASTING} or self._is_unknown(after))
        if is_thing and before != Sign.DAY:
            return False
        return hour >= _HARDLY_HOW_LONG or (before in {Sign.DAY, Sign.PART} and not is_thing)

    def _counts(self, end: int) -> bool:
        """Whether a bare number that ends here is how many there are of something: 10 users, 3 sites."""
        said = self._said
        rest = said.signs[end : end + 2].removeprefix(Sign.FILLER)[:1]
        if rest and rest in _COUNTED:
            return True
        if rest != Sign.OTHER:
            return False
        piece = said.pieces[end if said.signs[end] == Sign.OTHER else end + 1]
        word = said.read.tokens[piece.first].raw
        if not self._is_unknown(piece):
            return False
        if said.language == "de":
            return word[0].isupper()
        if said.language == "en":
            return word.islower() and word.endswith("s")
        return said.language == "fr" or word.lower().endswith(("lta", "ltä"))

    def _is_unknown(self, piece: Piece) -> bool:
        return piece.sign == Sign.OTHER and piece.raw not in self._said.known.idle

    def _number(self, at: int) -> int:
        return int(self._said.pieces[at].value)

    def _raw(self, at: int) -> str:
        return self._said.read.tokens[self._said.pieces[at].first].raw

    # What is made of them

    def _at(self, match: re.Match[str]) -> tuple[time, time | None] | None:
        at = self._edge(match)
        return None if at is None else (at, None)

    def _between(self, match: re.Match[str]) -> tuple[time, time | None] | None:
        """10-12, from 9 till 11, entre 10 h et midi, klo 10 ja 12 välillä."""
        is_opened = bool(match["open"] or match["closing"])
        if (match["and"] and not is_opened) or (match["two"][0] in _BARE and self._counts(match.end())):
            return None
        if not is_opened and not self._is_stretch(match):
            return None
        one, two = self._time(match, "one"), self._time(match, "two")
        if one is None or two is None:
            return None
        half = two.half or _half_said(match) or self._half_of_day(match.start(), match.end())
        for first in (half, "", "a"):
            for last in (half, "p"):
                if one.at(first) < two.at(last):
                    return one.at(first), two.at(last)
        return None

    def _is_stretch(self, match: re.Match[str]) -> bool:
        """Whether two numbers are two times though no word says "between": a day or nothing else stands with them."""
        said = self._said
        before = said.signs[: match.start()].rstrip(Sign.COMMA)[-1:]
        if before == Sign.DAY_MARK:
            return False  # le 10 à 12 h
        if _CLOCK in match[0] or before in {Sign.DAY, Sign.PART}:
            return True
        rest = [*said.pieces[: match.start()], *said.pieces[match.end() :]]
        return Sign.RANGE in match[0] and not any(self._is_unknown(piece) or piece.sign in _COUNTED for piece in rest)

    def _after(self, match: re.Match[str]) -> tuple[time, time | None] | None:
        """After 15, ab 10 Uhr, klo 15 jälkeen."""
        at = self._edge(match)
        return None if at is None else (at, DAY_ENDS if at < DAY_ENDS else _LAST_MINUTE_OF_DAY)

    def _before(self, match: re.Match[str]) -> tuple[time, time | None] | None:
        """Before noon, bis 12 Uhr, ennen klo 12."""
        at = self._edge(match)
        if at is None or at == _MIDNIGHT:
            return None
        return DAY_BEGINS if at > DAY_BEGINS else _MIDNIGHT, at

    def _edge(self, match: re.Match[str]) -> time | None:
        name = "one" if match["one"] else "it"  # the time behind the word, or before it
        if match[name] in _BARE and self._counts(match.end(name)):
            return None
        found = self._time(match, name)
        return None if found is None else found.at(self._half_of_day(match.start(), match.end()))

    def _time(self, match: re.Match[str], name: str) -> _Time | None:
        """A time that was read, or a bare number as one; None where no clock shows it."""
        at = match.start(name)
        if at in self._times:
            return self._times[at]
        value = self._said.pieces[at].value
        found = _Time(*value) if isinstance(value, tuple) else _Time(int(value))
        return found if found.hour <= LAST_HOUR else None

    def _half_of_day(self, first: int, end: int) -> str:
        """The half of the day that is said beside a time: 9 in the evening, illalla klo 7."""
        signs = self._said.signs
        found = _BESIDE_AFTER.match(signs, end) or _BESIDE_BEFORE.search(signs[:first])
        if found is None:
            return ""
        earliest, _ = self._said.pieces[found.start("part")].value
        return "p" if earliest >= _AFTERNOON else "a"


_BESIDE_AFTER: Final = re.compile(r"[fdls,]{0,3}(?:Y[=f]*)?(?P<part>D)")
_BESIDE_BEFORE: Final = re.compile(r"(?P<part>D)[fd,x@]{0,2}$")


def _shifted(hour: int, minutes: int, half: str = "") -> _Time:
    """So many minutes after an hour; before it if negative."""
    total = (hour * _HOUR + minutes) % _DAY
    hour, minute = divmod(total, _HOUR)
    return _Time(_NOON if hour == 0 and not half else hour, minute, half)


def _half_said(match: re.Match[str]) -> str:
    return (match.groupdict().get("part") or "").lower()


def _parts(said: Said) -> list[Clock]:
    """The parts of the day: in the afternoon, am frühen Nachmittag, Thursday pm."""
    out = []
    for match in _PART.finditer(said.signs):
        if match["after_day"]:
            earliest, latest = said.pieces[match.start()].value or (_AM if match["after_day"] == Sign.AM else _PM)
        else:
            earliest, latest = _within(said.pieces[match.start("part")].value, match["which"] or match["then"])
        out.append(Clock(earliest, latest, match.start(), match.end(), is_part=True))
    for clock in out:
        said.claim(clock.first, clock.end, _SPAN)
    return out


def _within(part: tuple[time, time], which: str | None) -> tuple[time, time]:
    """Its first or second half, where that is said."""
    if which not in {Sign.BEGINNING, Sign.END}:
        return part
    minutes = sum(at.hour * _HOUR + at.minute for at in part) // 2
    middle = time(*divmod(minutes, _HOUR))
    return (part[0], middle) if which == Sign.BEGINNING else (middle, part[1])
