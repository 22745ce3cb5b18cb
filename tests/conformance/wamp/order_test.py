"""A small run of tests/bench/order.py."""
import pathlib
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import order  # noqa: E402


class Messages(unittest.TestCase):
    def test_stay_in_order_and_none_is_lost_or_doubled_whatever_the_buffers(self):
        try:
            order.run(sessions=24, messages=1500)
        except SystemExit as failure:
            self.fail(failure)


if __name__ == "__main__":
    unittest.main()
