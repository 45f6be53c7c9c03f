"""`headgate budget` as a human types it: how budgets stand, and a word that raises one or opens a window."""

from pathlib import Path

from tests.terminal.on_a_pty import Terminal
from tests.world import ROOT, World

UNTIL = "2999-12-31"


def typed(world: World, *words: str) -> tuple[int, str]:
    """Type a verb at a terminal, and the code that it shows."""
    terminal = Terminal(("budget", *words), {**world.environment, "PYTHONPATH": str(ROOT)}, world.repository)
    lines = terminal.until_text("type ", " to decide")
    terminal.press(next(line.split()[1] for line in lines if " to decide" in line) + "\n")
    status = terminal.wait()
    terminal.close()
    return status, "\n".join(terminal.lines())


def test_a_human_at_a_terminal_raises_a_budget_and_opens_a_window_and_a_script_does_neither(tmp_path: Path) -> None:
    world = World(tmp_path)
    log = world.claude("s1")
    log.append(log.prompt("mend the parser"), log.said("done"))
    budgets = world.told("budget")["budgets"]
    assert budgets == world.told("status")["budgets"]
    (envelope,) = [one for one in budgets if one["scope"] == "envelope"]
    assert (envelope["name"], envelope["ceiling"], envelope["step"]) == ("envelope", "6500.00", "ok")
    raising = ("raise", "envelope", "1e4", "--reason", "the \x1b[2Jrelease")
    assert "at a terminal" in world.headgate("budget", *raising, status=2)
    status, screen = typed(world, *raising)
    assert (status, "envelope is raised: $10,000.00" in screen) == (0, True), screen
    assert "raise the budget envelope to $1e4: the ␛[2Jrelease" in screen
    window = ("window", "release 4.2", "--roles", "release,tester", "--usd", "50", "--until", UNTIL, "--reason", "now")
    status, screen = typed(world, *window)
    assert (status, "window:release,tester:release 4.2 is open: $50.00 until 3000-01-01" in screen) == (0, True), screen
    told = world.headgate("budget")
    assert "$10,000.00" in told and "window:release 4.2" in told
