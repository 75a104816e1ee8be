"""Which keys mean something in which phase of a run, and why the others do not."""

from __future__ import annotations

from tui.wizard.state import Phase, WizardState

OF_PHASES = {
    "inputs": (Phase.PLANNED, Phase.REFUSED, Phase.ENDED),
    "rehearse": (Phase.PLANNED,),
    "retry": (Phase.FAILED,),
    "read_again": (Phase.FAILED,),
    "undo": (Phase.FAILED,),
    "skip": (Phase.CONFIRM, Phase.FAILED, Phase.RUNNING),
    "hand_over": (Phase.CONFIRM, Phase.FAILED, Phase.RUNNING),
    "stop": (Phase.CONFIRM, Phase.FAILED, Phase.RUNNING),
}
"""Keys that mean nothing in other phases are left out of the hints there."""

_NOT_NOW = {
    Phase.LOOKING: "it is looking still",
    Phase.PLANNED: "nothing has begun; Esc goes back",
    Phase.REFUSED: "it was refused; i changes the inputs",
    Phase.RUNNING: "a step is under way; it is never torn off in the middle",
    Phase.FAILED: "a step failed; r, u, k, h or q",
    Phase.ENDED: "the run is over; Esc goes back",
}


def why_not_now(action: str, state: WizardState) -> str:
    """Why the phase of the run, or its rehearsal, stands against it; empty: neither does."""
    if action in ("go", "inputs", "rehearse") and state.is_rehearsing:
        return "the plan is being rehearsed; Esc ends that"
    fits = {
        "go": (Phase.PLANNED, Phase.CONFIRM),
        "skip": (Phase.CONFIRM, Phase.FAILED),
        "hand_over": (Phase.CONFIRM, Phase.FAILED),
        "stop": (Phase.CONFIRM, Phase.FAILED),
    }.get(action)
    if fits is None or state.phase in fits:
        return ""
    return _NOT_NOW.get(state.phase, "it cannot be done now")
