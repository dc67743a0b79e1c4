from __future__ import annotations

import os
import subprocess
import sys

from storage.workers import is_gone, own_worker


def test_a_process_that_has_ended_is_gone_and_one_of_another_machine_may_not_be() -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=-1, check=True)
    place, own, token = own_worker().rsplit(":", 2)
    assert own == str(os.getpid())
    assert not is_gone(f"{place}:{own}:{token}")
    assert is_gone(f"{place}:{int(ended.stdout)}:{token}")
    assert not is_gone(f"elsewhere:{int(ended.stdout)}:{token}")
    assert own_worker() != own_worker()
