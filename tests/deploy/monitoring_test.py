"""The dashboard and the alert rules name metrics that a node that runs has, and no others."""
import json
import re
import unittest
import urllib.request

from live import Node, free_port, wait
from shipped import DEPLOY

MONITORING = DEPLOY / "monitoring"


def names(text: str) -> set[str]:
    return set(re.findall(r"\bwampgate_[a-z0-9_]+", text))


def served(port: int) -> set[str]:
    """The names of what /metrics has values of or promises, those of histograms as they are asked for."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
        types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", answer.read().decode(), re.MULTILINE))
    return {name + suffix for name, kind in types.items()
            for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))}


class Monitoring(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads((MONITORING / "dashboard.json").read_text())
        self.rules = (MONITORING / "alerts.yaml").read_text()

    def test_every_name_is_one_of_a_running_node(self):
        port = free_port()
        with Node({"version": 2, "workers": [], "management": {"http": {"port": port}}}):
            there = wait(lambda: served(port), "metrics")
        used = {"dashboard.json": names(json.dumps(self.dashboard)), "alerts.yaml": names(self.rules)}
        for file, wanted in used.items():
            self.assertGreater(len(wanted), 10, file)
            self.assertEqual(wanted - there, set(), f"{file} asks for what no node has")
        families = {re.sub("_(bucket|sum|count)$", "", name) for name in there}
        shown = {re.sub("_(bucket|sum|count)$", "", name) for name in used["dashboard.json"]}
        self.assertEqual(families - shown, set(), "no panel shows these")

    def test_panels_have_queries_and_do_not_overlap(self):
        taken = set()
        for panel in self.dashboard["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells
            if panel["type"] != "row":
                self.assertTrue(all(target["expr"] for target in panel["targets"]), panel["title"])
        ids = [panel["id"] for panel in self.dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_every_alert_says_what_to_do(self):
        alerts = re.split(r"^      - alert: ", self.rules, flags=re.MULTILINE)[1:]
        self.assertGreater(len(alerts), 10)
        for alert in alerts:
            for key in ("expr:", "labels: {severity:", "summary:", "description:"):
                self.assertIn(key, alert)
            expression = alert.split("expr:")[1].split("labels:")[0]
            self.assertEqual(expression.count("("), expression.count(")"), alert)


if __name__ == "__main__":
    unittest.main()
