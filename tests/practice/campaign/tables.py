"""All tables together, and the ways in which each row of them is run."""

from __future__ import annotations

from tests.practice.campaign import bootstrap, recover, rolling
from tests.practice.campaign.carrying import Cut, Interruption, Kill
from tests.practice.campaign.cases import Case
from tests.practice.campaign.gates import Moment

CASES: tuple[Case, ...] = (*recover.CASES, *rolling.CASES, *bootstrap.CASES)
WAYS: dict[str, tuple[Interruption, ...]] = {
    "plain": (None,),
    "cuts": tuple(Cut(moment) for moment in Moment),
    "kills": tuple(Kill(moment) for moment in Moment),
}
