"""The workers of a scheduler: tasks go to them, results and errors come back, and silence has an end."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from mcreports import __version__
from mcreports.errors import UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 30.0  # seconds without a scheduler, or without any worker, after which nobody is waited for
LOOK = 1.0  # seconds between two looks at whether there are workers
TRANSFER = 300.0  # seconds in which one result must arrive


@dataclass
class Crew:
    """A connection to a scheduler that has workers, for the length of one report."""

    address: str
    client: Any
    patience: float
    silent: float | None = None  # since when nobody was there

    def hire(self, work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]], name: str) -> list[Any]:
        """A future for every job, under keys that hold nothing but the name and a number."""
        return [
            self.client.submit(work, *job, key=f"{name}-{position}", pure=False) for position, job in enumerate(jobs)
        ]

    def result(self, future: Any) -> Any:  # noqa: ANN401 - a future of dask's, and whatever it brings
        """What a task gave, or the error that it raised; an UnreachableError when nobody works on it any more."""
        from distributed import CancelledError, KilledWorker

        done = Event()
        future.add_done_callback(lambda _: done.set())
        while True:
            while not done.wait(LOOK):
                self.refuse_silence()
            try:
                return future.result(timeout=TRANSFER)
            except TimeoutError:
                if future.status == "error":
                    raise
                self.refuse_silence()
            except CancelledError as error:
                raise self._lost("its scheduler is gone, or has forgotten the report") from error
            except KilledWorker as error:
                why = "several workers died one after another on the same piece; see whether they have enough memory"
                raise self._lost(why) from error

    def refuse_silence(self) -> None:
        """Raise an UnreachableError when there has been no worker for too long."""
        why = f"it has had no worker for {self.patience:g} s"
        try:
            is_there = bool(self.client.sync(self.client.scheduler.ncores, callback_timeout=self.patience))
        except (OSError, TimeoutError, RuntimeError) as error:
            is_there, why = False, f"its scheduler does not answer ({error or type(error).__name__})"
        if is_there:
            self.silent = None
            return
        self.silent = monotonic() if self.silent is None else self.silent
        if self.client.status == "closed" or monotonic() - self.silent > self.patience:
            raise self._lost(why)

    def _lost(self, why: str) -> UnreachableError:
        return UnreachableError(f"the cluster {self.address}: {why}; start it and try again")


@contextmanager
def crew(address: str) -> Iterator[Crew]:
    """The workers at an address, all of this version; an UnreachableError if there is nobody within the deadline."""
    client = _connect(address)
    try:
        found = Crew(address, client, PATIENCE)
        _wait_for_workers(found)
        _refuse_versions(found)
        yield found
    finally:
        client.close(timeout=5)


def _connect(address: str) -> Any:  # noqa: ANN401 - dask's Client
    try:
        from distributed import Client
    except ImportError as error:
        msg = "--cluster needs dask.distributed: pip install 'mcreports[cluster]'"
        raise UsageError(msg) from error
    try:
        with warnings.catch_warnings():
            # that other packages differ is dask's to mind; that we do is refused below
            warnings.simplefilter("ignore")
            return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        msg = f"the cluster {address}: no scheduler answers within {PATIENCE:g} s ({error}); start it and try again"
        raise UnreachableError(msg) from error
    except (ValueError, TypeError, RuntimeError) as error:
        msg = f"--cluster {address} cannot be used: {error}"
        raise UsageError(msg) from error


def _wait_for_workers(found: Crew) -> None:
    try:
        found.client.wait_for_workers(1, timeout=found.patience)
    except TimeoutError as error:
        msg = f"the cluster {found.address}: no worker came within {found.patience:g} s; start one and try again"
        raise UnreachableError(msg) from error


def _refuse_versions(found: Crew) -> None:
    def version() -> str:
        # sent by value, so that a worker without this package can say so
        import mcreports

        return mcreports.__version__

    told = found.client.run(version, on_error="return")
    others = {
        worker: "no mcreports" if isinstance(one, ImportError) else f"mcreports {one}"
        for worker, one in told.items()
        if isinstance(one, ImportError) or (isinstance(one, str) and one != __version__)
    }
    if others:
        said = "; ".join(f"the worker {worker} has {one}" for worker, one in sorted(others.items()))
        msg = f"{said}; the report is made by mcreports {__version__}: install one version on all"
        raise UsageError(msg)
