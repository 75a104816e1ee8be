"""The spool: output of many hosts on disk, searched and filtered as it streams, in memory that stays flat."""

from systems.spool.answers import AnswerGroup, Grouping, GroupLines, group_answers
from systems.spool.export import Export, read_lines
from systems.spool.growing_file import NoRoom
from systems.spool.scan import ERRORS, Scan
from systems.spool.search import FilteredLines, Search
from systems.spool.spool import Line, Source, Spool

__all__ = [
    "ERRORS",
    "AnswerGroup",
    "Export",
    "FilteredLines",
    "GroupLines",
    "Grouping",
    "Line",
    "NoRoom",
    "Scan",
    "Search",
    "Source",
    "Spool",
    "group_answers",
    "read_lines",
]
