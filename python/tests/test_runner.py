"""Runs the program that MODEL_BINARY names on a small project."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

from model_runner import ModelError, dbtRunner
from model_runner.runner import flags

FILES = {
    "dbt_project.yml": "name: shop\non-run-end: select 1\n",
    "models/a.sql": "select 1 as id",
    "models/b.sql": "select {{ var('column', 'nope') }} as id from {{ ref('a') }}",
    "models/c.sql": "select * from {{ ref('b') }}",
}


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in FILES.items():
            path = Path(folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        self.events = []

    def invoke(self, *args, **kwargs):
        self.printed = io.StringIO()
        with contextlib.redirect_stdout(self.printed):
            return dbtRunner(callbacks=[self.events.append]).invoke(list(args), **kwargs)

    def test_results_have_nodes(self):
        result = self.invoke("build", select=["a"])
        self.assertTrue(result.success, result.exception)
        first = next(iter(result.result))
        self.assertEqual((first.node.name, first.status, first.message), ("a", "success", "OK"))
        self.assertEqual(first.node.raw_code, "select 1 as id")
        self.assertIn("1 of 1 OK created sql view model main.a", self.printed.getvalue())
        self.assertIn("NodeFinished", {event.info.name for event in self.events})

    def test_a_node_that_fails_is_no_exception(self):
        result = self.invoke("run", "--quiet")
        self.assertFalse(result.success)
        self.assertIsNone(result.exception)
        statuses = {each.node.name: each.status for each in result.result if each.node.resource_type == "model"}
        self.assertEqual(statuses, {"a": "success", "b": "error", "c": "skipped"})
        self.assertNotIn("OK created", self.printed.getvalue())

    def test_what_cannot_be_carried_out_is_an_exception(self):
        Path("models/a.sql").write_text("select 1 from {{ ref('gone') }}")
        result = self.invoke("run")
        self.assertFalse(result.success)
        self.assertIsInstance(result.exception, ModelError)
        self.assertIn("gone", str(result.exception))
        self.assertIsInstance(self.invoke("run", "--no-such-flag").exception, ModelError)

    def test_answers(self):
        self.assertEqual(self.invoke("list", resource_type="model").result, ["shop.a", "shop.b", "shop.c"])
        manifest = self.invoke("parse").result
        self.assertIn("model.shop.a", manifest.nodes)
        self.assertTrue(self.invoke("run", vars={"column": "id"}).success)

    def test_the_manifest_is_found_where_the_project_puts_it(self):
        with Path("dbt_project.yml").open("a") as file:
            file.write('target-path: "build/artifacts"  # not where it usually is\n')
        os.chdir("models")
        self.assertIn("model.shop.a", self.invoke("parse").result.nodes)
        self.assertEqual(next(iter(self.invoke("run", select="a").result)).node.raw_code, "select 1 as id")

    def test_a_callback_that_fails_ends_the_command(self):
        def fail(event):
            raise ValueError(event.info.name)

        with contextlib.redirect_stdout(io.StringIO()):
            result = dbtRunner(callbacks=[fail]).invoke(["run"])
        self.assertFalse(result.success)
        self.assertIsInstance(result.exception, ValueError)

    def test_flags_that_are_off(self):
        off = ("full_refresh", "quiet", "debug", "fail_fast", "warn_error", "defer", "empty")
        result = self.invoke("run", select="a", **dict.fromkeys(off, False))
        self.assertTrue(result.success, result.exception)
        self.assertTrue(self.invoke("test", store_failures=False).success)
        for wrong in ({"log_level": "loud"}, {"log_format": "xml"}):
            self.assertIsInstance(self.invoke("run", **wrong).exception, ModelError, wrong)

    def test_arguments_by_name(self):
        words = flags({"full_refresh": True, "defer": False, "select": ["a", "b"], "threads": 2, "target": None})
        self.assertEqual(words, ["--full-refresh", "--no-defer", "--select", "a", "b", "--threads", "2"])


if __name__ == "__main__":
    unittest.main()
