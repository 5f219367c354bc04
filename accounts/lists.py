from typing import Any

from django_tables2 import RequestConfig, Table


class ListConfig(RequestConfig):
    """Orders and pages a list as the address asks.

    Unlike django-tables2's own it leaves the number of rows a page has to the page (`?per_page=1000000` would read a
    whole county), and a page that there is not shows the nearest one.
    """

    def configure(self, table: Table) -> Table:
        rows: Any = self.paginate
        self.paginate = False
        super().configure(table)
        if rows:
            table.paginate(**rows)
            table.page = table.paginator.get_page(self.request.GET.get(table.prefixed_page_field))
        return table
