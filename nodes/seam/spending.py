"""May more be spent? The running account of a process, and a budget that is asked before each call."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from nodes.errors import OverBudget
from nodes.usage import Budget, RoleUsage, Usage


class Spending:
    """The running account: what was spent by role, what is reserved by calls under way. Safe between threads."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self._lock = threading.Lock()
        self._opened = time.monotonic()
        self._roles: dict[str, _Account] = {}
        self._calls = 0
        self._tokens = 0
        self._money = 0.0

    @contextmanager
    def call(self, role: str, model: str, tokens: int, money: float | None) -> Iterator["Charge"]:
        """One completion: reserves its upper estimate first, and books what it really cost afterwards.

        Args:
            role: Who is asked.
            model: What answers, for the account.
            tokens: The most it can cost, as far as can be told before.
            money: The same in US dollars; None without a price.

        Raises:
            OverBudget: it could pass a limit; nothing was spent.
        """
        with self._lock:
            self._refuse_if_over(role, tokens, money or 0.0)
            self._calls += 1
            self._tokens += tokens
            self._money += money or 0.0
        charge = Charge()
        started = time.monotonic()
        try:
            yield charge
        finally:
            charge.seconds = time.monotonic() - started
            with self._lock:
                self._tokens += charge.input_tokens + charge.output_tokens - tokens
                self._money += (charge.money or 0.0) - (money or 0.0)
                account = self._account(role, model)
                account.calls += 1
                account.input_tokens += charge.input_tokens
                account.output_tokens += charge.output_tokens
                account.seconds += charge.seconds
                if charge.money is not None:
                    account.money = (account.money or 0.0) + charge.money

    def require_bound(self, role: str) -> None:
        """Refuse a call whose answer may be of any length, where tokens or money are limited.

        Raises:
            OverBudget: nothing was spent.
        """
        if self.budget.tokens is not None or self.budget.money is not None:
            raise OverBudget(
                "a budget of tokens or money cannot be kept by answers of any length; set max_tokens", role=role
            )

    def book(self, role: str, model: str, *, repaired: bool = False, failure: str = "") -> None:
        """One question has ended, well or with a typed error."""
        with self._lock:
            account = self._account(role, model)
            account.questions += 1
            account.repairs += repaired
            if failure:
                account.failures[failure] = account.failures.get(failure, 0) + 1

    def add(self, usage: Usage) -> None:
        """Book what another process has spent for this one."""
        with self._lock:
            for role, spent in usage.roles.items():
                self._account(role, spent.model).take(spent)
            self._calls += usage.calls
            self._tokens += usage.tokens
            self._money += usage.money or 0.0

    def usage(self) -> Usage:
        """What was spent so far."""
        with self._lock:
            return Usage(roles={role: account.snapshot() for role, account in sorted(self._roles.items())})

    def _account(self, role: str, model: str) -> "_Account":
        account = self._roles.get(role)
        if account is None:
            account = self._roles[role] = _Account(model)
        return account

    def _refuse_if_over(self, role: str, tokens: int, money: float) -> None:
        limit = self.budget
        if limit.calls is not None and self._calls + 1 > limit.calls:
            raise OverBudget(f"the budget of {limit.calls} calls is used up; raise it to go on", role=role)
        if limit.tokens is not None and self._tokens + tokens > limit.tokens:
            raise OverBudget(
                f"{self._tokens} of {limit.tokens} tokens are spent or reserved, and this call may take {tokens}; "
                "raise the budget, or lower max_tokens",
                role=role,
            )
        if limit.money is not None and self._money + money > limit.money:
            raise OverBudget(
                f"{self._money:.4f} of {limit.money:.4f} US dollars are spent or reserved, and this call may take "
                f"{money:.4f}; raise the budget, or lower max_tokens",
                role=role,
            )
        if limit.seconds is not None and time.monotonic() - self._opened >= limit.seconds:
            raise OverBudget(f"the budget of {limit.seconds:g} seconds is used up; raise it to go on", role=role)


class Charge:
    """What one completion really cost, filled in by whoever made it. Left at zero when no answer came."""

    __slots__ = ("input_tokens", "money", "output_tokens", "seconds")

    def __init__(self) -> None:
        self.input_tokens = 0
        self.output_tokens = 0
        self.money: float | None = None
        self.seconds = 0.0


class _Account:
    __slots__ = (
        "calls",
        "failures",
        "input_tokens",
        "model",
        "money",
        "output_tokens",
        "questions",
        "repairs",
        "seconds",
    )

    def __init__(self, model: str) -> None:
        self.model = model
        self.questions = self.calls = self.input_tokens = self.output_tokens = self.repairs = 0
        self.seconds = 0.0
        self.failures: dict[str, int] = {}
        self.money: float | None = None

    def take(self, usage: RoleUsage) -> None:
        both = self.snapshot().plus(usage)
        for name in self.__slots__:
            setattr(self, name, getattr(both, name))

    def snapshot(self) -> RoleUsage:
        return RoleUsage(
            model=self.model,
            questions=self.questions,
            calls=self.calls,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            seconds=self.seconds,
            repairs=self.repairs,
            failures=dict(self.failures),
            money=self.money,
        )
