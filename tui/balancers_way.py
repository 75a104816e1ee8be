"""The way to the load balancers of a cloud, from wherever one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from tui.desk import Desk


def show_balancers(app: App[Any], desk: Desk, cloud: str) -> None:
    """Show the load balancers of that cloud."""
    from tui.balancers import BalancersScreen

    app.push_screen(BalancersScreen(desk, cloud))
