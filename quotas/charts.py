"""Charts as geometry: the templates write the SVG. Lengths in units of the drawing's own coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quotas.queries import Line

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 96, 32, 28, 38
SPARK_WIDTH, SPARK_HEIGHT = 88, 24
_STEPS = (1, 2, 2.5, 5, 10)
_GRID_LINES = 4
_MOST_DAY_LABELS = 6


@dataclass(frozen=True)
class Point:
    """A place in the drawing with what it stands for."""

    x: float
    y: float
    label: str
    on: date | None = None
    count: int | None = None
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """The season of a region: enrolled by week, the task, the milestones.

    `width`, `height`: size; `left`, `right`, `top`, `bottom`: edges of the field. `path` is the `points` attribute of
    the line.
    """

    points: list[Point]
    path: str
    target: Point | None
    milestones: list[Point]
    grid: list[Point]
    days: list[Point]
    deadline: Point | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def grid_step(most: int) -> int:
    """A round distance of grid lines, so that four of them or fewer reach `most`: 48,000 → 20,000."""
    rough = max(most, 1) / _GRID_LINES
    magnitude = 1
    while magnitude * 10 <= rough:
        magnitude *= 10
    step = next(magnitude * each for each in _STEPS if magnitude * each >= rough)
    return max(int(step), 1)


def season_chart(line: Line, deadline: date | None) -> Chart | None:
    """The chart of a line up to its week; None before the first snapshot."""
    if not line.trend:
        return None
    ahead = [*(due.on for due in line.milestones), *([deadline] if deadline else [])]
    first = line.trend[0][0] - timedelta(days=1)
    last = max([line.trend[-1][0], *ahead]) + timedelta(days=1)
    most = max(line.row.target or 0, *(count for _on, count in line.trend), *(due.count for due in line.milestones), 1)
    step = grid_step(most)
    top = -(-most // step) * step

    def x(day: date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / max((last - first).days, 1), 1)

    def y(count: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / top, 1)

    points = [Point(x(day), y(count), f"{count:,}", day, count) for day, count in line.trend]
    target = line.row.target
    return Chart(
        points=points,
        path=" ".join(f"{point.x},{point.y}" for point in points),
        target=Point(WIDTH - RIGHT, y(target), f"{target:,}", None, target) if target else None,
        milestones=[
            Point(x(due.on), y(due.count), f"{due.count:,}", due.on, due.count, _anchor(x(due.on)))
            for due in line.milestones
        ],
        grid=[Point(LEFT, y(count), f"{count:,}") for count in range(0, top + 1, step)],
        days=[Point(x(day), HEIGHT - BOTTOM, f"{day:%m-%d}", day) for day in _labelled(line.trend, ahead)],
        deadline=Point(x(deadline), TOP, f"{deadline:%m-%d}", deadline, None, _anchor(x(deadline)))
        if deadline
        else None,
    )


def _anchor(x: float) -> str:
    return "end" if x > WIDTH * 0.8 else "start"


def _labelled(trend: Sequence[tuple[date, int]], ahead: Sequence[date]) -> list[date]:
    """Days that get a label: some of the snapshots evenly, and what lies ahead where there is room for it."""
    every = -(-len(trend) // _MOST_DAY_LABELS)
    days = [day for day, _count in trend[::every]]
    room = max((trend[-1][0] - trend[0][0]).days // _MOST_DAY_LABELS, 3)
    days += [day for day in sorted(set(ahead)) if all(abs((day - other).days) > room for other in days)]
    return sorted(set(days))


def sparkline(trend: Sequence[tuple[date, int]]) -> str:
    """The `points` attribute of a small line of the trend; "" for fewer than two points."""
    if len(trend) < 2:
        return ""
    lowest, highest = min(count for _on, count in trend), max(count for _on, count in trend)
    first, span = trend[0][0], max((trend[-1][0] - trend[0][0]).days, 1)
    return " ".join(
        f"{round(2 + (SPARK_WIDTH - 4) * (day - first).days / span, 1)},"
        f"{round(SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * (count - lowest) / max(highest - lowest, 1), 1)}"
        for day, count in trend
    )
