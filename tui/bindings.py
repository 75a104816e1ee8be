"""All keys of the console, collected from the classes that define them: for keymap, docs and tests."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from textual.binding import Binding, BindingType

PLACES = (
    "tui.app:QuarterdeckApp",
    "tui.selecting:SelectingScreen",
    "tui.deck:Deck",
    "tui.nodes:NodesPane",
    "tui.vips:VipsPane",
    "tui.member:MemberScreen",
    "tui.vip_probe:ProbeScreen",
    "tui.consoles:ConsolesPane",
    "tui.instance:InstanceScreen",
    "tui.balancers:BalancersScreen",
    "tui.balancer:BalancerScreen",
    "tui.console_access:AccessScreen",
    "tui.guest.screen:GuestConsole",
    "tui.guest.display:DisplayScreen",
    "tui.guest.serial:SerialScreen",
    "tui.journal:JournalPane",
    "tui.node:NodeScreen",
    "tui.host:HostScreen",
    "tui.finding:FindingScreen",
    "tui.ladder:LadderScreen",
    "tui.gotcha:GotchaScreen",
    "tui.entry:EntryScreen",
    "tui.report:ReportScreen",
    "tui.help:HelpScreen",
    "tui.palette:Palette",
    "tui.arm:ArmDialog",
    "tui.arm:ArmedDialog",
    "tui.ask:AskDialog",
    "tui.stream.screen:StreamScreen",
    "tui.wizard.screen:WizardScreen",
    "tui.wizard.inputs:InputsDialog",
    "tui.wizard.output:OutputScreen",
    "tui.estate_trouble:EstateTrouble",
    "widgets.choices:Choices",
    "widgets.page:Page",
    "widgets.guest_view:GuestView",
    "widgets.terminal_view:TerminalView",
    "widgets.picture_view:PictureView",
    "widgets.live_table:LiveTable",
    "widgets.spool_view:SpoolView",
)
"""Every class with keys of its own."""


def all_bindings() -> list[tuple[str, Binding]]:
    """Each binding with the title of the place where it applies, in the order of `PLACES`."""
    found: list[tuple[str, Binding]] = []
    for place in PLACES:
        module, _, name = place.partition(":")
        owner = getattr(import_module(module), name)
        title = str(getattr(owner, "KEYS_TITLE", "") or name)
        own: Sequence[BindingType] = owner.__dict__.get("BINDINGS", ())
        found += [(title, one) for one in own if isinstance(one, Binding)]
    return found
