"""What was spent is counted by role; what could pass a limit is not spent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from nodes.errors import OverBudget
from nodes.seam.spending import Spending
from nodes.usage import Budget


def spend(spending: Spending, *, most: int, really: tuple[int, int], money: float | None = None) -> None:
    with spending.call("seeker", "m", most, money) as charge:
        charge.input_tokens, charge.output_tokens = really
        charge.money = money


def test_what_was_reserved_and_not_used_is_free_again() -> None:
    spending = Spending(Budget(tokens=100))
    spend(spending, most=90, really=(10, 10))
    spend(spending, most=80, really=(40, 40))
    with pytest.raises(OverBudget, match="100 of 100 tokens"):
        spend(spending, most=1, really=(1, 0))
    assert spending.usage().tokens == 100


def test_calls_under_way_count_with_their_upper_estimate() -> None:
    spending = Spending(Budget(tokens=100))
    with spending.call("seeker", "m", 60, None), pytest.raises(OverBudget), spending.call("judge", "m", 60, None):
        pass
    assert spending.usage().calls == 1


def test_a_call_that_failed_is_counted_with_what_it_cost() -> None:
    spending = Spending()

    def fail() -> None:
        with spending.call("seeker", "m", 60, None) as charge:
            charge.input_tokens = 30
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    usage = spending.usage()
    assert (usage.calls, usage.tokens) == (1, 30)
    assert usage.roles["seeker"].seconds > 0


@pytest.mark.parametrize(
    ("budget", "words"),
    [(Budget(calls=2), "2 calls"), (Budget(money=0.5), "US dollars"), (Budget(seconds=0), "0 seconds")],
)
def test_every_limit_is_hard(budget: Budget, words: str) -> None:
    spending = Spending(budget)

    def spend_thrice() -> None:
        for _ in range(3):
            spend(spending, most=1, really=(1, 0), money=0.2)

    with pytest.raises(OverBudget, match=words) as caught:
        spend_thrice()
    assert caught.value.role == "seeker"
    assert (spending.usage().money or 0) <= 0.5


def test_threads_never_pass_a_limit_together() -> None:
    spending = Spending(Budget(calls=500))

    def many(_: int) -> int:
        done = 0
        for _ in range(100):
            try:
                spend(spending, most=3, really=(2, 1))
            except OverBudget:
                continue
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(many, range(8))) == 500
    assert (spending.usage().calls, spending.usage().tokens) == (500, 1500)


def test_usage_adds_up_and_knows_no_price_where_none_is_set() -> None:
    spending = Spending()
    spend(spending, most=3, really=(2, 1))
    spending.book("seeker", "m", repaired=True, failure="Malformed")
    spending.book("seeker", "m")
    usage = spending.usage()
    assert (usage.failures, usage.money) == (1, None)
    assert usage.roles["seeker"].questions == 2
    assert usage.roles["seeker"].repairs == 1
    assert usage.roles["seeker"].failures == {"Malformed": 1}
