"""Whether a run gets anywhere: only what facts tell, and only where all of them say no."""

from state.runs.run import Run

REPEATS = 2


def flat(run: Run, new_file: float, now: float, seconds: float) -> str:
    """Say why a run's progress is flat over the last `seconds`, "" where it is not, or where too little is known.

    `new_file` is when it last edited a file that it had not edited before. Source: research/economics.md 5.5.
    """
    tests = run.tests
    if run.skimmed or not run.turn.open or now - new_file < seconds:
        return ""
    if tests is not None and tests.state == "passed" and tests.at is not None and now - tests.at < seconds:
        return ""
    again = sum(one.times - 1 for one in run.repeats)
    failed = tests.repeats - 1 if tests is not None and tests.state == "failed" else 0
    if again + failed < REPEATS:
        return ""
    nothing = f"for {seconds / 60:.0f} minutes no test newly passed and no file was new"
    return f"{nothing}, while {again + failed} calls only repeated others"
