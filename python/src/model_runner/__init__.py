"""Calls the program `model` from Python as dbt is called.

    dbtRunner().invoke(["build", "--select", "orders+"])
"""

from .events import Event, Fields
from .runner import ModelError, NodeResult, RunResults, dbtRunner, dbtRunnerResult

__all__ = ["Event", "Fields", "ModelError", "NodeResult", "RunResults", "dbtRunner", "dbtRunnerResult"]
