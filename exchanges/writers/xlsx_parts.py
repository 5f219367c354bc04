"""The small parts of a workbook that stand beside its sheets (ECMA-376 part 1, 18.2 and 18.8)."""

from collections.abc import Sequence
from enum import IntEnum
from xml.sax.saxutils import escape, quoteattr

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Style(IntEnum):
    """Places in `STYLES`, cellXfs."""

    PLAIN = 0
    TEXT = 1
    INTEGER = 2
    MONEY = 3
    RATE = 4
    DATE = 5
    TITLE = 6
    FACTS = 7
    HEADER = 8

    def __str__(self) -> str:
        return str(int(self))


_FONT = '<name val="宋体"/><family val="3"/><charset val="134"/></font>'
_FONTS = (
    f'<font><sz val="11"/>{_FONT}',
    f'<font><b/><sz val="16"/>{_FONT}',
    f'<font><sz val="10"/><color rgb="FF666666"/>{_FONT}',
    f'<font><b/><sz val="11"/>{_FONT}',
)
_SHADED = '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF4"/><bgColor indexed="64"/></patternFill></fill>'
_UNDERLINED = '<border><left/><right/><top/><bottom style="thin"><color rgb="FF8899AA"/></bottom><diagonal/></border>'


def _look(*, number_format: int, font: int = 0, fill: int = 0, border: int = 0, quoted: bool = False) -> str:
    prefix = ' quotePrefix="1"' if quoted else ""
    return (
        f'<xf numFmtId="{number_format}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" '
        f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1"{prefix}/>'
    )


# Number formats of the standard: 0 general, 49 text, 3 #,##0, 4 #,##0.00; 164 and 165 are our own.
_LOOKS = {
    Style.PLAIN: _look(number_format=0),
    Style.TEXT: _look(number_format=49, quoted=True),
    Style.INTEGER: _look(number_format=3),
    Style.MONEY: _look(number_format=4),
    Style.RATE: _look(number_format=165),
    Style.DATE: _look(number_format=164),
    Style.TITLE: _look(number_format=49, font=1),
    Style.FACTS: _look(number_format=49, font=2),
    Style.HEADER: _look(number_format=49, font=3, fill=2, border=1),
}
STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="0.0000"/></numFmts>'
    f'<fonts count="{len(_FONTS)}">{"".join(_FONTS)}</fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    f"{_SHADED}</fills>"
    f'<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>{_UNDERLINED}</borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(_LOOKS)}">{"".join(_LOOKS[style] for style in Style)}</cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

RELATIONSHIPS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)


def content_types(sheets: int) -> str:
    """[Content_Types].xml."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{parts}</Types>'
    )


def workbook(sheets: Sequence[str], head_rows: int) -> str:
    """xl/workbook.xml; the head of each sheet is repeated on every printed page."""
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, 1)
    )
    printed = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'
        f"'{escape(name)}'!$1:${head_rows}</definedName>"
        for place, name in enumerate(sheets)
    )
    return (
        f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<bookViews><workbookView/></bookViews><sheets>{entries}</sheets>"
        f"<definedNames>{printed}</definedNames></workbook>"
    )


def workbook_relationships(sheets: int) -> str:
    """xl/_rels/workbook.xml.rels."""
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{entries}'
        f'<Relationship Id="rId{sheets + 1}" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
    )
