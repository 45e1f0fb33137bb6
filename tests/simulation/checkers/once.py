"""Messages that come twice, late or again after a restart."""

from collections.abc import Iterator

from tests.simulation.checkers.checker import Checker


class CountsOnce(Checker):
    """A question that the cloud asked once is answered once, however often it arrived."""

    invariant = "I6 twice or late counts once"

    def look_at_cloud(self) -> Iterator[str]:
        for name, book in self.world.cloud.books.items():
            for question, count in book.answers.items():
                if count > 1:
                    yield f"{name} answered {question} {count} times"
