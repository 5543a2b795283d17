"""The kinds of tokens. Each is a letter, so that the grammar of values is regular expressions over letters."""

from enum import StrEnum


class Kind(StrEnum):
    """What a token is to the grammar."""

    WORD = "x"
    NUMBER = "N"
    ORDINAL = "O"
    ARTICLE = "a"
    HALF = "h"
    AND_HALF = "&"
    MAGNITUDE = "K"
    CURRENCY = "C"
    UNIT = "U"
    MONTH = "M"
    WEEKDAY = "W"
    RELATIVE = "R"  # yesterday
    LAST = "l"
    NEXT = "n"
    THIS = "t"
    AGO_BEFORE = "A"  # il y a, vor
    AGO_AFTER = "G"  # ago, sitten
    IN_BEFORE = "F"
    IN_AFTER = "f"
    ANNOUNCES_DAY = "d"  # le, am, on
    UNTIL = "u"
    DAY = "D"  # a date in figures
    TIME = "T"
    PERCENT = "%"
    COMMA = ","
    STOP = "."
    SLASH = "/"
    RANGE = "~"
    MINUS = "-"
    PEOPLE = "p"
    EMPLOYEES = "e"
    LICENCES = "i"
    CLIENTS = "c"
    COMPANY = "b"
    TEAM = "m"
    NONE = "0"
    ANOTHER = "1"
    GROUP = "g"  # zu siebt
    SINGLE = "s"
    ME_AND = "j"
    AND_ME = "J"
    SHORT_WEEKDAY = "w"  # only beside a word that makes it one: "so", "mit", "ma" are others
    FEAST = "H"  # a day that has its name: Halloween
    REVENUE = "r"
    MORE = "+"
    USED = "v"
    PLAN = "P"
    PLAN_NOUN = "z"
    PLAN_TARGET = ">"
    PLAN_CURRENT = "="
    PAYMENT = "$"
    PER_MONTH = "y"
    NAME_BEFORE_NUMBER = "#"
    FILLER = "o"
