from tests.support.fixtures import cluster, rig, runner

__all__ = ["cluster", "rig", "runner"]
