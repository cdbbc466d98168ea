"""Is a bank, with the models that speak it, safe to accept? The probes of `conversation/safety_probes`, played.

`run_suite(context)` is all that a caller needs: it takes a bank, previewed changes and models as one context, and gives
back a `SuiteResult`. Nothing is written anywhere, and no live conversation is touched.
"""

from graphs.safety_suite.play import arun_suite, run_suite
from graphs.safety_suite.result import Failure, ProbeResult, Rate, SuiteResult

__all__ = ["Failure", "ProbeResult", "Rate", "SuiteResult", "arun_suite", "run_suite"]
