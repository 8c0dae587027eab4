from tests.support.fixtures import cluster

__all__ = ["cluster"]
