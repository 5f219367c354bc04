"""What stands below the header of a list without being data: totals, headers of further pages, who filled it in."""

from collections.abc import Iterable

import polars as pl

from exchanges.columns.cells import trim
from exchanges.kinds import FileKind
from exchanges.reading import Layout

_TOTAL = r"^(?:[合总小共累]\s*计|本页[合小]计)[:：]?$"
# As the first words of a row: 老县镇小计, 合计（元）, 合计：12人, 共12户, 全县.
_TOTAL_IN_FRONT = (
    r"^[-—\s【\[]*(?:\p{Han}{0,8}\s*(?:[合总小共累]\s*计|页计)(?:人数|人口数?|户数|金额|任务数?)?\s*(?:[(（][\p{Han}/]{1,6}[)）])?"
    r"\s*[:：]?\s*[0-9,.]*\s*[人元户笔条份]?|共\s*[0-9,]+\s*[人户笔条]|全[省市县区镇乡村]|(?i:(?:sub)?total)\s*[:：]?)[-—\s】\]]*$"
)
# Who filled the list in and what it says about itself stands below it in many offices.
_FOOTER = (
    r"^(?:填表|制表|制单|审核|复核|经办|负责人|单位负责|联系|电话|填报|报送|日期|盖章|[(（]盖章|[*※]?\s*(?:备注|说明|注[:：\d]|注$)"
    r"|(?:科室负责|主管|分管|报表|统计|录入|打印|导出|操作员|签字|数据来源|查询条件)[^:：]{0,8}[:：])"
)
# A cell by itself: the office with its seal, the day, the page, that nothing follows.
_BY_ITSELF = (
    r"^(?:\p{Han}{2,24}(?:局|厅|卫健委|联合会|残联|政府|办公室|派出所)(?:[(（]\p{Han}{1,4}[)）])?"
    r"|\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}\s*日?|第\s*\d+\s*页.*|共\s*\d+\s*页.*|[-—\s(（]*以下(?:空白|无正文)[-—\s)）]*|[-—=_*]+)$"
)
# A total may stand in any column, that of the numbers included; no document number is that short.
_SHORTEST_KEY = 10
_PLACE_IN_ROW = r"^[0-9]{1,6}$"


def beside_the_data(cells: pl.DataFrame, filled: pl.Series, layout: Layout, kind: FileKind) -> pl.Series | None:
    """True at those of the `filled` rows (of trimmed cells) that are no data; None where there are none. Rows with a
    document number are always data. A remark may begin as a footer does, so that one is told by the first words of its
    row."""
    key = f"c{layout.columns[kind.key]}"
    wanted = [f"c{place}" for place in layout.columns.values()]
    header = pl.all_horizontal(pl.col(name) == trim(layout.headers[int(name[1:])]) for name in wanted)
    if kind.key == "region":
        named = cells[key].str.contains(f"{_TOTAL}|{_TOTAL_IN_FRONT}|{_FOOTER}")
        keyless = named | cells[key].is_in(["", trim(layout.headers[int(key[1:])])])
    else:
        keyless = cells[key].str.len_chars() < _SHORTEST_KEY
    keyless = keyless & filled
    if not keyless.any():
        return None
    words = pl.coalesce(
        pl.when((pl.col(name) != "") & ~pl.col(name).str.contains(_PLACE_IN_ROW)).then(pl.col(name))
        for name in cells.columns
    )
    aside = (
        pl.any_horizontal(pl.all().str.contains(_TOTAL))
        | words.str.contains(_TOTAL_IN_FRONT)
        | (words.str.contains(_FOOTER) & (_filled(wanted) <= max(len(wanted) // 2, 1)))
        | (words.str.contains(_BY_ITSELF) & (_filled(cells.columns) == 1))
        | header
    )
    return keyless & cells.select(aside.fill_null(False)).to_series()


def _filled(names: Iterable[str]) -> pl.Expr:
    return pl.sum_horizontal((pl.col(name) != "").cast(pl.Int32) for name in names)
