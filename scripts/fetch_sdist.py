"""Downloads the source package of one release without building it.

`pip download` prepares the metadata of a source package, which for a package with a native build
means configuring and partly running that build. This script asks pip's own index client - with
pip's configuration, certificates and proxies - for the file's link and stops there.

usage: fetch_sdist.py NAME==VERSION --sha256 SUM --directory DIR
"""

import argparse
import hashlib
import os
import sys

# pip promises no stable interface for this; the names below exist in pip 20 to 25.
from pip._internal.commands import create_command


def find_link(finder, name, version):
    """The link of the release's source archive, or None."""
    for candidate in finder.find_all_candidates(name):
        if str(candidate.version) == version and candidate.link.filename.endswith(".tar.gz"):
            return candidate.link
    return None


def download(session, url, target, sha256):
    """Writes url to target; returns the error, or None when the checksum is right."""
    digest = hashlib.sha256()
    response = session.get(url, stream=True, headers={"Accept-Encoding": "identity"})
    response.raise_for_status()
    with open(target, "wb") as out:
        for chunk in response.iter_content(1 << 20):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != sha256:
        return f"SHA-256 is {digest.hexdigest()}, expected {sha256}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("requirement", help="NAME==VERSION")
    parser.add_argument("--sha256", required=True)
    parser.add_argument("--directory", required=True)
    arguments = parser.parse_args()
    name, version = arguments.requirement.split("==")

    command = create_command("download")
    options, _ = command.parse_args(
        ["--no-deps", "--no-binary", ":all:", "--disable-pip-version-check", arguments.requirement]
    )
    with command.main_context():
        session = command._build_session(options)
        link = find_link(command._build_package_finder(options, session), name, version)
        if link is None:
            return f"the package index has no source archive of {arguments.requirement}"
        target = os.path.join(arguments.directory, link.filename)
        return download(session, link.url_without_fragment, target, arguments.sha256)


if __name__ == "__main__":
    sys.exit(main())
