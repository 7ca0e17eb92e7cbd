"""What was tried and what came of it, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What was tried and what was seen, printed as it happens."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def tell(self, what: str, seen: str, ok: bool) -> None:
        """One line."""
        print(f"{'ok     ' if ok else 'FAILED '} {what}: {seen}", flush=True)
        self.rows.append({"what": what, "seen": seen, "failed": not ok})

    @property
    def failed(self) -> bool:
        return any(row["failed"] for row in self.rows)
