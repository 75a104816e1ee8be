"""The deck: what it shows first, where its keys lead, and what they say when they cannot act."""

from __future__ import annotations

from textual.widgets import Input

from runbooks.library import RUNBOOKS
from tests import scenes
from tests.tui.screens import console_of, see, shown, until
from tui.palette import Hit, score
from tui.wizards import targets_of


async def test_the_watch_says_what_is_wrong_and_which_key_answers() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await see(pilot, "2 of 3 in the cluster: db2 is down", "w why", "b galera-recover", "READ-ONLY")


async def test_the_worse_system_stands_first() -> None:
    async with console_of(scenes.two_clusters) as (app, pilot):
        await see(pilot, "billing")
        page = shown(app)
        assert page.index("orders") < page.index("billing")


async def test_a_healthy_cluster_is_green_and_says_so() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await see(pilot, "● 3 of 3 Synced, seqno 987795")


async def test_nothing_is_green_before_it_has_answered() -> None:
    async with console_of(scenes.asking) as (app, pilot):
        await see(pilot, "? asking 3 nodes, 0 answered so far", "no reading yet")
        assert "●" not in shown(app)


async def test_what_changed_is_told_with_its_time() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await see(pilot, "12:00:00  db1      cluster size 3 to 2", "db2      mariadb: failed (signal)")


async def test_q_does_not_end_the_console_and_says_what_does() -> None:
    async with console_of(scenes.one_node_down, (80, 24)) as (app, pilot):
        await pilot.press("q", "q")
        await see(pilot, "ctrl+q leaves the console.")
        assert shown(app).count("leaves the console") == 1
        assert "? keys" in shown(app).splitlines()[-1]


async def test_digits_lead_to_panes_and_escape_leads_back() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        for digit, tab in (
            ("1", "[1 nodes]"),
            ("6", "[6 hosts]"),
            ("7", "[7 runbooks]"),
            ("8", "[8 journal]"),
        ):
            await pilot.press(digit)
            await see(pilot, tab)
        await pilot.press("escape")
        await see(pilot, "[0 watch]")


async def test_a_lost_node_keeps_its_last_cells_and_says_why() -> None:
    async with console_of(scenes.one_host_lost) as (app, pilot):
        await pilot.press("1")
        await see(pilot, "✖ no answer")
        line = next(line for line in shown(app).splitlines() if "no answer" in line)
        assert "987347" in line
        await pilot.press("down", "enter")
        await see(pilot, "no login within 4 s", "as of 14 s ago")


async def test_what_the_nodes_disagree_about_is_marked() -> None:
    async with console_of(scenes.disagreement, (120, 30)) as (_, pilot):
        await pilot.press("1")
        await see(pilot, "≠ server version", "10.6.16-MariaDB", "≠2")


async def test_w_explains_with_all_evidence() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("w")
        await see(
            pilot, "[R-1C]", "evidence", "its position is not recovered yet", "galera-recover with node=db2"
        )


async def test_b_leads_to_the_runbook_that_answers() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("b")
        await see(pilot, "[7 runbooks]", "answers what you came from")


async def test_b_on_the_page_of_a_finding_does_the_same() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("w")
        await see(pilot, "[R-1C]")
        await pilot.press("b")
        await see(pilot, "[7 runbooks]", "answers what you came from")


async def test_a_key_that_cannot_act_says_why() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await pilot.press("w")
        await see(pilot, "Not now: nothing is wrong with what is chosen.")


async def test_the_hints_grey_out_what_cannot_act() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await see(pilot, "(w why)")


async def test_help_is_made_of_the_keys_that_apply() -> None:
    async with console_of(scenes.healthy, (100, 60)) as (_, pilot):
        await pilot.press("question_mark")
        await see(pilot, "deck.run", "Why: not now, nothing is wrong", "console.arm")
        await pilot.press("escape")
        await see(pilot, "[0 watch]")


async def test_f1_explains_what_has_the_focus() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await pilot.press("1", "f1")
        await see(pilot, "what has the focus", "Space marks")


async def test_the_palette_leads_anywhere_by_name() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("colon", "d", "b", "3")
        await see(pilot, "node     db3")
        await pilot.press("enter")
        await see(pilot, "─ nodes ─ orders ─[db3]")


def test_words_of_a_name_count_more_than_the_same_words_in_an_explanation() -> None:
    donor = Hit("demo", "break donor", print, more="One node takes a copy over a slow link, from a donor.")
    cut = Hit("demo", "break link-cut", print, more="The network cable of one host is out.")
    assert score("break link", cut) > score("break link", donor) > 0


async def test_the_palette_knows_gotchas_and_runbooks() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("ctrl+p", *"rec-01")
        await see(pilot, "gotcha   REC-01")
        await pilot.press("enter")
        await see(pilot, "[REC-01]", "symptom", "orders")


async def test_the_palette_shows_keys_and_why_they_cannot_act() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await pilot.press("colon", *"why")
        await see(pilot, "not now: nothing is wrong with what is chosen")


async def test_freeze_holds_the_screen_while_answers_go_on() -> None:
    def scene() -> scenes.Stage:
        return scenes.stage(scenes.killed(), stepwise=True)

    async with console_of(scene) as (app, pilot):
        await see(pilot, "3 of 3 Synced")
        await pilot.press("f")
        await see(pilot, "FROZEN, f goes on")
        app.source.go_on("orders")
        await until(pilot, lambda: len(app.desk.picture.changes) > 1, "the second look")
        app.tick()
        assert "3 of 3 Synced" in shown(app)
        await pilot.press("f")
        await see(pilot, "2 of 3 in the cluster")


