"""The same question asked with lxml: how many accounts or resources are open?

    peer_lxml.py users FILE | update-set FILE | repo FOLDER
"""

import pathlib
import sys

from lxml import etree


def rows(path, table):
    """The rows of a table in a large file, one at a time, in little memory."""
    for _, row in etree.iterparse(path, tag=table, huge_tree=True):
        yield row
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]


def open_account(row):
    """An active service account that may use the login page."""
    return (
        row.findtext("active") == "true"
        and (row.findtext("user_name") or "").startswith("svc.")
        and row.findtext("web_service_access_only") != "true"
    )


def open_resources(document):
    """How many resources of a `<record_update>` answer without a login."""
    operations = document.iter("sys_ws_operation")
    return sum(operation.findtext("requires_authentication") == "false" for operation in operations)


def main(kind, path):
    if kind == "users":
        return sum(open_account(row) for row in rows(path, "sys_user"))
    if kind == "update-set":
        payloads = (row.findtext("payload") for row in rows(path, "sys_update_xml"))
        return sum(open_resources(etree.fromstring(payload.encode())) for payload in payloads)
    files = sorted(pathlib.Path(path).rglob("*.xml"))
    return sum(open_resources(etree.parse(str(file)).getroot()) for file in files)


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
