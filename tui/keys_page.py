"""The table of all keys, as Markdown: made of the bindings, so that it is always true."""

from __future__ import annotations

from itertools import groupby

from textual.binding import Binding

from tui.bindings import all_bindings
from tui.keys import key_words

INTRODUCTION = """\
# Keys

`?` lists the keys that work where you are, and says of those that cannot act now why not. This page has all
of them, by what they act on. What has the focus comes first: `f` holds a stream, and freezes any other page.

The names at the right change a key, in `keys.toml` beside the estate file in the settings folder
(`~/.config/quarterdeck`):

```toml
[keys]
"deck.run" = "X"
"table.mark" = "space,m"
```

A name that does not exist and a key that another one has already are said at the start, and change nothing.
"""


def keys_page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for title, found in groupby(all_bindings(), key=lambda pair: pair[0]):
        rows = [_row(binding) for _, binding in found]
        parts.append(
            "\n".join([f"## {title}\n", "| key | what | name |", "| --- | --- | --- |", *rows]) + "\n"
        )
    return "\n".join(parts)


def _row(binding: Binding) -> str:
    keys = ", ".join(f"`{key_words(key)}`" for key in binding.key.split(","))
    return f"| {keys} | {binding.description} | `{binding.id}` |"