async def test_what_nobody_sees_is_not_asked() -> None:
    async with console_of(scenes.two_clusters) as (app, pilot):
        await until(pilot, lambda: app.source.watched == {"orders", "billing", "hosts"})
        await pilot.press("1")
        await until(pilot, lambda: app.source.watched == {"orders"})
        await pilot.press("8")
        await until(pilot, lambda: app.source.watched == set())
        await see(pilot, "reading paused")
        await pilot.press("0")
        await until(pilot, lambda: app.source.watched == {"orders", "billing", "hosts"})


async def test_another_cluster_is_a_bracket_away() -> None:
    async with console_of(scenes.two_clusters) as (_, pilot):
        await pilot.press("1")
        await see(pilot, "1 of 2 clusters")
        await pilot.press("right_square_bracket")
        await see(pilot, "2 of 2 clusters", "bi1")


async def test_a_wide_terminal_tiles_the_watch_above_the_nodes() -> None:
    async with console_of(scenes.one_node_down, (160, 50)) as (_, pilot):
        await see(pilot, "[1 nodes]", "what changed", "state uuid", "b galera-recover")


async def test_hosts_tell_what_they_lack() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await see(pilot, "4 of 5 answer; no answer from web1", "lb2 has 1.4 GB free on /")
        await pilot.press("6", "end")
        await see(pilot, "✖ no answer", "web1: port 22 gave no login within 4 s")


async def test_text_from_hosts_is_shown_and_never_obeyed() -> None:
    async with console_of(scenes.hostile_text) as (_, pilot):
        await pilot.press("1", "down", "enter")
        await see(pilot, "[/red] ␛]52;c;ZXZpbA==␇ [bold]no route␛[2J")


async def test_an_estate_without_systems_says_what_to_write() -> None:
    async with console_of(scenes.nothing_to_watch) as (_, pilot):
        await see(pilot, "This estate names no system", "[[galera]]")
        for digit in "01678":
            await pilot.press(digit)
        await see(pilot, "The journal is empty")


async def test_copy_says_where_it_went() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("y")
        await see(pilot, "Copied")
        assert "orders: 2 of 3 in the cluster" in app.clipboard


async def test_keys_typed_into_a_line_are_letters() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("1", "x")
        await see(pilot, "a line for the shell")
        await pilot.press(*"wf")
        assert app.screen.query_one(Input).value == "wf"


async def test_the_palette_does_what_a_key_of_the_whole_console_does() -> None:
    async with console_of(scenes.healthy) as (app, pilot):
        await pilot.press("colon", *"freeze", "enter")
        await until(pilot, lambda: app.desk.frozen, "frozen")


async def test_colon_q_quits() -> None:
    async with console_of(scenes.healthy) as (app, pilot):
        await pilot.press("colon", "q", "enter")
        await until(pilot, lambda: app._exit, "the end")


async def test_enter_on_a_host_opens_all_that_is_known_of_it() -> None:
    async with console_of(scenes.one_node_down, (110, 40)) as (_, pilot):
        await pilot.press("6")
        await see(pilot, "[6 hosts]", "db2")
        await pilot.press("enter")
        await see(pilot, "[db1]", "db1 answers", "filesystem /", "Part of", "cluster size 3 to 2")
        await pilot.press("right_square_bracket")
        await see(pilot, "[db2]", "R-1C", "mariadb: failed (signal)")
        await pilot.press("enter")
        await see(pilot, "─ nodes ─ orders ─[db2]")
        await pilot.press("escape")
        await see(pilot, "─ hosts ─[db2]")


async def test_on_a_host_that_is_part_of_nothing_there_is_no_node_to_open() -> None:
    async with console_of(scenes.one_node_down, (110, 40)) as (_, pilot):
        await pilot.press("6", "end", "enter")
        await see(pilot, "[web1]", "nothing since this console was opened", "(Enter its node)")


async def test_why_and_the_answer_work_from_a_host_too() -> None:
    async with console_of(scenes.one_node_down, (110, 40)) as (_, pilot):
        await pilot.press("6", "down", "w")
        await see(pilot, "R-1C", "db2 crashed")


async def test_from_a_host_that_is_well_the_cursor_stands_on_what_answers_the_worst_finding() -> None:
    async with console_of(scenes.one_node_down, (110, 40)) as (_, pilot):
        await pilot.press("6", "enter", "b")
        await see(pilot, "▶ galera-recover")


async def test_where_something_is_typed_the_cursor_stands_still() -> None:
    """A blinking one would write to the terminal twice a second while nobody types."""
    for keys in ("A", "colon", "1 x"):
        async with console_of(scenes.one_node_down) as (app, pilot):
            await pilot.press(*keys.split())
            typed = app.screen.query_one(Input)
            assert typed.has_focus
            assert typed._cursor_visible
            assert typed._blink_timer is not None
            assert not typed._blink_timer._active.is_set()


async def test_a_runbook_is_offered_for_what_it_is_about() -> None:
    async with console_of(scenes.cloud) as (app, _):
        assert list(targets_of(app.desk, RUNBOOKS["spice-console"])) == ["kilo"]
        assert list(targets_of(app.desk, RUNBOOKS["galera-recover"])) == ["orders"]


async def test_without_a_cloud_the_runbook_for_one_says_so() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        assert list(targets_of(app.desk, RUNBOOKS["spice-console"])) == []
        await pilot.press("colon", *"spice-console", "enter")
        await until(pilot, lambda: "about a cloud, and this estate has none" in told(app))


def told(app: scenes.Stage) -> str:
    """What the console notified of."""
    return " ".join(one.message for one in app._notifications)
