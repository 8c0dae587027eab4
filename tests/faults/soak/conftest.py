from tests.support.fixtures import cluster, logs, runner

__all__ = ["cluster", "logs", "runner"]
