"""Plan names, as the products call them in every language."""

from typing import Final

PLANS: Final = ("Free", "Team", "Consultant", "Business", "Enterprise")
