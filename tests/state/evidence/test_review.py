"""What is known for the merge gate: which rows have to be shown anew once something of it is new."""

from dataclasses import replace

from state.evidence.package import Package
from state.evidence.review import Review, Reviewed
from tests.evidence_made import TREE, checked, proposal


def package(run: str, tree: str) -> Package:
    return Package(run, "Mend it", None, proposal(run=run, tree=tree), (), "low", "default", None, 1.0, sha=run * 8)


def test_a_result_touches_the_runs_of_its_tree_and_no_others() -> None:
    known = Review().after(Reviewed(packages=(package("one", TREE), package("two", "f" * 40))))
    result = checked()
    assert known.after(Reviewed(results=(result,))).touched(Reviewed(results=(result,))) == {"one"}
    elsewhere = replace(result, tree="e" * 40)
    assert known.touched(Reviewed(results=(elsewhere,))) == frozenset()


def test_a_package_touches_its_own_run() -> None:
    news = Reviewed(packages=(package("two", TREE),))
    assert Review().after(news).touched(news) == {"two"}
